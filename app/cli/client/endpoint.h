#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace lambent::cli {

// Where a daemon answers and with which keys requests to it are signed.
struct Endpoint {
    std::string url;        // "http://127.0.0.1:4566", without a slash at the end
    std::string ca_bundle;  // of https: whom to trust; empty: the machine's authorities
    std::string region = "us-east-1";
    std::string access_key;
    std::string secret_key;
    int daemon_pid = 0;
};

// The data directory: the one given, else $LAMBENT_DATA, else $XDG_DATA_HOME/lambent, else
// ~/.local/share/lambent.
std::string data_directory_or_default(const std::string& given);

// Reads what a ready daemon leaves in its data directory (endpoint.json, credentials.json). Of one
// that speaks TLS its own certificate is trusted, unless `ca_bundle` or $AWS_CA_BUNDLE says whom.
// kUnavailable, saying how to start one, when there is none.
Result<Endpoint> find_endpoint(
    const std::string& data_directory, const std::string& ca_bundle = ""
);

// Where the daemon serves an API of API Gateway, without a slash at the end:
// "http://<id>.execute-api.<region>.localhost:4566".
std::string api_address(const Endpoint& endpoint, const std::string& api_id);

// The sentence for a daemon that is not there.
Error no_daemon(const std::string& where);

}  // namespace lambent::cli
