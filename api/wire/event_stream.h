#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::api {

// One message of application/vnd.amazon.eventstream: lengths, headers of type string, payload, and
// the two checksums that clients compare. Pure.
std::string event_stream_message(
    const std::vector<std::pair<std::string_view, std::string_view>>& headers,
    std::string_view payload
);

// A message that is an event of its stream.
std::string event_stream_event(
    std::string_view event_type, std::string_view content_type, std::string_view payload
);

}  // namespace lambent::api
