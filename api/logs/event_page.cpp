#include "api/logs/event_page.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

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

void sort_by_sequence(Events& events) {
    std::sort(events.begin(), events.end(), is_earlier);
}

void sort_by_time(Events& events) {
    const auto before = [](const runtime::LogEvent& a, const runtime::LogEvent& b) {
        return std::tie(a.time_ms, a.sequence) < std::tie(b.time_ms, b.sequence);
    };
    std::sort(events.begin(), events.end(), before);
}

void cut_to_page(Events& events) {
    sort_by_sequence(events);
    std::size_t bytes = 0;
    std::size_t kept = 0;
    while (kept < events.size()) {
        bytes += page_bytes(events[kept]);
        if (bytes > kPageBytesMax && kept > 0) {
            break;
        }
        ++kept;
    }
    events.resize(kept);
    sort_by_time(events);
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
