#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lambent::scheduler {

// Names one environment for the life of the daemon; never used twice.
using EnvironmentId = std::uint64_t;
// Names one waiting call.
using CallId = std::uint64_t;

// The life of one environment as the scheduler sees it.
enum class EnvironmentState {
    kStarting,   // boots; belongs to nobody yet
    kRepeating,  // its init failed and one call repeats it
    kLeased,     // serves one call
    kIdle,       // in the warm pool
    kClosing,    // its cell is being removed; still takes memory
};

enum class EnvironmentEvent {
    kBootSucceededForCall,  // a call waited for it
    kBootSucceededForPool,
    kBootFailedForCall,
    kRepeatSucceeded,
    kReleasedToPool,
    kReleasedToCall,  // from one call straight to the next
    kTaken,           // out of the pool
    kDiscarded,       // broken, stale, expired or evicted
};

// The state after `event`, or nothing: every transition that is not listed is illegal.
std::optional<EnvironmentState> next_state(EnvironmentState state, EnvironmentEvent event);

std::string_view to_string(EnvironmentState state);

}  // namespace lambent::scheduler
