#pragma once

#include "runtime/functions/function.h"
#include "scheduler/invocation.h"
#include "scheduler/rate_card.h"

#include <chrono>
#include <cstdint>

namespace lambent::scheduler {

// Time as it is printed: to the nearest hundredth of a millisecond. Records hold rounded times, so
// that the billed time is always the sum of the times that one can read.
std::chrono::microseconds round_for_report(std::chrono::microseconds time);

// ceil(duration + init) in milliseconds (lambda-facts section 8, rule 1).
std::int64_t billed_ms(std::chrono::microseconds duration, std::chrono::microseconds init);

// What invocations cost by a rate card. Pure. Owned by the Scheduler.
class BillingMeter {
  public:
    explicit BillingMeter(const RateCard& card) : card_(card) {}

    // Fills billed_ms, gb_seconds and cost_usd of a record whose duration, init_duration and
    // memory_mb stand. `event_bytes` is the size of an asynchronous event, 0 for other calls.
    void meter(
        InvocationRecord& record, const runtime::Function& function, std::uint64_t event_bytes
    ) const;

    // How many requests an asynchronous event of that size is charged as; at least one.
    std::uint64_t requests_of(std::uint64_t event_bytes) const;

  private:
    double usd_per_gb_second(const InvocationRecord& record, const runtime::Function& function)
        const;

    RateCard card_;
};

}  // namespace lambent::scheduler
