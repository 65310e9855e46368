#include "api/sqs/message_fields.h"

#include "api/sqs/sqs_errors.h"
#include "api/wire/json_fields.h"
#include "base/files/content_hash.h"
#include "triggers/queue/message_digest.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::api::sqs {
namespace {

using nlohmann::json;
using triggers::MessageAttribute;
using triggers::MessageAttributes;

constexpr char kTraceHeader[] = "AWSTraceHeader";

bool is_binary(const MessageAttribute& attribute) {
    return attribute.type.starts_with("Binary");
}

Answer<MessageAttribute> read_attribute(const std::string& name, const json& given) {
    std::string fault;
    JsonFields fields(given, fault);
    MessageAttribute attribute;
    const auto type = fields.text("DataType");
    const auto text = fields.text("StringValue");
    const auto binary = fields.text("BinaryValue");
    if (!given.is_object() || !fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (!type || type->empty()) {
        return invalid_parameter(
            "The message attribute '" + name + "' must contain non-empty message attribute type."
        );
    }
    attribute.type = *type;
    const auto& value = is_binary(attribute) ? binary : text;
    if (!value || value->empty()) {
        return invalid_parameter(
            "The message attribute '" + name +
            "' must contain non-empty message attribute value "
            "for message attribute type '" +
            *type + "'."
        );
    }
    if (!is_binary(attribute)) {
        attribute.value = *value;
    } else if (!from_base64(*value, attribute.value)) {
        return AwsError(400, "SerializationException", "The value is not in base64.");
    }
    return attribute;
}

Answer<MessageAttributes> read_attributes(const json& body, const char* member) {
    MessageAttributes attributes;
    const auto given = body.find(member);
    if (given == body.end() || given->is_null()) {
        return attributes;
    }
    if (!given->is_object()) {
        return AwsError(400, "SerializationException", "Attributes are not a map.");
    }
    for (const auto& [name, value] : given->items()) {
        LAMBENT_TRY(MessageAttribute attribute, read_attribute(name, value));
        attributes.emplace(name, std::move(attribute));
    }
    return attributes;
}

Answer<std::string> read_trace_header(const json& body) {
    LAMBENT_TRY(const MessageAttributes system, read_attributes(body, "MessageSystemAttributes"));
    std::string header;
    for (const auto& [name, attribute] : system) {
        if (name != kTraceHeader) {
            return invalid_parameter("Message system attribute name '" + name + "' is invalid.");
        }
        header = attribute.value;
    }
    return header;
}

bool is_wanted(const std::string& name, const std::vector<std::string>& patterns) {
    constexpr std::string_view kAnyBehind = ".*";
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        if (pattern == "All" || pattern == kAnyBehind || pattern == name) {
            return true;
        }
        const std::string_view stem = std::string_view(pattern).substr(
            0, pattern.size() - std::min(pattern.size(), kAnyBehind.size())
        );
        return pattern.ends_with(kAnyBehind) && name.starts_with(stem);
    });
}

json attributes_json(const MessageAttributes& attributes) {
    json all = json::object();
    for (const auto& [name, attribute] : attributes) {
        json& one = all[name];
        if (is_binary(attribute)) {
            one["BinaryValue"] = to_base64(attribute.value);
        } else {
            one["StringValue"] = attribute.value;
        }
        one["DataType"] = attribute.type;
    }
    return all;
}

json system_json(const triggers::ReceivedMessage& message, const std::vector<std::string>& wanted) {
    json all = json::object();
    const auto add = [&](const char* name, const std::string& value) {
        const bool is_asked = std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) {
            return one == "All" || one == name;
        });
        if (is_asked && !value.empty()) {
            all[name] = value;
        }
    };
    add("SenderId", message.sender_id);
    add("SentTimestamp", std::to_string(message.sent_ms));
    add("ApproximateReceiveCount", std::to_string(message.receive_count));
    add("ApproximateFirstReceiveTimestamp", std::to_string(message.first_received_ms));
    add("SequenceNumber", message.sequence_number);
    add("MessageGroupId", message.group_id);
    add("MessageDeduplicationId", message.deduplication_id);
    add(kTraceHeader, message.trace_header);
    add("DeadLetterQueueSourceArn", message.dead_letter_source_arn);
    return all;
}

MessageAttributes trace_attribute(const std::string& header) {
    MessageAttributes attributes;
    if (!header.empty()) {
        attributes[kTraceHeader] = {"String", header};
    }
    return attributes;
}

}  // namespace

Answer<triggers::NewMessage> read_message(const json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    triggers::NewMessage message;
    const auto text = fields.text("MessageBody");
    const auto delay = fields.number("DelaySeconds");
    message.group_id = fields.text("MessageGroupId").value_or("");
    message.deduplication_id = fields.text("MessageDeduplicationId").value_or("");
    if (!fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (!text) {
        return missing_parameter("MessageBody");
    }
    message.body = *text;
    if (delay) {
        if (*delay < 0 || *delay > triggers::kDelayMaxSeconds) {
            return invalid_parameter(
                "Value " + std::to_string(*delay) +
                " for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= "
                "900."
            );
        }
        message.delay_s = static_cast<std::uint32_t>(*delay);
    }
    LAMBENT_TRY(message.attributes, read_attributes(body, "MessageAttributes"));
    LAMBENT_TRY(message.trace_header, read_trace_header(body));
    return message;
}

json message_json(const triggers::ReceivedMessage& message, const Wanted& wanted) {
    json answer{
        {"MessageId", message.id},
        {"ReceiptHandle", message.receipt_handle},
        {"MD5OfBody", triggers::body_md5(message.body)},
        {"Body", message.body}};
    if (json system = system_json(message, wanted.system_attributes); !system.empty()) {
        answer["Attributes"] = std::move(system);
    }
    MessageAttributes asked;
    for (const auto& [name, attribute] : message.attributes) {
        if (is_wanted(name, wanted.attributes)) {
            asked.emplace(name, attribute);
        }
    }
    if (!asked.empty()) {
        answer["MD5OfMessageAttributes"] = triggers::attributes_md5(asked);
        answer["MessageAttributes"] = attributes_json(asked);
    }
    return answer;
}

void add_digests(json& answer, const triggers::NewMessage& message) {
    answer["MD5OfMessageBody"] = triggers::body_md5(message.body);
    if (!message.attributes.empty()) {
        answer["MD5OfMessageAttributes"] = triggers::attributes_md5(message.attributes);
    }
    if (!message.trace_header.empty()) {
        answer["MD5OfMessageSystemAttributes"] =
            triggers::attributes_md5(trace_attribute(message.trace_header));
    }
}

void trace(triggers::NewMessage& message, const std::string& request_header) {
    if (message.trace_header.empty()) {
        message.trace_header = request_header;
    }
}

}  // namespace lambent::api::sqs
