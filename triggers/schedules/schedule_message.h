#pragma once

#include "scheduler/targets.h"
#include "triggers/schedules/schedule.h"
#include "triggers/timers/timetable.h"

#include <cstdint>
#include <string>

namespace lambent::triggers {

std::string schedule_arn(
    const std::string& region, const std::string& group, const std::string& name
);
std::string schedule_group_arn(const std::string& region, const std::string& name);

// When the schedule ticks.
TimerPlan plan_of(const Schedule& schedule, std::int64_t seed);

// What a tick of the schedule sends. `execution_id` is a new UUID: the message's id, and what the
// input's <aws.scheduler.execution-id> becomes.
scheduler::TargetMessage message_of(
    const Schedule& schedule,
    const Tick& tick,
    const std::string& region,
    const std::string& execution_id
);

// How long its delivery is tried: a tick that is late has less time left.
scheduler::DeliveryRules rules_of(
    const Schedule& schedule, const Tick& tick, const std::string& region, std::int64_t now_ms
);

}  // namespace lambent::triggers
