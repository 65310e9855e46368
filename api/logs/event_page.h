#pragma once

#include "runtime/logs/log_store.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace lambent::api::logs {

using Events = std::vector<runtime::LogEvent>;

// AWS's page: 10,000 events or 1 MB, whichever comes first.
inline constexpr std::int64_t kPageEventsMax = 10'000;
inline constexpr std::size_t kPageBytesMax = 1U << 20;

// What an event counts for in a page.
std::size_t page_bytes(const runtime::LogEvent& event);
// Pages go by sequence, since the clock may have jumped; inside one, events go by time.
void sort_by_sequence(Events& events);
void sort_by_time(Events& events);
// Keeps as many events of the lowest sequences as one page holds; at least one. Sorted by time.
void cut_to_page(Events& events);
std::uint64_t first_sequence(const Events& events);
std::uint64_t last_sequence(const Events& events);

nlohmann::json event_json(const runtime::LogEvent& event);

}  // namespace lambent::api::logs
