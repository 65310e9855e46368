#include "app/daemon/endpoint_file.h"

#include "base/files/durable_file.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <utility>

namespace lambent::app {
namespace {

constexpr char kFileName[] = "endpoint.json";

}  // namespace

Result<EndpointFile> EndpointFile::publish(
    const std::string& data_directory, const Content& content
) {
    nlohmann::json document = {
        {"endpoint", content.endpoint},
        {"region", content.region},
        {"auth", content.auth},
        {"pid", ::getpid()},
    };
    if (!content.certificate.empty()) {
        document["certificate"] = content.certificate;
    }
    LAMBENT_TRY(auto file, DurableFile::create(data_directory));
    LAMBENT_TRY(file.write(document.dump(2) + "\n"));
    LAMBENT_TRY(file.publish(kFileName));
    return EndpointFile(data_directory + "/" + kFileName);
}

EndpointFile::EndpointFile(EndpointFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

EndpointFile& EndpointFile::operator=(EndpointFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

EndpointFile::~EndpointFile() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

}  // namespace lambent::app
