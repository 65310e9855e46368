#pragma once

#include <chrono>
#include <cstdint>

namespace lambent::scheduler {

// How one attempt at an asynchronous invocation ended.
enum class AttemptResult {
    kSucceeded,
    kFunctionError,  // whatever the guest did wrong: thrown error, timeout, crash, out of memory
    kNotAdmitted,    // throttled, or the platform failed: the function did not have its chance
};

struct RetryInput {
    AttemptResult result = AttemptResult::kSucceeded;
    int attempts = 0;               // begun so far, this one included, those not admitted left out
    int refusals = 0;               // not admitted so far, this one included
    std::uint32_t retries_max = 2;  // the function's MaximumRetryAttempts
    std::int64_t accepted_ms = 0;
    std::uint32_t age_max_s = 21'600;  // the function's MaximumEventAgeInSeconds
    std::int64_t now_ms = 0;
};

enum class Verdict { kDone, kRetry, kRetriesExhausted, kTooOld };

struct RetryDecision {
    Verdict verdict = Verdict::kDone;
    std::int64_t due_ms = 0;  // with kRetry
};

// Lambda's rules for asynchronous events (lambda-facts section 3): after a function error two more
// attempts, 1 and 2 minutes later; an event that was not admitted comes back after 1 s, 2 s, 4 s …
// up to 5 minutes; nothing is tried once the event is too old.
RetryDecision decide_retry(const RetryInput& input);

bool too_old(std::int64_t accepted_ms, std::uint32_t age_max_s, std::int64_t now_ms);

// The wait after the given number of function errors or refusals (from 1).
std::chrono::milliseconds wait_after_error(int attempts);
std::chrono::milliseconds wait_after_refusal(int refusals);

}  // namespace lambent::scheduler
