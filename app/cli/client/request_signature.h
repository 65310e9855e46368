#pragma once

#include "app/cli/client/endpoint.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace lambent::cli {

// What a signature speaks for. Path and query are as they are sent, the query sorted by its names.
struct RequestToSign {
    std::string service;
    std::string method;
    std::string host;
    std::string path;
    std::string query;
    std::string payload_hash;                                  // SHA-256, in hexadecimal digits
    std::vector<std::pair<std::string, std::string>> headers;  // others than those that sign
};

// The headers ("Name: value") that sign a request as AWS's Signature Version 4 has it: S3 takes the
// path as it was sent, the other services escape it once more. Pure.
std::vector<std::string> signature_headers(
    const Endpoint& endpoint,
    const RequestToSign& request,
    std::chrono::system_clock::time_point now
);

}  // namespace lambent::cli
