#pragma once

#include "scheduler/targets.h"
#include "triggers/events/event.h"
#include "triggers/events/rule.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace lambent::triggers {

// An event on its way from a rule to one of its targets.
struct RuleDelivery {
    scheduler::TargetMessage message;
    scheduler::DeliveryRules rules;
};

// What the target gets of the event; `document` is the event's. The message's id follows from
// event, rule and target, so that an event that comes twice is sent on once. Nothing for an event
// that another bus sent and this rule would send to a third.
std::optional<RuleDelivery> delivery_of(
    const Rule& rule,
    const RuleTarget& target,
    const Event& event,
    const nlohmann::ordered_json& document,
    const std::string& region,
    std::int64_t now_ms
);

// What a rule of another bus, or a schedule, sent to this one.
Event event_of(const scheduler::TargetMessage& message, std::int64_t now_ms);

}  // namespace lambent::triggers
