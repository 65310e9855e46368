#pragma once

#include "api/wire/credentials.h"
#include "base/clock.h"

#include <chrono>
#include <string>

namespace lambent::api {

// An address that whoever holds it may GET until it expires, signed by `key` (SigV4 in the query).
// `path` consists of characters that need no escape.
struct PresignedGet {
    std::string scheme = "http";
    std::string host;  // with the port
    std::string path;
    std::string region;
    std::string service;
    WallTime now;
    std::chrono::seconds lifetime{600};
};
std::string presigned_address(const PresignedGet& get, const Credentials::Key& key);

}  // namespace lambent::api
