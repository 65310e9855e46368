#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace lambent::scheduler {

// A boot ahead of the call that is expected: when, and how long it is kept for that call.
struct Prewarm {
    SteadyTime at;
    std::chrono::milliseconds keep{0};
};

// What becomes of an environment that has just become idle.
struct IdlePlan {
    static constexpr std::chrono::milliseconds kForever = std::chrono::milliseconds::max();

    std::chrono::milliseconds keep = kForever;  // zero: it is closed at once
    std::optional<Prewarm> prewarm;             // of another one in its stead
};

// How long idle environments are kept, and when one is booted before a call asks for it. Pure:
// told of calls and idle environments with the time, in order. One function's plans depend on that
// function's past alone. Owned by a WarmPool.
class IdlePolicy {
  public:
    virtual ~IdlePolicy() = default;

    // A call of that function came in and needs an environment, idle or new.
    virtual void called(const std::string& /*function*/, SteadyTime /*now*/) {}
    // An environment of that function has served and is idle.
    virtual IdlePlan idle(const std::string& function, SteadyTime now) = 0;
    // The function is gone.
    virtual void forget(const std::string& /*function*/) {}
    // What all idle environments together may take; beyond it the longest idle is closed.
    virtual std::uint64_t idle_memory_max_mb() const {
        return std::numeric_limits<std::uint64_t>::max();
    }
};

}  // namespace lambent::scheduler
