#pragma once

#include "base/result.h"
#include "scheduler/rate_card.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace lambent::lab {

// One recorded call of the function that is asked about.
struct RecordedCall {
    std::int64_t at_us = 0;
    std::uint32_t memory_mb = 0;
    std::uint32_t duration_us = 0;
    std::uint32_t wait_us = 0;  // for an environment, its boot included
    std::uint32_t init_us = 0;  // billed; 0: warm
};

// How the function would be configured.
struct Scenario {
    std::uint32_t memory_mb = 128;
    std::uint32_t provisioned = 0;
};

struct Outlook {
    double p50_ms = 0;  // of what a caller waits
    double p99_ms = 0;
    double usd_a_month = 0;
};

// A month of the recorded traffic under one scenario. How much faster a call gets with more memory
// depends on what it does with its time: between the two bounds when the records are of one memory
// size, and known when they are of several.
struct Forecast {
    Scenario scenario;
    double calls_a_month = 0;
    double cold_share = 0;  // of calls that no provisioned environment serves at once
    Outlook if_computing;   // all its time; CPU grows with memory up to one whole at 1,769 MB
    Outlook if_waiting;     // for others, all its time
};

// How much of the time at a whole CPU a function computes; 1 - share waits. Fitted to the median
// durations at the memory sizes that occur; nothing when there is but one.
std::optional<double> computing_share(const std::vector<RecordedCall>& calls);

// Pure. The records' own time span is stretched to 30 days. Calls take a provisioned environment
// while one is free, are warm then, and are billed at its price; others start as they did. Init
// times stay as recorded. kInvalidArgument when the records span no time.
Result<std::vector<Forecast>> what_if(
    std::vector<RecordedCall> calls,
    const std::vector<Scenario>& scenarios,
    const scheduler::RateCard& rates
);

}  // namespace lambent::lab
