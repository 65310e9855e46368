#include "api/logs/event_page.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::api::logs {

namespace {

constexpr std::size_t kEventOverhead = 26;  // what AWS counts beside the message

bool is_earlier(const runtime::LogEvent& a, const runtime::LogEvent& b) {
    return a.sequence < b.sequence;
}

}  // namespace

std::size_t page_bytes(const runtime::LogEvent& event) {
    return event.message.size() + kEventOverhead;
}

void cut_to_page(Events& events) {
    std::size_t bytes = 0;
    const auto over = [&bytes](const runtime::LogEvent& event) {
        bytes += page_bytes(event);
        return bytes > kPageBytesMax;
    };
    auto end = std::find_if(events.begin(), events.end(), over);
    if (end == events.begin() && end != events.end()) {
        ++end;
    }
    events.erase(end, events.end());
}

std::uint64_t first_sequence(const Events& events) {
    return std::min_element(events.begin(), events.end(), is_earlier)->sequence;
}

std::uint64_t last_sequence(const Events& events) {
    return std::max_element(events.begin(), events.end(), is_earlier)->sequence;
}

nlohmann::json event_json(const runtime::LogEvent& event) {
    return {
        {"timestamp", event.time_ms},
        {"message", event.message},
        {"ingestionTime", event.ingested_ms},
    };
}

}  // namespace lambent::api::logs
