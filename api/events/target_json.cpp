#include "api/events/target_json.h"

#include "api/events/events_errors.h"
#include "api/events/events_fields.h"
#include "api/wire/json.h"
#include "triggers/events/input_template.h"
#include "triggers/events/json_path.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace lambent::api::events {
namespace {

using triggers::RuleTarget;

constexpr std::size_t kInputMax = 8'192;

void read_what(JsonFields& fields, Constraints& constraints, RuleTarget& into) {
    constexpr std::size_t kPathMax = 256;
    into.input = fields.text("Input");
    constraints.length("targets.member.input", into.input.value_or(""), 0, kInputMax);
    into.input_path = fields.text("InputPath").value_or("");
    constraints.length("targets.member.inputPath", into.input_path, 0, kPathMax);
    auto transformer = fields.object("InputTransformer");
    if (!transformer) {
        return;
    }
    triggers::InputTransformer made;
    const char* const field = "targets.member.inputTransformer.inputTemplate";
    made.text = read_required(*transformer, constraints, "InputTemplate", field);
    constraints.length(field, made.text, 1, kInputMax);
    made.paths = transformer->text_map("InputPathsMap").value_or(triggers::Tags());
    into.transformer = std::move(made);
}

void read_how(JsonFields& fields, Constraints& constraints, RuleTarget& into) {
    constexpr std::int64_t kRetriesMax = 185;
    constexpr std::int64_t kAgeMin = 60;
    constexpr std::int64_t kAgeMax = 86'400;
    if (auto policy = fields.object("RetryPolicy")) {
        const std::string before = "targets.member.retryPolicy.";
        into.retries_max = policy->number("MaximumRetryAttempts");
        into.age_s_max = policy->number("MaximumEventAgeInSeconds");
        constraints.range(
            before + "maximumRetryAttempts", into.retries_max.value_or(0), 0, kRetriesMax
        );
        constraints.range(
            before + "maximumEventAgeInSeconds", into.age_s_max.value_or(kAgeMin), kAgeMin, kAgeMax
        );
    }
    if (auto dead = fields.object("DeadLetterConfig")) {
        into.dead_letter_arn = dead->text("Arn").value_or("");
    }
    if (auto queue = fields.object("SqsParameters")) {
        into.group_id = queue->text("MessageGroupId").value_or("");
    }
}

RuleTarget read_target(JsonFields& fields, Constraints& constraints) {
    constexpr std::size_t kArnMax = 1'600;
    RuleTarget target;
    target.id = read_required(fields, constraints, "Id", "targets.member.id");
    check_rule_name(constraints, "targets.member.id", target.id);
    target.arn = read_required(fields, constraints, "Arn", "targets.member.arn");
    constraints.length("targets.member.arn", target.arn, 1, kArnMax);
    target.role = fields.text("RoleArn").value_or("");
    read_what(fields, constraints, target);
    read_how(fields, constraints, target);
    return target;
}

// "lambda" of "arn:aws:lambda:…"; empty for what is no ARN of a resource.
std::string service_of(const std::string& arn) {
    constexpr std::string_view kBefore = "arn:aws:";
    const std::size_t end = arn.find(':', kBefore.size());
    const bool is_arn = arn.starts_with(kBefore) && end != std::string::npos &&
                        std::count(arn.begin(), arn.end(), ':') >= 5;
    return is_arn ? arn.substr(kBefore.size(), end - kBefore.size()) : std::string();
}

std::optional<AwsError> arn_fault(const RuleTarget& target) {
    constexpr std::array<std::string_view, 4> kServices = {"lambda", "sqs", "sns", "events"};
    const std::string service = service_of(target.arn);
    if (service.empty()) {
        return validation_failed(
            "Parameter " + target.arn +
            " is not valid. Reason: Provided Arn is not in correct format."
        );
    }
    if (std::find(kServices.begin(), kServices.end(), service) == kServices.end()) {
        return validation_failed(
            "lambent has no targets of " + service + ", only Lambda functions, SQS queues, SNS " +
            "topics and event buses."
        );
    }
    const bool is_fifo = target.arn.ends_with(".fifo");
    if (service == "sqs" && is_fifo && target.group_id.empty()) {
        return validation_failed(
            "Parameter(s) SqsParameters must be specified for target: " + target.id + "."
        );
    }
    if (service == "sqs" && !is_fifo && !target.group_id.empty()) {
        return validation_failed(
            "Parameter(s) MessageGroupId not supported for target: " + target.id + "."
        );
    }
    return std::nullopt;
}

std::optional<AwsError> input_fault(const RuleTarget& target) {
    const int ways =
        (target.input ? 1 : 0) + (target.input_path.empty() ? 0 : 1) + (target.transformer ? 1 : 0);
    if (ways > 1) {
        return validation_failed(
            "Only one of Input, InputPath, or InputTransformer must be provided for target " +
            target.id + "."
        );
    }
    if (target.input && !is_json(*target.input)) {
        return validation_failed("JSON syntax error in input for target " + target.id + ".");
    }
    if (!target.input_path.empty() && triggers::JsonPath::parse(target.input_path).has_error()) {
        return validation_failed("Invalid InputPath for target " + target.id + ".");
    }
    if (target.transformer) {
        const auto checked = triggers::check_template(*target.transformer);
        if (checked.has_error()) {
            return validation_failed(
                "Invalid InputTemplate for target " + target.id + " : [" +
                checked.error().message() + "]."
            );
        }
    }
    return std::nullopt;
}

}  // namespace

Answer<std::vector<RuleTarget>> read_targets(const nlohmann::json& body) {
    constexpr std::size_t kTargetsMax = 100;
    std::string fault;
    Constraints constraints;
    std::vector<RuleTarget> targets;
    const auto listed = body.find("Targets");
    const bool is_list = listed != body.end() && listed->is_array();
    if (!is_list) {
        constraints.must_not_be_null("targets");
    } else if (listed->empty() || listed->size() > kTargetsMax) {
        return validation_failed(
            "1 validation error detected: Value at 'targets' failed to satisfy constraint: Member "
            "must have length between 1 and 100"
        );
    } else {
        for (const nlohmann::json& one : *listed) {
            JsonFields fields(one, fault);
            targets.push_back(read_target(fields, constraints));
        }
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    for (const RuleTarget& target : targets) {
        if (const auto wrong = arn_fault(target)) {
            return *wrong;
        }
        if (const auto wrong = input_fault(target)) {
            return *wrong;
        }
    }
    return targets;
}

nlohmann::json target_json(const RuleTarget& target) {
    nlohmann::json json = {{"Id", target.id}, {"Arn", target.arn}};
    const auto add = [&json](const char* member, const std::string& text) {
        if (!text.empty()) {
            json[member] = text;
        }
    };
    add("RoleArn", target.role);
    add("InputPath", target.input_path);
    if (target.input) {
        json["Input"] = *target.input;
    }
    if (target.transformer) {
        nlohmann::json made = {{"InputTemplate", target.transformer->text}};
        made["InputPathsMap"] = target.transformer->paths;
        json["InputTransformer"] = std::move(made);
    }
    nlohmann::json policy = nlohmann::json::object();
    if (target.retries_max) {
        policy["MaximumRetryAttempts"] = *target.retries_max;
    }
    if (target.age_s_max) {
        policy["MaximumEventAgeInSeconds"] = *target.age_s_max;
    }
    if (!policy.empty()) {
        json["RetryPolicy"] = std::move(policy);
    }
    if (!target.dead_letter_arn.empty()) {
        json["DeadLetterConfig"]["Arn"] = target.dead_letter_arn;
    }
    if (!target.group_id.empty()) {
        json["SqsParameters"]["MessageGroupId"] = target.group_id;
    }
    return json;
}

}  // namespace lambent::api::events
