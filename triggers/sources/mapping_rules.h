#pragma once

#include "base/result.h"
#include "triggers/sources/event_source_mapping.h"

#include <chrono>
#include <cstdint>

namespace lambent::triggers {

inline constexpr std::uint32_t kPlainBatchMax = 10;  // of FIFO queues, and without a window
inline constexpr std::size_t kFiltersMax = 5;

// What a mapping's rules need to know of the queue and the function.
struct MappingEnds {
    bool is_fifo = false;
    std::chrono::seconds visibility{30};
    std::chrono::seconds timeout{3};  // the function's
};

// Whether a mapping between these ends may be set so. kInvalidArgument with Lambda's sentence as
// message. Bounds of single numbers are the wire's business. Pure.
Result<void> check_settings(const MappingSettings& settings, const MappingEnds& ends);

// How long received messages stay invisible: the queue's own timeout, or, when a batch may take
// longer than that to collect and to process, longer than both together.
std::chrono::seconds visibility_of(std::chrono::seconds window, const MappingEnds& ends);

}  // namespace lambent::triggers
