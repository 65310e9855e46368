#include "triggers/schedules/schedule_message.h"

#include "base/clock.h"
#include "base/time_format.h"
#include "runtime/functions/function.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace lambent::triggers {
namespace {

std::string scheduler_arn(const std::string& region, const std::string& resource) {
    return "arn:aws:scheduler:" + region + ":" + runtime::kAccountId + ":" + resource;
}

// 2026-11-21T08:00:00Z
std::string whole_second(std::int64_t ms) {
    constexpr std::size_t kUntilSeconds = 19;
    return iso8601_ms(from_unix_ms(ms)).substr(0, kUntilSeconds) + "Z";
}

void replace_all(std::string& text, std::string_view what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        text.replace(at, what.size(), with);
        at += with.size();
    }
}

// What a target without an input of its own gets.
std::string plain_event(
    const std::string& arn, const std::string& region, const std::string& id, std::int64_t time_ms
) {
    nlohmann::ordered_json event;
    event["version"] = "0";
    event["id"] = id;
    event["detail-type"] = "Scheduled Event";
    event["source"] = "aws.scheduler";
    event["account"] = runtime::kAccountId;
    event["time"] = whole_second(time_ms);
    event["region"] = region;
    event["resources"] = {arn};
    event["detail"] = "{}";
    return event.dump();
}

}  // namespace

std::string schedule_arn(
    const std::string& region, const std::string& group, const std::string& name
) {
    return scheduler_arn(region, "schedule/" + group + "/" + name);
}

std::string schedule_group_arn(const std::string& region, const std::string& name) {
    return scheduler_arn(region, "schedule-group/" + name);
}

TimerPlan plan_of(const Schedule& schedule, std::int64_t seed) {
    constexpr std::int64_t kSecondMs = 1'000;
    constexpr std::int64_t kMinuteMs = 60'000;
    TimerPlan plan;
    plan.expression = schedule.expression;
    plan.zone = schedule.zone;
    plan.anchor_ms = schedule.anchor_ms;
    plan.start_ms = schedule.start_ms;
    plan.end_ms = schedule.end_ms;
    plan.window_ms = schedule.window_minutes * kMinuteMs;
    plan.late_ms_max = schedule.target.age_s_max * kSecondMs;
    plan.seed = seed;
    return plan;
}

scheduler::TargetMessage message_of(
    const Schedule& schedule,
    const Tick& tick,
    const std::string& region,
    const std::string& execution_id
) {
    const ScheduleTarget& target = schedule.target;
    scheduler::TargetMessage message;
    message.id = execution_id;
    message.target_arn = target.arn;
    message.source_arn = schedule_arn(region, schedule.group, schedule.name);
    message.group_id = target.group_id;
    message.detail_type = target.detail_type;
    message.source = target.source;
    if (!target.input) {
        message.body = plain_event(message.source_arn, region, execution_id, tick.scheduled_ms);
        return message;
    }
    message.body = *target.input;
    replace_all(message.body, "<aws.scheduler.schedule-arn>", message.source_arn);
    replace_all(message.body, "<aws.scheduler.scheduled-time>", whole_second(tick.scheduled_ms));
    replace_all(message.body, "<aws.scheduler.execution-id>", execution_id);
    replace_all(message.body, "<aws.scheduler.attempt-number>", "1");
    return message;
}

scheduler::DeliveryRules rules_of(
    const Schedule& schedule, const Tick& tick, const std::string& region, std::int64_t now_ms
) {
    constexpr std::int64_t kSecondMs = 1'000;
    scheduler::DeliveryRules rules;
    rules.attempts_max = static_cast<std::uint32_t>(schedule.target.retries_max);
    const std::int64_t late_ms = std::max<std::int64_t>(now_ms - tick.due_ms, 0);
    rules.age_ms_max = std::max<std::int64_t>(schedule.target.age_s_max * kSecondMs - late_ms, 0);
    rules.dead_letter_arn = schedule.target.dead_letter_arn;
    rules.dead_letter_attributes = {
        {"SCHEDULE_ARN", schedule_arn(region, schedule.group, schedule.name)},
        {"EXECUTION_TIME", whole_second(tick.scheduled_ms)}};
    return rules;
}

}  // namespace lambent::triggers
