#include "app/daemon/house.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace lambent::app {
namespace {

// How long running invocations may go on after a stop was asked for.
constexpr std::chrono::seconds kDrain(10);

std::string url_of(const char* scheme, const std::string& address, std::uint16_t port) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return std::string(scheme) + "://" + (is_v6 ? "[" + address + "]" : address) + ":" +
           std::to_string(port);
}

}  // namespace

House::House(const Ground& ground, Foundation foundation)
    : options_(ground.options),
      log_(ground.log),
      stores_(ground.stores),
      foundation_(std::move(foundation)),
      engine_(ground, foundation_, credentials_),
      triggers_(ground, foundation_.directory, url(), engine_),
      doors_(ground, {foundation_.port, foundation_.tls.get()}, engine_, triggers_, credentials_) {}

std::string House::url() const {
    return url_of(foundation_.tls ? "https" : "http", options_.address, foundation_.port);
}

Task<Result<void>> House::open(RootKey owner) {
    api::Credentials::Key key;
    key.secret = owner.secret;
    key.principal.access_key = owner.access_key;
    key.principal.name = "root";
    key.principal.is_root = true;
    credentials_.add(std::move(key));

    LAMBENT_CO_TRY(co_await engine_.open());
    LAMBENT_CO_TRY(co_await triggers_.open());
    triggers_.start();
    engine_.start();
    co_return Result<void>();
}

Result<void> House::serve() {
    doors_.server.accept_on(std::move(foundation_.listener), "", foundation_.tls);
    EndpointFile::Content content;
    content.endpoint = url();
    if (foundation_.tls) {
        content.certificate = std::filesystem::absolute(options_.tls_certificate).string();
    }
    content.region = options_.region;
    content.auth = options_.auth == api::AuthMode::kSigV4 ? "sigv4" : "none";
    LAMBENT_TRY(endpoint_file_, EndpointFile::publish(foundation_.directory.path(), content));
    engine_.raise_stems();
    log_.info("ready", {{"endpoint", content.endpoint}});
    return {};
}

Task<> House::close() {
    endpoint_file_.reset();
    stores_.aliases.listen(nullptr);
    co_await triggers_.pause();
    co_await engine_.scaling.stop();
    co_await doors_.server.stop(kDrain);
    co_await engine_.drain(kDrain);
    co_await triggers_.close();
    co_await engine_.close();
}

}  // namespace lambent::app
