#pragma once

#include "api/wire/service.h"
#include "triggers/http/function_urls.h"
#include "triggers/http/http_event.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lambent::api::urls {

struct UrlConfig {
    std::string region = "us-east-1";
    std::uint16_t port = 4566;  // told to functions as X-Forwarded-Port
};

enum class Reached { kByHost, kByPath };

// The URL that a request came to, and what the function shall see as the path.
struct Place {
    triggers::FunctionUrl url;
    std::string path;
    Reached reached = Reached::kByHost;
};
std::optional<Place> find_place(
    const triggers::FunctionUrls& urls, const UrlConfig& config, const http::RequestHead& head
);

// The request as the function's event describes it, still without its body. What belongs to the
// connection is left out, and so is a signature that the front door has checked.
triggers::HttpRequest request_at(
    const Place& place, const UrlConfig& config, const Request& request, WallTime now
);

}  // namespace lambent::api::urls
