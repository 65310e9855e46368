#include "app/cli/client/aws_environment.h"

namespace lambent::cli {

std::map<std::string, std::string> aws_environment(const Endpoint& endpoint) {
    std::map<std::string, std::string> variables{
        {"AWS_ACCESS_KEY_ID", endpoint.access_key},
        {"AWS_SECRET_ACCESS_KEY", endpoint.secret_key},
        {"AWS_DEFAULT_REGION", endpoint.region},
        {"AWS_REGION", endpoint.region},
        {"AWS_ENDPOINT_URL", endpoint.url},
        {"AWS_EC2_METADATA_DISABLED", "true"},
    };
    if (!endpoint.ca_bundle.empty()) {
        variables.emplace("AWS_CA_BUNDLE", endpoint.ca_bundle);
    }
    return variables;
}

std::string shell_quoted(const std::string& text) {
    constexpr char kSafe[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-";
    if (!text.empty() && text.find_first_not_of(kSafe) == std::string::npos) {
        return text;
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

}  // namespace lambent::cli
