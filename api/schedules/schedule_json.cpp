#include "api/schedules/schedule_json.h"

#include "triggers/schedules/schedule_message.h"

#include <nlohmann/json.hpp>

namespace lambent::api::schedules {
namespace {

nlohmann::json seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1'000.0;
}

void add_text(nlohmann::json& json, const char* member, const std::string& text) {
    if (!text.empty()) {
        json[member] = text;
    }
}

const char* state_of(const triggers::Schedule& schedule) {
    return schedule.enabled ? "ENABLED" : "DISABLED";
}

nlohmann::json target_json(const triggers::ScheduleTarget& target) {
    nlohmann::json json = {
        {"Arn", target.arn},
        {"RoleArn", target.role},
        {"RetryPolicy",
         {{"MaximumEventAgeInSeconds", target.age_s_max},
          {"MaximumRetryAttempts", target.retries_max}}},
    };
    if (target.input) {
        json["Input"] = *target.input;
    }
    if (!target.dead_letter_arn.empty()) {
        json["DeadLetterConfig"] = {{"Arn", target.dead_letter_arn}};
    }
    if (!target.group_id.empty()) {
        json["SqsParameters"] = {{"MessageGroupId", target.group_id}};
    }
    if (!target.source.empty()) {
        json["EventBridgeParameters"] = {
            {"DetailType", target.detail_type}, {"Source", target.source}};
    }
    return json;
}

nlohmann::json window_json(std::int64_t minutes) {
    nlohmann::json json = {{"Mode", minutes > 0 ? "FLEXIBLE" : "OFF"}};
    if (minutes > 0) {
        json["MaximumWindowInMinutes"] = minutes;
    }
    return json;
}

}  // namespace

nlohmann::json schedule_json(const triggers::Schedule& schedule, const std::string& region) {
    nlohmann::json json = {
        {"Arn", triggers::schedule_arn(region, schedule.group, schedule.name)},
        {"GroupName", schedule.group},
        {"Name", schedule.name},
        {"ScheduleExpression", schedule.expression},
        {"ScheduleExpressionTimezone", schedule.zone},
        {"State", state_of(schedule)},
        {"ActionAfterCompletion", schedule.delete_after ? "DELETE" : "NONE"},
        {"FlexibleTimeWindow", window_json(schedule.window_minutes)},
        {"Target", target_json(schedule.target)},
        {"CreationDate", seconds(schedule.created_ms)},
        {"LastModificationDate", seconds(schedule.modified_ms)},
    };
    add_text(json, "Description", schedule.description);
    add_text(json, "KmsKeyArn", schedule.kms_key);
    if (schedule.start_ms) {
        json["StartDate"] = seconds(*schedule.start_ms);
    }
    if (schedule.end_ms) {
        json["EndDate"] = seconds(*schedule.end_ms);
    }
    return json;
}

nlohmann::json schedule_summary(const triggers::Schedule& schedule, const std::string& region) {
    return {
        {"Arn", triggers::schedule_arn(region, schedule.group, schedule.name)},
        {"GroupName", schedule.group},
        {"Name", schedule.name},
        {"State", state_of(schedule)},
        {"Target", {{"Arn", schedule.target.arn}}},
        {"CreationDate", seconds(schedule.created_ms)},
        {"LastModificationDate", seconds(schedule.modified_ms)},
    };
}

nlohmann::json group_json(const triggers::ScheduleGroup& group, const std::string& region) {
    return {
        {"Arn", triggers::schedule_group_arn(region, group.name)},
        {"Name", group.name},
        {"State", "ACTIVE"},
        {"CreationDate", seconds(group.created_ms)},
        {"LastModificationDate", seconds(group.modified_ms)},
    };
}

nlohmann::json tags_json(const std::map<std::string, std::string>& tags) {
    nlohmann::json json = nlohmann::json::array();
    for (const auto& [key, value] : tags) {
        json.push_back({{"Key", key}, {"Value", value}});
    }
    return json;
}

}  // namespace lambent::api::schedules
