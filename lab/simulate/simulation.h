#pragma once

#include "scheduler/config.h"
#include "scheduler/rate_card.h"

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "lab/simulate/trace.h"

namespace lambent::lab {

// The daemon that is played.
struct SimulationConfig {
    scheduler::SchedulerConfig scheduler;
    scheduler::RateCard rate_card;

    // One without limits, so that the policy alone decides.
    static SimulationConfig unlimited(scheduler::KeepAlive keep_alive);
};

inline constexpr std::array<double, 4> kColdPercentiles{0.25, 0.50, 0.75, 0.99};

// What a policy did with a trace.
struct SimulationResult {
    std::string policy;
    std::uint64_t functions = 0;  // called at least once
    std::uint64_t invocations = 0;
    std::uint64_t cold_starts = 0;
    std::uint64_t throttles = 0;
    std::uint64_t boots = 0;
    std::uint64_t prewarms = 0;  // of these, ahead of calls
    // Over functions, the percentage of their invocations that started cold (kColdPercentiles).
    std::array<double, kColdPercentiles.size()> cold_percent{};
    double idle_gb_hours = 0;  // environments that were there and did nothing
    double busy_gb_hours = 0;  // as billed
    double cost_usd = 0;       // what the callers pay by the rate card
    double hours = 0;          // of the trace

    double cold_share() const {
        return invocations == 0
                   ? 0
                   : static_cast<double>(cold_starts) / static_cast<double>(invocations);
    }
};

enum class Start { kWarm, kCold };
// Told of every call that is served, by its number in the trace.
using StartHook = std::function<void(std::uint64_t number, const TraceCall& call, Start start)>;

// Plays a trace from its begin through the scheduler's own code under a virtual clock.
SimulationResult simulate(
    Trace& trace, const SimulationConfig& config, const StartHook& on_start = {}
);

}  // namespace lambent::lab
