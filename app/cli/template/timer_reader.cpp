#include "app/cli/template/function_reader.h"
#include "app/cli/template/plain_json.h"

#include <algorithm>

// Events of types Schedule, ScheduleV2, EventBridgeRule and CloudWatchEvent: the part of
// FunctionReader that knows EventBridge.
namespace lambent::cli {
namespace {

// SAM makes names of the function's logical id and the event's.
constexpr std::size_t kNameMax = 64;

using Names = std::vector<std::string_view>;

const Names kOfSchedule{
    "Schedule",
    "Name",
    "Description",
    "Enabled",
    "State",
    "Input",
    "RetryPolicy",
    "DeadLetterConfig"};
const Names kOfRule{
    "Pattern",
    "RuleName",
    "Description",
    "Enabled",
    "State",
    "Input",
    "InputPath",
    "EventBusName",
    "RetryPolicy",
    "DeadLetterConfig"};
const Names kOfScheduleV2{
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "StartDate",
    "EndDate",
    "GroupName",
    "Name",
    "OmitName",
    "Description",
    "State",
    "Input",
    "RetryPolicy",
    "DeadLetterConfig",
    "RoleArn",
    "PermissionsBoundary"};

}  // namespace

Result<void> FunctionReader::check_event_names(
    const YAML::Node& properties,
    const std::string& type,
    const std::vector<std::string_view>& known
) const {
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return scope_.error_at(
                entry.first, name + " is not supported yet in an event of type " + type
            );
        }
    }
    return {};
}

// What the property says, or nothing when it is not there.
Result<std::string> FunctionReader::optional_text(const YAML::Node& of, const char* name) const {
    if (!of || !of[name]) {
        return std::string();
    }
    return scope_.text(of[name], name);
}

Result<void> FunctionReader::read_delivery(const YAML::Node& properties, Delivery& delivery) const {
    LAMBENT_TRY(delivery.input, optional_text(properties, "Input"));
    if (const YAML::Node policy = properties["RetryPolicy"]) {
        if (policy["MaximumRetryAttempts"]) {
            LAMBENT_TRY(
                delivery.retries_max,
                scope_.number(policy["MaximumRetryAttempts"], "MaximumRetryAttempts")
            );
        }
        if (policy["MaximumEventAgeInSeconds"]) {
            LAMBENT_TRY(
                delivery.age_s_max,
                scope_.number(policy["MaximumEventAgeInSeconds"], "MaximumEventAgeInSeconds")
            );
        }
    }
    if (const YAML::Node dead = properties["DeadLetterConfig"]) {
        LAMBENT_TRY(delivery.dead_letter_arn, optional_text(dead, "Arn"));
    }
    LAMBENT_TRY(const std::string state, optional_text(properties, "State"));
    delivery.enabled = state != "DISABLED";
    if (const YAML::Node enabled = properties["Enabled"]) {
        LAMBENT_TRY(const bool is_enabled, scope_.flag(enabled, "Enabled"));
        delivery.enabled = delivery.enabled && is_enabled;
    }
    return {};
}

std::string FunctionReader::event_name(const TemplateFunction& function, const std::string& id)
    const {
    return (scope_.stack_name() + "-" + function.logical_id + id).substr(0, kNameMax);
}

Result<void> FunctionReader::read_rule_event(
    const std::string& type,
    const std::string& id,
    const YAML::Node& properties,
    TemplateFunction& function
) const {
    const bool is_schedule = type == "Schedule";
    LAMBENT_TRY(check_event_names(properties, type, is_schedule ? kOfSchedule : kOfRule));
    RuleTrigger trigger;
    trigger.id = id;
    LAMBENT_TRY(trigger.name, optional_text(properties, is_schedule ? "Name" : "RuleName"));
    if (trigger.name.empty()) {
        trigger.name = event_name(function, id);
    }
    LAMBENT_TRY(trigger.schedule, optional_text(properties, is_schedule ? "Schedule" : ""));
    if (!is_schedule && properties["Pattern"]) {
        LAMBENT_TRY(trigger.pattern, plain_json(properties["Pattern"], scope_));
    }
    if (trigger.schedule.empty() && trigger.pattern.empty()) {
        return scope_.error_at(
            properties, "event " + id + " needs " + (is_schedule ? "Schedule" : "Pattern")
        );
    }
    LAMBENT_TRY(trigger.description, optional_text(properties, "Description"));
    LAMBENT_TRY(trigger.input_path, optional_text(properties, "InputPath"));
    LAMBENT_TRY(trigger.bus, optional_text(properties, "EventBusName"));
    LAMBENT_TRY(read_delivery(properties, trigger.delivery));
    function.rules.push_back(std::move(trigger));
    return {};
}

Result<void> FunctionReader::read_schedule_event(
    const std::string& id, const YAML::Node& properties, TemplateFunction& function
) const {
    LAMBENT_TRY(check_event_names(properties, "ScheduleV2", kOfScheduleV2));
    ScheduleTrigger trigger;
    trigger.id = id;
    LAMBENT_TRY(trigger.name, optional_text(properties, "Name"));
    if (trigger.name.empty()) {
        trigger.name = event_name(function, id);
    }
    LAMBENT_TRY(trigger.expression, optional_text(properties, "ScheduleExpression"));
    if (trigger.expression.empty()) {
        return scope_.error_at(properties, "event " + id + " needs ScheduleExpression");
    }
    LAMBENT_TRY(trigger.zone, optional_text(properties, "ScheduleExpressionTimezone"));
    LAMBENT_TRY(trigger.group, optional_text(properties, "GroupName"));
    LAMBENT_TRY(trigger.description, optional_text(properties, "Description"));
    LAMBENT_TRY(trigger.start, optional_text(properties, "StartDate"));
    LAMBENT_TRY(trigger.end, optional_text(properties, "EndDate"));
    LAMBENT_TRY(trigger.role, optional_text(properties, "RoleArn"));
    const YAML::Node window = properties["FlexibleTimeWindow"];
    if (window && window["MaximumWindowInMinutes"]) {
        LAMBENT_TRY(
            trigger.window_minutes,
            scope_.number(window["MaximumWindowInMinutes"], "MaximumWindowInMinutes")
        );
    }
    LAMBENT_TRY(read_delivery(properties, trigger.delivery));
    function.schedules.push_back(std::move(trigger));
    return {};
}

}  // namespace lambent::cli
