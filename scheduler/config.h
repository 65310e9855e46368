#pragma once

#include "scheduler/policy/keep_alive.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lambent::scheduler {

// What the scheduler may use and how long it keeps things. Filled in by app/daemon; a test sets the
// fields it is about.
struct SchedulerConfig {
    // Invocations in flight at once over all functions; beyond it calls are throttled.
    std::uint32_t account_concurrency = 1'000;
    // Synchronous calls that may begin in a second for each of these; 0: any number.
    std::uint32_t requests_per_slot = 10;
    // Environments that one function may start at once, and how many more every second.
    std::uint32_t scaling_burst = 1'000;
    std::uint32_t scaling_per_second = 100;
    // Calls of one function that may wait although nothing can be booted for them, until it is
    // known how long its calls take. Beyond these, and as many as may be served soon, they are
    // throttled at once.
    std::uint32_t waiting_min = 64;
    // Sum of the configured memory of all environments. A function larger than this runs alone.
    std::uint64_t memory_budget_mb = 4'096;
    // Environments that boot at the same time.
    std::uint32_t boots_max = 4;
    // How long a call waits for a boot slot or for memory before it is throttled.
    std::chrono::milliseconds capacity_wait{10'000};
    // How long idle environments are kept, and whether some are booted ahead of calls.
    KeepAlive keep_alive;
    // Idle environments are frozen after this time; a busy function never pays for it.
    std::chrono::milliseconds freeze_after{100};
    // Lambda's init phase; an init that needs longer is repeated inside the invocation.
    std::chrono::milliseconds init_limit{10'000};
    // What LogTail::kLast4Kb keeps.
    std::size_t log_tail_bytes = 4'096;

    // The defaults, with boots_max = max(4, 2 x cores) and three quarters of the machine's memory.
    static SchedulerConfig for_this_machine();
};

}  // namespace lambent::scheduler
