#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::triggers {

// What happened, as a bus gets it.
struct Event {
    std::string id;  // a UUID
    std::string bus;
    std::string source;
    std::string detail_type;
    std::string detail = "{}";  // a JSON object
    std::vector<std::string> resources;
    std::int64_t time_ms = 0;
    // X-Amzn-Trace-Id of what led here, empty if unknown; no part of what targets read.
    std::string trace_header = {};
    // It was sent by a rule of another bus: rules do not send it on to a third.
    bool forwarded = false;
};

}  // namespace lambent::triggers
