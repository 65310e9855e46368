#include "triggers/topics/topic_rules.h"

#include "base/files/content_hash.h"
#include "base/json_depth.h"
#include "runtime/functions/function.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace lambent::triggers {
namespace {

constexpr std::size_t kNameMax = 256;
constexpr std::size_t kDisplayNameMax = 100;
constexpr std::string_view kFifoEnding = ".fifo";

Error parameter_fault(const std::string& what) {
    return Error(Code::kInvalidArgument, "parameter", "Invalid parameter: " + what);
}

bool is_topic_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

bool is_flag(const std::string& value) {
    return value == "true" || value == "false";
}

bool is_any(const std::string& /*value*/) {
    return true;
}

bool is_json_object(const std::string& value) {
    const auto parsed = parse_shallow_json(value);
    return value.empty() || (parsed && parsed->is_object());
}

enum class Fits { kEvery, kFifoOnly };
struct KnownAttribute {
    std::string_view name;
    bool (*takes)(const std::string& value);
    Fits fits = Fits::kEvery;
};
// Those that nothing here depends on are kept and shown.
constexpr std::array kTopicAttributes = {
    KnownAttribute{
        "DisplayName",
        [](const std::string& text) {
            return text.size() <= kDisplayNameMax;
        }},
    KnownAttribute{"Policy", is_json_object},
    KnownAttribute{"DeliveryPolicy", is_json_object},
    KnownAttribute{"KmsMasterKeyId", is_any},
    KnownAttribute{
        "SignatureVersion",
        [](const std::string& text) {
            return text == "1" || text == "2";
        }},
    KnownAttribute{
        "TracingConfig",
        [](const std::string& text) {
            return text == "PassThrough" || text == "Active";
        }},
    KnownAttribute{"ContentBasedDeduplication", is_flag, Fits::kFifoOnly},
    KnownAttribute{
        "FifoThroughputScope",
        [](const std::string& text) { return text == "Topic" || text == "MessageGroup"; },
        Fits::kFifoOnly},
};
constexpr std::array<std::string_view, 5> kFeedbackOf = {
    "Application", "Firehose", "HTTP", "Lambda", "SQS"};
constexpr std::array<std::string_view, 3> kFeedbacks = {
    "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"};

// "LambdaSuccessFeedbackRoleArn": where SNS would write how deliveries went.
bool is_feedback(std::string_view name) {
    return std::any_of(kFeedbackOf.begin(), kFeedbackOf.end(), [&](std::string_view protocol) {
        return name.starts_with(protocol) &&
               std::find(kFeedbacks.begin(), kFeedbacks.end(), name.substr(protocol.size())) !=
                   kFeedbacks.end();
    });
}

Error value_fault(std::string message) {
    return Error(Code::kInvalidArgument, "value", std::move(message));
}

bool is_id_text(std::string_view id) {
    constexpr std::size_t kIdMax = 128;
    return !id.empty() && id.size() <= kIdMax &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_typed(const std::string& type, std::string_view base) {
    return type == base || (type.starts_with(base) && type[base.size()] == '.');
}

Result<void> check_attribute_value(const std::string& name, const TopicAttribute& attribute) {
    if (is_typed(attribute.type, "Number")) {
        const auto number = parse_shallow_json(attribute.value);
        if (!number || !number->is_number()) {
            return value_fault("Could not cast message attribute '" + name + "' value to number.");
        }
    } else if (attribute.type == "String.Array") {
        const auto list = parse_shallow_json(attribute.value);
        if (!list || !list->is_array()) {
            return value_fault(
                "The message attribute '" + name + "' of type 'String.Array' must be a JSON array."
            );
        }
    } else if (!is_typed(attribute.type, "String") && !is_typed(attribute.type, "Binary")) {
        return value_fault(
            "The message attribute '" + name +
            "' has an invalid message attribute type, the set of supported type prefixes is "
            "Binary, Number, and String."
        );
    }
    return {};
}

bool is_attribute_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= kNameMax &&
           std::all_of(name.begin(), name.end(), fits) && !name.starts_with('.') &&
           !name.ends_with('.') && name.find("..") == std::string_view::npos;
}

Result<void> check_message_attribute(const std::string& name, const TopicAttribute& attribute) {
    if (!is_attribute_name(name)) {
        return value_fault("The message attribute name '" + name + "' is invalid.");
    }
    if (attribute.type.empty()) {
        return value_fault(
            "The message attribute '" + name + "' must contain non-empty message attribute type."
        );
    }
    if (attribute.value.empty()) {
        return value_fault(
            "The message attribute '" + name +
            "' must contain non-empty message attribute value for message attribute type '" +
            attribute.type + "'."
        );
    }
    return check_attribute_value(name, attribute);
}

// Printable ASCII that does not begin with a blank: it may become a mail's subject.
bool is_subject(std::string_view subject) {
    constexpr std::size_t kSubjectMax = 100;
    return subject.size() <= kSubjectMax && !subject.starts_with(' ') &&
           std::all_of(subject.begin(), subject.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

Result<void> check_fifo_message(const Topic& topic, const TopicMessage& message) {
    if (message.group_id.empty()) {
        return parameter_fault("The MessageGroupId parameter is required for FIFO topics");
    }
    if (message.deduplication_id.empty() && !topic.has("ContentBasedDeduplication", "true")) {
        return parameter_fault(
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        );
    }
    if (!message.deduplication_id.empty() && !is_id_text(message.deduplication_id)) {
        return parameter_fault("MessageDeduplicationId");
    }
    return {};
}

}  // namespace

std::string_view to_string(EndpointProtocol protocol) {
    switch (protocol) {
        case EndpointProtocol::kLambda:
            return "lambda";
        case EndpointProtocol::kSqs:
            return "sqs";
        case EndpointProtocol::kHttp:
            return "http";
        case EndpointProtocol::kHttps:
            return "https";
    }
    return "";
}

const std::string& TopicMessage::body_for(EndpointProtocol protocol) const {
    const auto own = bodies.find(std::string(to_string(protocol)));
    return own == bodies.end() ? body : own->second;
}

std::string topic_arn(const std::string& region, std::string_view name) {
    return "arn:aws:sns:" + region + ":" + runtime::kAccountId + ":" + std::string(name);
}

Result<void> check_new_topic(const std::string& name, const TopicTexts& attributes) {
    const auto said = attributes.find("FifoTopic");
    if (said != attributes.end() && !is_flag(said->second)) {
        return parameter_fault("FifoTopic");
    }
    const bool said_fifo = said != attributes.end() && said->second == "true";
    std::string_view stem = name;
    if (said_fifo) {
        stem.remove_suffix(name.ends_with(kFifoEnding) ? kFifoEnding.size() : stem.size());
    }
    if (name.size() > kNameMax || !is_topic_name(stem)) {
        return parameter_fault(
            said_fifo ? "Fifo Topic names must end with .fifo and must be made up of only "
                        "uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, "
                        "and must be between 1 and 256 characters long."
                      : "Topic Name"
        );
    }
    const TopicKind kind = said_fifo ? TopicKind::kFifo : TopicKind::kStandard;
    for (const auto& [attribute, value] : attributes) {
        if (attribute != "FifoTopic") {
            LAMBENT_TRY(check_topic_attribute(kind, attribute, value));
        }
    }
    return {};
}

Result<void> check_topic_attribute(
    TopicKind kind, const std::string& name, const std::string& value
) {
    if (is_feedback(name)) {
        return {};
    }
    for (const KnownAttribute& known : kTopicAttributes) {
        if (known.name != name || (known.fits == Fits::kFifoOnly && kind != TopicKind::kFifo)) {
            continue;
        }
        return known.takes(value) ? Result<void>() : Result<void>(parameter_fault(name));
    }
    return parameter_fault("AttributeName");
}

Result<void> check_topic_message(const Topic& topic, const TopicMessage& message) {
    if (message.body.empty()) {
        return parameter_fault("Empty message");
    }
    if (bytes_of(message) > kTopicMessageBytesMax) {
        return parameter_fault("Message too long");
    }
    if (!is_subject(message.subject)) {
        return parameter_fault("Subject");
    }
    for (const auto& [name, attribute] : message.attributes) {
        LAMBENT_TRY(check_message_attribute(name, attribute));
    }
    if (!message.group_id.empty() && !is_id_text(message.group_id)) {
        return parameter_fault("MessageGroupId");
    }
    if (topic.kind() == TopicKind::kFifo) {
        return check_fifo_message(topic, message);
    }
    if (!message.deduplication_id.empty()) {
        return parameter_fault(
            "The request includes MessageDeduplicationId parameter that is not valid for this "
            "topic type"
        );
    }
    return {};
}

std::size_t bytes_of(const TopicMessage& message) {
    std::size_t bytes = message.body.size();
    for (const auto& [protocol, body] : message.bodies) {
        bytes += protocol.size() + body.size();
    }
    for (const auto& [name, attribute] : message.attributes) {
        bytes += name.size() + attribute.type.size() + attribute.value.size();
    }
    return bytes;
}

std::string deduplication_id_of(const TopicMessage& message) {
    return message.deduplication_id.empty() ? to_hex(digest(HashKind::kSha256, message.body))
                                            : message.deduplication_id;
}

std::string topic_sequence_number(std::int64_t number) {
    char text[32];
    std::snprintf(text, sizeof(text), "1%016lld000", static_cast<long long>(number));
    return text;
}

}  // namespace lambent::triggers
