#pragma once

#include "base/result.h"
#include "scheduler/outbox/delivery_policy.h"
#include "scheduler/targets.h"

#include <cstdint>

namespace lambent::scheduler {

struct DeadLetter {
    TargetMessage message;
    DeliveryRules rules;
};

// What a message's dead-letter queue gets when delivery is given up: the same body, with the
// attributes that EventBridge sets.
DeadLetter dead_letter_of(
    const TargetMessage& message,
    const DeliveryRules& rules,
    const Error& error,
    DeliveryVerdict verdict,
    std::uint32_t attempts
);

}  // namespace lambent::scheduler
