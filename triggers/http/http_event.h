#pragma once

#include "base/clock.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::triggers {

using HttpFields = std::vector<std::pair<std::string, std::string>>;

// An HTTP request as it reached a function's address.
struct HttpRequest {
    // Who signed it, where that is asked for.
    struct Caller {
        std::string access_key;
        std::string name;
    };
    // By which of an address's routes it came; a function URL has only the one that is here.
    struct Route {
        std::string key = "$default";
        std::string stage = "$default";
        std::map<std::string, std::string> parameters;  // of the path
        std::map<std::string, std::string> stage_variables;
        std::string authorizer;  // what was decided about the caller: a JSON object; may be empty
    };

    std::string method;
    std::string path;   // raw, begins with '/'
    std::string query;  // raw, without '?'
    HttpFields fields;  // in the order they came
    std::string body;
    std::string source_ip;
    std::string domain;     // the host, without a port
    std::string domain_id;  // its first label
    std::string request_id;
    WallTime time;
    std::optional<Caller> caller;
    std::string account = "anonymous";  // for whom the address asks nobody
    Route route;
};

// The event that a function gets for it: Lambda's payload format 2.0. Pure.
std::string http_event(const HttpRequest& request);

// Whether a body of this type may stand in the event as text; else it is base64.
bool is_text_type(std::string_view content_type);
// "12/Mar/2020:19:03:58 +0000"
std::string log_time(WallTime time);

}  // namespace lambent::triggers
