#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace lambent::scheduler {

// A delivery that failed.
struct FailedDelivery {
    Code code = Code::kInternal;
    std::uint32_t attempts = 0;  // begun so far, this one included
    std::int64_t accepted_ms = 0;
    std::int64_t now_ms = 0;
    std::uint32_t retries_max = 0;
    std::int64_t age_ms_max = 0;
    double jitter = 0;  // random, from 0 up to 1
};

enum class DeliveryVerdict { kRetry, kRefused, kRetriesExhausted, kTooOld };

struct DeliveryDecision {
    DeliveryVerdict verdict = DeliveryVerdict::kRefused;
    std::int64_t due_ms = 0;  // with kRetry
};

// EventBridge's rules: what can never succeed is not tried again; else retries back off until their
// number or the message's age is used up.
DeliveryDecision decide_delivery(const FailedDelivery& failed);

// Before the attempt after the given number of them (from 1): a random time between the half and
// the whole of 1 s, 2 s, 4 s … 10 min, with which 185 retries fill 24 hours.
inline constexpr std::chrono::milliseconds kRedeliveryWaitMax = std::chrono::minutes(10);
std::chrono::milliseconds wait_before_redelivery(std::uint32_t attempts, double jitter);

// Values of the attributes ERROR_CODE and EXHAUSTED_RETRY_CONDITION of a dead letter; the second is
// empty for kRefused.
std::string_view dead_letter_error_code(Code code);
std::string_view exhausted_condition(DeliveryVerdict verdict);

}  // namespace lambent::scheduler
