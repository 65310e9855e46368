#include "scheduler/retry_policy.h"

#include <algorithm>

namespace lambent::scheduler {

std::chrono::milliseconds wait_after_error(int attempts) {
    return attempts <= 1 ? std::chrono::minutes(1) : std::chrono::minutes(2);
}

std::chrono::milliseconds wait_after_refusal(int refusals) {
    constexpr int kDoublingsMax = 9;  // 1 s << 9 is over 5 minutes
    const int doublings = std::clamp(refusals - 1, 0, kDoublingsMax);
    const std::chrono::milliseconds wait = std::chrono::seconds(1LL << doublings);
    return std::min<std::chrono::milliseconds>(wait, std::chrono::minutes(5));
}

bool too_old(std::int64_t accepted_ms, std::uint32_t age_max_s, std::int64_t now_ms) {
    return now_ms - accepted_ms >= std::int64_t{age_max_s} * 1'000;
}

RetryDecision decide_retry(const RetryInput& input) {
    if (input.result == AttemptResult::kSucceeded) {
        return {Verdict::kDone, 0};
    }
    const bool refused = input.result == AttemptResult::kNotAdmitted;
    if (!refused && input.attempts > static_cast<int>(input.retries_max)) {
        return {Verdict::kRetriesExhausted, 0};
    }
    const std::chrono::milliseconds wait =
        refused ? wait_after_refusal(input.refusals) : wait_after_error(input.attempts);
    const std::int64_t due_ms = input.now_ms + wait.count();
    if (too_old(input.accepted_ms, input.age_max_s, due_ms)) {
        return {Verdict::kTooOld, 0};
    }
    return {Verdict::kRetry, due_ms};
}

}  // namespace lambent::scheduler
