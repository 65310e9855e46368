#include "api/sqs/queue_attributes.h"

#include "api/sqs/sqs_errors.h"
#include "api/wire/json.h"
#include "triggers/queue/queue_rules.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace lambent::api::sqs {
namespace {

using nlohmann::json;
using triggers::DeduplicationScope;
using triggers::QueueDescription;
using triggers::QueueKind;
using triggers::QueueSettings;
using triggers::RedriveAllowPolicy;
using triggers::RedrivePolicy;
using triggers::ThroughputLimit;

AwsError invalid_value(const std::string& name) {
    return {400, "InvalidAttributeValue", "Invalid value for the parameter " + name + "."};
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, number);
    return failed == std::errc() && end == last && !text.empty() ? std::optional(number)
                                                                 : std::nullopt;
}

std::optional<bool> flag_in(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    if (text == "true" || text == "false") {
        return text == "true";
    }
    return std::nullopt;
}

// Beside what SQS sets, what it lets be set: each attribute's bounds are the room's affair.
struct NumberAttribute {
    std::string_view name;
    std::uint32_t QueueSettings::*member;
};
constexpr std::array kNumbers{
    NumberAttribute{"VisibilityTimeout", &QueueSettings::visibility_s},
    NumberAttribute{"DelaySeconds", &QueueSettings::delay_s},
    NumberAttribute{"MessageRetentionPeriod", &QueueSettings::retention_s},
    NumberAttribute{"MaximumMessageSize", &QueueSettings::bytes_max},
    NumberAttribute{"ReceiveMessageWaitTimeSeconds", &QueueSettings::wait_s},
    NumberAttribute{"KmsDataKeyReusePeriodSeconds", &QueueSettings::kms_reuse_s},
};

std::optional<RedrivePolicy> redrive_in(const std::string& text) {
    const auto parsed = parse_json(text);
    if (parsed.has_error() || !parsed->is_object()) {
        return std::nullopt;
    }
    const json& policy = *parsed;
    const auto arn = policy.find("deadLetterTargetArn");
    const auto count = policy.find("maxReceiveCount");
    if (arn == policy.end() || !arn->is_string()) {
        return std::nullopt;
    }
    RedrivePolicy redrive;
    redrive.dead_letter_arn = arn->get<std::string>();
    if (count != policy.end()) {
        const std::string digits = count->is_string() ? count->get<std::string>() : count->dump();
        const auto number = number_in<std::uint32_t>(digits);
        if (!number) {
            return std::nullopt;
        }
        redrive.receives_max = *number;
    }
    return redrive;
}

std::optional<RedriveAllowPolicy> allow_in(const std::string& text) {
    const auto parsed = parse_json(text);
    if (parsed.has_error() || !parsed->is_object() || !parsed->contains("redrivePermission")) {
        return std::nullopt;
    }
    RedriveAllowPolicy allow;
    const json& permission = parsed->at("redrivePermission");
    if (permission == "denyAll") {
        allow.kind = RedriveAllowPolicy::Kind::kDenyAll;
    } else if (permission == "byQueue") {
        allow.kind = RedriveAllowPolicy::Kind::kByQueue;
    } else if (permission != "allowAll") {
        return std::nullopt;
    }
    const auto sources = parsed->find("sourceQueueArns");
    if ((sources != parsed->end()) != (allow.kind == RedriveAllowPolicy::Kind::kByQueue)) {
        return std::nullopt;
    }
    if (sources == parsed->end()) {
        return allow;
    }
    constexpr std::size_t kSourcesMax = 10;
    if (!sources->is_array() || sources->empty() || sources->size() > kSourcesMax) {
        return std::nullopt;
    }
    for (const json& arn : *sources) {
        if (!arn.is_string()) {
            return std::nullopt;
        }
        allow.source_arns.push_back(arn.get<std::string>());
    }
    return allow;
}

std::string text_of(const RedrivePolicy& policy) {
    return dump_json(nlohmann::ordered_json{
        {"deadLetterTargetArn", policy.dead_letter_arn}, {"maxReceiveCount", policy.receives_max}});
}

std::string text_of(const RedriveAllowPolicy& policy) {
    nlohmann::ordered_json allow;
    switch (policy.kind) {
        case RedriveAllowPolicy::Kind::kAllowAll:
            allow["redrivePermission"] = "allowAll";
            break;
        case RedriveAllowPolicy::Kind::kDenyAll:
            allow["redrivePermission"] = "denyAll";
            break;
        case RedriveAllowPolicy::Kind::kByQueue:
            allow["redrivePermission"] = "byQueue";
            allow["sourceQueueArns"] = policy.source_arns;
            break;
    }
    return dump_json(allow);
}

// False: it is no attribute that can be set to a text like this.
bool set_policy(QueueSettings& settings, const std::string& name, const std::string& value) {
    if (name == "RedrivePolicy") {
        settings.redrive = value.empty() ? std::nullopt : redrive_in(value);
        return value.empty() || settings.redrive.has_value();
    }
    settings.redrive_allow = value.empty() ? std::nullopt : allow_in(value);
    return value.empty() || settings.redrive_allow.has_value();
}

bool set_choice(QueueSettings& settings, const std::string& name, const std::string& value) {
    if (name == "DeduplicationScope") {
        settings.deduplication_scope =
            value == "queue" ? DeduplicationScope::kQueue : DeduplicationScope::kMessageGroup;
        return value == "queue" || value == "messageGroup";
    }
    settings.throughput_limit =
        value == "perQueue" ? ThroughputLimit::kPerQueue : ThroughputLimit::kPerMessageGroup;
    return value == "perQueue" || value == "perMessageGroupId";
}

bool set_flag(bool& flag, const std::string& value) {
    const std::optional<bool> given = flag_in(value);
    flag = given.value_or(flag);
    return given.has_value();
}

Answer<void> apply_one(QueueSettings& settings, const std::string& name, const std::string& value) {
    for (const NumberAttribute& attribute : kNumbers) {
        if (attribute.name == name) {
            const auto number = number_in<std::uint32_t>(value);
            if (!number) {
                return invalid_value(name);
            }
            settings.*attribute.member = *number;
            return {};
        }
    }
    bool fits = true;
    if (name == "RedrivePolicy" || name == "RedriveAllowPolicy") {
        fits = set_policy(settings, name, value);
    } else if (name == "DeduplicationScope" || name == "FifoThroughputLimit") {
        fits = set_choice(settings, name, value);
    } else if (name == "ContentBasedDeduplication") {
        fits = set_flag(settings.content_based_deduplication, value);
    } else if (name == "SqsManagedSseEnabled") {
        fits = set_flag(settings.managed_encryption, value);
    } else if (name == "Policy") {
        fits = value.empty() || is_json(value);
        settings.policy = value;
    } else if (name == "KmsMasterKeyId") {
        settings.kms_key = value;
    } else {
        return AwsError(400, "InvalidAttributeName", "Unknown Attribute " + name + ".");
    }
    return fits ? Answer<void>() : Answer<void>(invalid_value(name));
}

json settings_json(const QueueSettings& settings) {
    json all = json::object();
    for (const NumberAttribute& attribute : kNumbers) {
        all[std::string(attribute.name)] = std::to_string(settings.*attribute.member);
    }
    all["SqsManagedSseEnabled"] = settings.managed_encryption ? "true" : "false";
    if (!settings.policy.empty()) {
        all["Policy"] = settings.policy;
    }
    if (settings.redrive) {
        all["RedrivePolicy"] = text_of(*settings.redrive);
    }
    if (settings.redrive_allow) {
        all["RedriveAllowPolicy"] = text_of(*settings.redrive_allow);
    }
    if (settings.kms_key.empty()) {
        all.erase("KmsDataKeyReusePeriodSeconds");
    } else {
        all["KmsMasterKeyId"] = settings.kms_key;
    }
    return all;
}

json all_attributes(const QueueDescription& queue, const triggers::QueueCounts& counts) {
    constexpr std::int64_t kSecondMs = 1'000;
    const QueueSettings& settings = queue.settings;
    json all = settings_json(settings);
    all["QueueArn"] = queue.arn;
    all["CreatedTimestamp"] = std::to_string(queue.created_ms / kSecondMs);
    all["LastModifiedTimestamp"] = std::to_string(queue.modified_ms / kSecondMs);
    all["ApproximateNumberOfMessages"] = std::to_string(counts.visible);
    all["ApproximateNumberOfMessagesNotVisible"] = std::to_string(counts.in_flight);
    all["ApproximateNumberOfMessagesDelayed"] = std::to_string(counts.delayed);
    if (queue.kind == QueueKind::kFifo) {
        const bool by_group = settings.deduplication_scope == DeduplicationScope::kMessageGroup;
        const bool fast = settings.throughput_limit == ThroughputLimit::kPerMessageGroup;
        all["FifoQueue"] = "true";
        all["ContentBasedDeduplication"] = settings.content_based_deduplication ? "true" : "false";
        all["DeduplicationScope"] = by_group ? "messageGroup" : "queue";
        all["FifoThroughputLimit"] = fast ? "perMessageGroupId" : "perQueue";
    }
    return all;
}

bool is_attribute_name(const std::string& name) {
    constexpr std::array<std::string_view, 21> kNames{
        "Policy",
        "VisibilityTimeout",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "CreatedTimestamp",
        "LastModifiedTimestamp",
        "QueueArn",
        "ApproximateNumberOfMessagesDelayed",
        "DelaySeconds",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy",
        "FifoQueue",
        "ContentBasedDeduplication",
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "DeduplicationScope",
        "FifoThroughputLimit",
        "RedriveAllowPolicy",
        "SqsManagedSseEnabled"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

Answer<QueueSettings> apply_attributes(QueueSettings settings, const AttributeTexts& attributes) {
    for (const auto& [name, value] : attributes) {
        LAMBENT_TRY(apply_one(settings, name, value));
    }
    return settings;
}

std::string first_difference(const QueueSettings& a, const QueueSettings& b) {
    const json of_a = settings_json(a);
    const json of_b = settings_json(b);
    for (const auto& [name, value] : of_a.items()) {
        if (of_b.value(name, "") != value) {
            return name;
        }
    }
    for (const auto& [name, value] : of_b.items()) {
        if (!of_a.contains(name)) {
            return name;
        }
    }
    return "ContentBasedDeduplication";
}

Answer<json> attributes_json(
    const QueueDescription& queue,
    const triggers::QueueCounts& counts,
    const std::vector<std::string>& names
) {
    json all = all_attributes(queue, counts);
    json asked = json::object();
    for (const std::string& name : names) {
        if (name == "All") {
            return all;
        }
        if (!is_attribute_name(name)) {
            return AwsError(400, "InvalidAttributeName", "Unknown Attribute " + name + ".");
        }
        if (all.contains(name)) {
            asked[name] = all[name];
        }
    }
    return asked;
}

}  // namespace lambent::api::sqs
