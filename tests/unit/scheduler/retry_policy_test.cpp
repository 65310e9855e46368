#include "scheduler/retry_policy.h"

#include <catch2/catch.hpp>

using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

RetryInput failed_attempt(int attempts) {
    RetryInput input;
    input.result = AttemptResult::kFunctionError;
    input.attempts = attempts;
    input.now_ms = 1'000'000;
    input.accepted_ms = 1'000'000;
    return input;
}

}  // namespace

TEST_CASE("decide_retry is done after a success", "[scheduler][retry_policy]") {
    CHECK(decide_retry({}).verdict == Verdict::kDone);
}

TEST_CASE("decide_retry tries a failing function three times", "[scheduler][retry_policy]") {
    const RetryDecision first = decide_retry(failed_attempt(1));
    CHECK(first.verdict == Verdict::kRetry);
    CHECK(first.due_ms == 1'000'000 + 60'000);
    const RetryDecision second = decide_retry(failed_attempt(2));
    CHECK(second.verdict == Verdict::kRetry);
    CHECK(second.due_ms == 1'000'000 + 120'000);
    CHECK(decide_retry(failed_attempt(3)).verdict == Verdict::kRetriesExhausted);
}

TEST_CASE("decide_retry honours the function's settings", "[scheduler][retry_policy]") {
    RetryInput input = failed_attempt(1);
    input.retries_max = 0;
    CHECK(decide_retry(input).verdict == Verdict::kRetriesExhausted);
    input.retries_max = 1;
    CHECK(decide_retry(input).verdict == Verdict::kRetry);
    input.age_max_s = 60;
    CHECK(decide_retry(input).verdict == Verdict::kTooOld);
    input.age_max_s = 61;
    CHECK(decide_retry(input).verdict == Verdict::kRetry);
}

TEST_CASE("decide_retry backs off while there is no room", "[scheduler][retry_policy]") {
    RetryInput input;
    input.result = AttemptResult::kNotAdmitted;
    input.retries_max = 0;
    input.attempts = 0;
    input.refusals = 4;
    const RetryDecision decision = decide_retry(input);
    CHECK(decision.verdict == Verdict::kRetry);
    CHECK(decision.due_ms == 8'000);
    input.now_ms = 21'595'000;
    CHECK(decide_retry(input).verdict == Verdict::kTooOld);
}

TEST_CASE("wait_after_refusal grows from 1 second to 5 minutes", "[scheduler][retry_policy]") {
    CHECK(wait_after_refusal(0) == 1s);
    CHECK(wait_after_refusal(1) == 1s);
    CHECK(wait_after_refusal(2) == 2s);
    CHECK(wait_after_refusal(9) == 256s);
    CHECK(wait_after_refusal(10) == 5min);
    CHECK(wait_after_refusal(1'000'000) == 5min);
}

TEST_CASE("too_old counts from acceptance", "[scheduler][retry_policy]") {
    CHECK_FALSE(too_old(1'000, 60, 60'999));
    CHECK(too_old(1'000, 60, 61'000));
    CHECK_FALSE(too_old(1'000, 60, 0));  // the clock was set back
}
