#include "app/cli/client/events_api.h"

#include "app/cli/client/service_error.h"
#include "base/clock.h"
#include "base/schedule/time_zone.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <optional>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

constexpr char kScheduleRole[] = "arn:aws:iam::000000000000:role/lambent";
constexpr char kAwsJson[] = "application/x-amz-json-1.1";

void add_if_any(Json& document, const char* member, const std::string& text) {
    if (!text.empty()) {
        document[member] = text;
    }
}

// What Lambda targets of rules and of schedules have in common.
Json target_of(const Delivery& delivery, const std::string& function_arn) {
    Json target{{"Arn", function_arn}};
    add_if_any(target, "Input", delivery.input);
    if (delivery.retries_max) {
        target["RetryPolicy"]["MaximumRetryAttempts"] = *delivery.retries_max;
    }
    if (delivery.age_s_max) {
        target["RetryPolicy"]["MaximumEventAgeInSeconds"] = *delivery.age_s_max;
    }
    if (!delivery.dead_letter_arn.empty()) {
        target["DeadLetterConfig"]["Arn"] = delivery.dead_letter_arn;
    }
    return target;
}

const char* state_of(const Delivery& delivery) {
    return delivery.enabled ? "ENABLED" : "DISABLED";
}

// "2026-11-21T08:00:00Z", a fraction and the Z may be left out, as seconds since 1970.
Result<std::int64_t> seconds_of(const std::string& date) {
    CivilTime civil;
    const int read = std::sscanf(
        date.c_str(),
        "%4d-%2d-%2dT%2d:%2d:%2d",
        &civil.year,
        &civil.month,
        &civil.day,
        &civil.hour,
        &civil.minute,
        &civil.second
    );
    constexpr int kAll = 6;
    if (read != kAll) {
        return Error(
            Code::kInvalidArgument,
            "template",
            "a date is written 2026-11-21T08:00:00Z, not " + date
        );
    }
    return unix_ms(TimeZone::utc().moment(civil).time) / 1'000;
}

}  // namespace

std::string rule_document(const RuleTrigger& rule) {
    Json json{{"Name", rule.name}, {"State", state_of(rule.delivery)}};
    add_if_any(json, "ScheduleExpression", rule.schedule);
    add_if_any(json, "EventPattern", rule.pattern);
    add_if_any(json, "Description", rule.description);
    add_if_any(json, "EventBusName", rule.bus);
    return json.dump();
}

std::string targets_document(const RuleTrigger& rule, const std::string& function_arn) {
    Json target = target_of(rule.delivery, function_arn);
    target["Id"] = "lambda";
    add_if_any(target, "InputPath", rule.input_path);
    Json json{{"Rule", rule.name}};
    json["Targets"] = Json::array({target});
    add_if_any(json, "EventBusName", rule.bus);
    return json.dump();
}

Result<std::string> schedule_document(
    const ScheduleTrigger& schedule, const std::string& function_arn
) {
    Json json{{"ScheduleExpression", schedule.expression}, {"State", state_of(schedule.delivery)}};
    json["Target"] = target_of(schedule.delivery, function_arn);
    json["Target"]["RoleArn"] = schedule.role.empty() ? kScheduleRole : schedule.role;
    json["FlexibleTimeWindow"]["Mode"] = schedule.window_minutes > 0 ? "FLEXIBLE" : "OFF";
    if (schedule.window_minutes > 0) {
        json["FlexibleTimeWindow"]["MaximumWindowInMinutes"] = schedule.window_minutes;
    }
    add_if_any(json, "ScheduleExpressionTimezone", schedule.zone);
    add_if_any(json, "GroupName", schedule.group);
    add_if_any(json, "Description", schedule.description);
    if (!schedule.start.empty()) {
        LAMBENT_TRY(json["StartDate"], seconds_of(schedule.start));
    }
    if (!schedule.end.empty()) {
        LAMBENT_TRY(json["EndDate"], seconds_of(schedule.end));
    }
    return json.dump();
}

Result<void> EventsApi::ask(const std::string& operation, const std::string& body) {
    HttpCall call;
    call.service = "events";
    call.method = "POST";
    call.path = "/";
    call.body = body;
    call.headers = {{"Content-Type", kAwsJson}, {"X-Amz-Target", "AWSEvents." + operation}};
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<void> EventsApi::put_rule(const RuleTrigger& rule, const std::string& function_arn) {
    LAMBENT_TRY(ask("PutRule", rule_document(rule)));
    return ask("PutTargets", targets_document(rule, function_arn));
}

Result<void> EventsApi::put_schedule(
    const ScheduleTrigger& schedule, const std::string& function_arn
) {
    HttpCall call;
    call.service = "scheduler";
    call.method = "PUT";
    call.path = "/schedules/" + schedule.name;
    call.headers = {{"Content-Type", "application/json"}};
    LAMBENT_TRY(call.body, schedule_document(schedule, function_arn));
    LAMBENT_TRY(const HttpReply updated, client_.send(call));
    constexpr int kNotFound = 404;
    if (updated.status == kNotFound) {
        call.method = "POST";
        LAMBENT_TRY(send_ok(client_, call));
        return {};
    }
    if (!updated.ok()) {
        return service_error(updated);
    }
    return {};
}

}  // namespace lambent::cli
