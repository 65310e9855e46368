#include "app/daemon/foundation.h"

#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "base/http/server.h"
#include "base/open_files.h"

#include <utility>

namespace lambent::app {
namespace {

constexpr std::size_t kInstanceDigits = 12;

bool is_loopback(const std::string& address) {
    return address == "127.0.0.1" || address == "::1";
}

sandbox::SandboxConfig sandbox_config(
    const Installation& installation, const DataDirectory& directory
) {
    sandbox::SandboxConfig config;
    config.launcher_path = installation.launcher;
    config.state_directory = directory.file("cells");
    const std::string hash = to_hex(digest(HashKind::kSha256, directory.path()));
    config.instance = hash.substr(0, kInstanceDigits);
    return config;
}

Result<std::shared_ptr<const http::TlsContext>> load_tls(const DaemonOptions& options) {
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
        return Error(Code::kInvalidArgument, "--tls-cert and --tls-key are given together");
    }
    if (options.tls_certificate.empty()) {
        return std::shared_ptr<const http::TlsContext>();
    }
    return http::TlsContext::load(options.tls_certificate, options.tls_key);
}

}  // namespace

Result<Foundation> Foundation::lay(const DaemonOptions& options) {
    if (options.auth == api::AuthMode::kNone && !is_loopback(options.address)) {
        return Error(Code::kInvalidArgument, "--auth none is possible on a loopback address only");
    }
    LAMBENT_TRY(auto tls, load_tls(options));
    raise_open_files_limit();
    LAMBENT_TRY(Installation installation, Installation::find());
    LAMBENT_TRY(DataDirectory directory, DataDirectory::acquire(options.data_directory));
    LAMBENT_TRY(UniqueFd listener, http::listen_tcp(options.address, options.port));
    LAMBENT_TRY(const std::uint16_t port, http::bound_port(listener));
    const sandbox::SandboxConfig config = sandbox_config(installation, directory);
    LAMBENT_TRY(make_directories(config.state_directory));
    LAMBENT_TRY(auto launcher, sandbox::LauncherProcess::start(config));
    return Foundation{
        std::move(installation),
        std::move(directory),
        std::move(listener),
        port,
        std::move(launcher),
        std::move(tls)};
}

}  // namespace lambent::app
