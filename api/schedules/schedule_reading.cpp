#include "api/schedules/schedule_reading.h"

#include "api/schedules/schedules_errors.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace lambent::api::schedules {
namespace {

constexpr std::size_t kArnMax = 1'600;
constexpr std::size_t kTokenMax = 64;
constexpr std::string_view kNamePattern = "^[0-9a-zA-Z-_.]+$";

bool is_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    });
}

std::string needed(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
) {
    const auto text = fields.text(member);
    if (!text) {
        constraints.must_not_be_null(field);
    }
    return text.value_or("");
}

// Of any number, the time next to it between 1970 and what is later than all that is accepted.
std::optional<std::int64_t> read_time(JsonFields& fields, std::string_view member) {
    constexpr double kLatestMs = 1e15;
    const auto seconds = fields.decimal(member);
    if (!seconds) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(std::llround(std::clamp(*seconds * 1'000, 0.0, kLatestMs)));
}

// The service that an ARN belongs to: "arn:aws:lambda:…".
std::string_view service_of(std::string_view arn) {
    constexpr std::string_view kBefore = "arn:aws:";
    if (!arn.starts_with(kBefore)) {
        return {};
    }
    arn.remove_prefix(kBefore.size());
    return arn.substr(0, arn.find(':'));
}

bool is_role(std::string_view arn) {
    return service_of(arn) == "iam" && arn.find(":role/") != std::string_view::npos;
}

void read_retries(JsonFields& target, Constraints& constraints, triggers::ScheduleTarget& into) {
    constexpr std::int64_t kAgeMin = 60;
    constexpr std::int64_t kAgeMax = 86'400;
    constexpr std::int64_t kRetriesMax = 185;
    auto policy = target.object("RetryPolicy");
    if (!policy) {
        return;
    }
    into.age_s_max = policy->number("MaximumEventAgeInSeconds").value_or(into.age_s_max);
    into.retries_max = policy->number("MaximumRetryAttempts").value_or(into.retries_max);
    constraints.range(
        "target.retryPolicy.maximumEventAgeInSeconds", into.age_s_max, kAgeMin, kAgeMax
    );
    constraints.range("target.retryPolicy.maximumRetryAttempts", into.retries_max, 0, kRetriesMax);
}

void read_target(JsonFields& target, Constraints& constraints, triggers::ScheduleTarget& into) {
    into.arn = needed(target, constraints, "Arn", "target.arn");
    into.role = needed(target, constraints, "RoleArn", "target.roleArn");
    constraints.length("target.arn", into.arn, 1, kArnMax);
    constraints.pattern(
        "target.roleArn",
        into.role,
        into.role.empty() || is_role(into.role),
        R"(^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@\/-]+$)"
    );
    into.input = target.text("Input");
    read_retries(target, constraints, into);
    if (auto dead = target.object("DeadLetterConfig")) {
        into.dead_letter_arn = dead->text("Arn").value_or("");
        constraints.pattern(
            "target.deadLetterConfig.arn",
            into.dead_letter_arn,
            into.dead_letter_arn.empty() || service_of(into.dead_letter_arn) == "sqs",
            R"(^arn:aws(-[a-z]+)?:sqs:[a-z0-9\-]+:\d{12}:[a-zA-Z0-9\-_]+$)"
        );
    }
    if (auto queue = target.object("SqsParameters")) {
        into.group_id = queue->text("MessageGroupId").value_or("");
    }
    if (auto bus = target.object("EventBridgeParameters")) {
        constexpr std::size_t kDetailTypeMax = 128;
        constexpr std::size_t kSourceMax = 256;
        const std::string before = "target.eventBridgeParameters.";
        into.detail_type = needed(*bus, constraints, "DetailType", before + "detailType");
        into.source = needed(*bus, constraints, "Source", before + "source");
        constraints.length(before + "detailType", into.detail_type, 1, kDetailTypeMax);
        constraints.length(before + "source", into.source, 1, kSourceMax);
    }
}

// What goes with which kind of target.
std::optional<AwsError> target_fault(const triggers::ScheduleTarget& target) {
    constexpr std::array<std::string_view, 4> kServices = {"lambda", "sqs", "sns", "events"};
    const std::string_view service = service_of(target.arn);
    if (service.empty()) {
        return validation_failed("Provided Arn is not in correct format.");
    }
    if (std::find(kServices.begin(), kServices.end(), service) == kServices.end()) {
        return validation_failed(
            "lambent has no targets of " + std::string(service) + ", only Lambda functions, SQS " +
            "queues, SNS topics and event buses."
        );
    }
    if (service == "events" && target.source.empty()) {
        return validation_failed("EventBridgeParameters are required for an event bus.");
    }
    if (service != "events" && !target.source.empty()) {
        return validation_failed("EventBridgeParameters are for event buses only.");
    }
    if (service != "sqs" && !target.group_id.empty()) {
        return validation_failed("SqsParameters are for queues only.");
    }
    return std::nullopt;
}

void read_window(JsonFields& fields, Constraints& constraints, triggers::Schedule& into) {
    constexpr std::int64_t kMinutesMax = 1'440;
    auto window = fields.object("FlexibleTimeWindow");
    if (!window) {
        constraints.must_not_be_null("flexibleTimeWindow");
        return;
    }
    const std::string mode = needed(*window, constraints, "Mode", "flexibleTimeWindow.mode");
    constraints.one_of("flexibleTimeWindow.mode", mode, {"OFF", "FLEXIBLE"});
    const auto minutes = window->number("MaximumWindowInMinutes");
    const char* const field = "flexibleTimeWindow.maximumWindowInMinutes";
    if (mode == "FLEXIBLE" && !minutes) {
        constraints.must_not_be_null(field);
    }
    if (minutes) {
        constraints.range(field, *minutes, 1, kMinutesMax);
    }
    if (mode == "OFF" && minutes) {
        constraints.range(field, *minutes, 0, 0);
    }
    into.window_minutes = minutes.value_or(0);
}

void read_times(JsonFields& fields, Constraints& constraints, triggers::Schedule& into) {
    constexpr std::size_t kExpressionMax = 256;
    constexpr std::size_t kZoneMax = 50;
    into.expression = needed(fields, constraints, "ScheduleExpression", "scheduleExpression");
    constraints.length("scheduleExpression", into.expression, 1, kExpressionMax);
    into.zone = fields.text("ScheduleExpressionTimezone").value_or(into.zone);
    constraints.length("scheduleExpressionTimezone", into.zone, 1, kZoneMax);
    into.start_ms = read_time(fields, "StartDate");
    into.end_ms = read_time(fields, "EndDate");
    const std::string state = fields.text("State").value_or("ENABLED");
    constraints.one_of("state", state, {"ENABLED", "DISABLED"});
    into.enabled = state == "ENABLED";
    const std::string after = fields.text("ActionAfterCompletion").value_or("NONE");
    constraints.one_of("actionAfterCompletion", after, {"NONE", "DELETE"});
    into.delete_after = after == "DELETE";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, number);
    return failed == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

}  // namespace

void check_name(Constraints& constraints, std::string_view field, const std::string& name) {
    constraints.length(field, name, 1, kNameMax);
    constraints.pattern(field, name, is_name(name), kNamePattern);
}

Answer<triggers::Schedule> read_schedule(const Call& call) {
    constexpr std::size_t kDescriptionMax = 512;
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    triggers::Schedule schedule;
    schedule.name = call.subject;
    check_name(constraints, "name", schedule.name);
    schedule.group = fields.text("GroupName").value_or(schedule.group);
    check_name(constraints, "groupName", schedule.group);
    schedule.client_token = fields.text("ClientToken").value_or("");
    constraints.length("clientToken", schedule.client_token, 0, kTokenMax);
    schedule.description = fields.text("Description").value_or("");
    constraints.length("description", schedule.description, 0, kDescriptionMax);
    schedule.kms_key = fields.text("KmsKeyArn").value_or("");
    read_times(fields, constraints, schedule);
    read_window(fields, constraints, schedule);
    if (auto target = fields.object("Target")) {
        read_target(*target, constraints, schedule.target);
    } else {
        constraints.must_not_be_null("target");
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (const auto wrong = target_fault(schedule.target)) {
        return *wrong;
    }
    return schedule;
}

Answer<std::map<std::string, std::string>> read_tags(const nlohmann::json& body) {
    constexpr std::size_t kKeyMax = 128;
    constexpr std::size_t kValueMax = 256;
    std::map<std::string, std::string> tags;
    const auto listed = body.find("Tags");
    if (listed == body.end() || !listed->is_array()) {
        return tags;
    }
    std::string fault;
    Constraints constraints;
    for (const nlohmann::json& one : *listed) {
        JsonFields fields(one, fault);
        const std::string key = needed(fields, constraints, "Key", "tags.member.key");
        const std::string value = needed(fields, constraints, "Value", "tags.member.value");
        constraints.length("tags.member.key", key, 1, kKeyMax);
        constraints.length("tags.member.value", value, 1, kValueMax);
        tags[key] = value;
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    return tags;
}

Answer<triggers::ScheduleFilter> read_filter(const Call& call) {
    constexpr std::int64_t kPageMax = 100;
    Constraints constraints;
    triggers::ScheduleFilter filter;
    filter.name_prefix = http::find_item(call.query, "NamePrefix").value_or("");
    constraints.length("namePrefix", filter.name_prefix, 0, kNameMax);
    const auto count = http::find_item(call.query, "MaxResults");
    const auto number = count ? whole_number(*count) : std::optional(kPageMax);
    if (!number) {
        return validation_failed("MaxResults is not a number.");
    }
    constraints.range("maxResults", *number, 1, kPageMax);
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    filter.count_max = static_cast<std::size_t>(*number);
    return filter;
}

}  // namespace lambent::api::schedules
