#include "scheduler/outbox/delivery_policy.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

bool may_succeed_later(Code code) {
    return code == Code::kThrottled || code == Code::kUnavailable || code == Code::kDeadline ||
           code == Code::kInternal;
}

}  // namespace

std::chrono::milliseconds wait_before_redelivery(std::uint32_t attempts, double jitter) {
    constexpr std::uint32_t kDoublingsMax = 10;  // 1 s << 10 is over 10 minutes
    const std::uint32_t doublings = std::min(attempts - std::min(attempts, 1U), kDoublingsMax);
    const std::chrono::milliseconds whole = std::min<std::chrono::milliseconds>(
        std::chrono::seconds(1LL << doublings), kRedeliveryWaitMax
    );
    const double share = (1 + std::clamp(jitter, 0.0, 1.0)) / 2;
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(whole.count()) * share)
    );
}

DeliveryDecision decide_delivery(const FailedDelivery& failed) {
    if (!may_succeed_later(failed.code)) {
        return {DeliveryVerdict::kRefused, 0};
    }
    if (failed.attempts > failed.retries_max) {
        return {DeliveryVerdict::kRetriesExhausted, 0};
    }
    const std::int64_t due_ms =
        failed.now_ms + wait_before_redelivery(failed.attempts, failed.jitter).count();
    if (due_ms - failed.accepted_ms >= failed.age_ms_max) {
        return {DeliveryVerdict::kTooOld, 0};
    }
    return {DeliveryVerdict::kRetry, due_ms};
}

std::string_view dead_letter_error_code(Code code) {
    switch (code) {
        case Code::kNotFound:
            return "NO_RESOURCE";
        case Code::kUnauthorised:
            return "NO_PERMISSIONS";
        case Code::kThrottled:
            return "THROTTLING";
        case Code::kDeadline:
            return "TIMEOUT";
        case Code::kInvalidArgument:
        case Code::kTooLarge:
            return "INVALID_PARAMETER";
        case Code::kConflict:
            return "RESOURCE_MODIFICATION_COLLISION";
        case Code::kUnavailable:
            return "ERROR_FROM_TARGET";
        case Code::kCorrupted:
        case Code::kInternal:
            break;
    }
    return "INTERNAL_ERROR";
}

std::string_view exhausted_condition(DeliveryVerdict verdict) {
    switch (verdict) {
        case DeliveryVerdict::kRetriesExhausted:
            return "MaximumRetryAttempts";
        case DeliveryVerdict::kTooOld:
            return "MaximumEventAgeInSeconds";
        case DeliveryVerdict::kRetry:
        case DeliveryVerdict::kRefused:
            break;
    }
    return "";
}

}  // namespace lambent::scheduler
