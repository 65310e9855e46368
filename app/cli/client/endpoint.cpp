#include "app/cli/client/endpoint.h"

#include "app/cli/surroundings.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

Result<Json> read_json(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return errno_error("cannot read " + path.string(), errno);
    }
    std::ostringstream text;
    text << file.rdbuf();
    Json document = Json::parse(text.str(), nullptr, false);
    if (!document.is_object()) {
        return Error(Code::kCorrupted, path.string() + " is not a JSON object");
    }
    return document;
}

std::string text_of(const Json& document, const char* key, const std::string& otherwise = "") {
    const auto found = document.find(key);
    return found != document.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

std::string bundle_of(const std::string& given, const std::string& own) {
    if (!given.empty()) {
        return given;
    }
    const auto chosen = surroundings::variable("AWS_CA_BUNDLE");
    return chosen && !chosen->empty() ? *chosen : own;
}

}  // namespace

std::string api_address(const Endpoint& endpoint, const std::string& api_id) {
    const std::string scheme = endpoint.url.substr(0, endpoint.url.find("://"));
    const std::string port = endpoint.url.substr(endpoint.url.rfind(':'));
    return scheme + "://" + api_id + ".execute-api." + endpoint.region + ".localhost" + port;
}

Error no_daemon(const std::string& where) {
    return Error(
        Code::kUnavailable, "daemon", "no daemon at " + where + " — start it with: lambent up"
    );
}

std::string data_directory_or_default(const std::string& given) {
    if (!given.empty()) {
        return given;
    }
    if (const auto chosen = surroundings::variable("LAMBENT_DATA"); chosen && !chosen->empty()) {
        return *chosen;
    }
    if (const auto xdg = surroundings::variable("XDG_DATA_HOME"); xdg && !xdg->empty()) {
        return (fs::path(*xdg) / "lambent").string();
    }
    const auto home = surroundings::variable("HOME");
    return (fs::path(home.value_or("/root")) / ".local/share/lambent").string();
}

Result<Endpoint> find_endpoint(const std::string& data_directory, const std::string& ca_bundle) {
    const fs::path folder(data_directory);
    std::error_code failure;
    if (!fs::exists(folder / "endpoint.json", failure)) {
        return no_daemon(data_directory);
    }
    LAMBENT_TRY(const Json place, read_json(folder / "endpoint.json"));
    LAMBENT_TRY(const Json keys, read_json(folder / "credentials.json"));
    Endpoint endpoint;
    endpoint.url = text_of(place, "endpoint");
    if (endpoint.url.starts_with("https://")) {
        endpoint.ca_bundle = bundle_of(ca_bundle, text_of(place, "certificate"));
    }
    endpoint.region = text_of(place, "region", endpoint.region);
    endpoint.access_key = text_of(keys, "accessKeyId");
    endpoint.secret_key = text_of(keys, "secretAccessKey");
    const auto pid = place.find("pid");
    endpoint.daemon_pid = pid != place.end() && pid->is_number_integer() ? pid->get<int>() : 0;
    while (endpoint.url.ends_with('/')) {
        endpoint.url.pop_back();
    }
    if (endpoint.url.empty() || endpoint.access_key.empty() || endpoint.secret_key.empty()) {
        return Error(
            Code::kCorrupted,
            "endpoint.json or credentials.json in " + data_directory +
                " lacks what a client needs — restart the daemon: lambent up"
        );
    }
    return endpoint;
}

}  // namespace lambent::cli
