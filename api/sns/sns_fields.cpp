#include "api/sns/sns_fields.h"

#include "api/sns/sns_errors.h"
#include "base/files/content_hash.h"
#include "base/json_depth.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace lambent::api::sns {
namespace {

constexpr std::size_t kPageMax = 100;

AwsError wrong_value(std::string message) {
    return {400, "ParameterValueInvalid", std::move(message)};
}

// A list's entries, whatever stands between its name and their numbers: "entry" or "member".
const QueryNode* entries_of(const QueryNode& asked, const std::string& name, const char* between) {
    const QueryNode* const list = asked.child(name);
    return list == nullptr ? nullptr : list->child(between);
}

Answer<triggers::TopicAttribute> read_attribute(const std::string& name, const QueryNode& value) {
    triggers::TopicAttribute attribute;
    attribute.type = value.text("DataType");
    const QueryNode* const binary = value.child("BinaryValue");
    if (binary == nullptr) {
        attribute.value = value.text("StringValue");
    } else if (!from_base64(binary->value, attribute.value)) {
        return wrong_value("The message attribute '" + name + "' is not in base64.");
    }
    return attribute;
}

// {"default": …, "sqs": …}: of MessageStructure=json.
Answer<void> read_bodies(const std::string& text, triggers::TopicMessage& message) {
    const auto parsed = parse_shallow_json(text);
    if (!parsed || !parsed->is_object()) {
        return invalid_parameter("Message Structure - JSON message body failed to parse");
    }
    for (const auto& [protocol, body] : parsed->items()) {
        if (body.is_string()) {
            message.bodies[protocol] = body.get<std::string>();
        }
    }
    const auto other = message.bodies.find("default");
    if (other == message.bodies.end()) {
        return invalid_parameter("Message Structure - No default entry in JSON message body");
    }
    message.body = std::move(other->second);
    message.bodies.erase(other);
    return {};
}

}  // namespace

Answer<std::string> read_required(const QueryNode& asked, const std::string& name) {
    const QueryNode* const found = asked.child(name);
    if (found == nullptr) {
        return invalid_parameter(name + " Reason: no value for required parameter");
    }
    return found->value;
}

Answer<std::string> read_arn(const QueryNode& asked, const std::string& name) {
    LAMBENT_TRY(std::string arn, read_required(asked, name));
    constexpr long kElementsMin = 6;
    const long elements = std::count(arn.begin(), arn.end(), ':') + 1;
    if (elements < kElementsMin) {
        return invalid_parameter(
            name + " Reason: An ARN must have at least 6 elements, not " + std::to_string(elements)
        );
    }
    if (!arn.starts_with("arn:aws:sns:")) {
        return invalid_parameter(name);
    }
    return arn;
}

triggers::TopicTexts read_map(const QueryNode& asked, const std::string& name) {
    triggers::TopicTexts map;
    if (const QueryNode* const entries = entries_of(asked, name, "entry")) {
        for (const auto& [number, entry] : entries->children) {
            map[entry.text("key")] = entry.text("value");
        }
    }
    return map;
}

std::vector<std::string> read_list(const QueryNode& asked, const std::string& name) {
    std::vector<std::string> list;
    if (const QueryNode* const entries = entries_of(asked, name, "member")) {
        for (const auto& [number, entry] : entries->children) {
            list.push_back(entry.value);
        }
    }
    return list;
}

triggers::TopicTexts read_tags(const QueryNode& asked) {
    triggers::TopicTexts tags;
    if (const QueryNode* const entries = entries_of(asked, "Tags", "member")) {
        for (const auto& [number, entry] : entries->children) {
            tags[entry.text("Key")] = entry.text("Value");
        }
    }
    return tags;
}

Answer<triggers::TopicMessage> read_topic_message(const QueryNode& asked) {
    triggers::TopicMessage message;
    const std::string& structure = asked.text("MessageStructure");
    if (structure == "json") {
        LAMBENT_TRY(read_bodies(asked.text("Message"), message));
    } else if (structure.empty()) {
        message.body = asked.text("Message");
    } else {
        return invalid_parameter("MessageStructure");
    }
    message.subject = asked.text("Subject");
    message.group_id = asked.text("MessageGroupId");
    message.deduplication_id = asked.text("MessageDeduplicationId");
    if (const QueryNode* const entries = entries_of(asked, "MessageAttributes", "entry")) {
        for (const auto& [number, entry] : entries->children) {
            const QueryNode* const value = entry.child("Value");
            const std::string& name = entry.text("Name");
            LAMBENT_TRY(
                message.attributes[name],
                read_attribute(name, value == nullptr ? QueryNode() : *value)
            );
        }
    }
    return message;
}

void write_map(XmlWriter& xml, std::string_view element, const triggers::TopicTexts& map) {
    xml.open(element);
    for (const auto& [key, value] : map) {
        xml.open("entry");
        xml.leaf("key", key);
        xml.leaf("value", value);
        xml.close();
    }
    xml.close();
}

void write_tags(XmlWriter& xml, const triggers::TopicTexts& tags) {
    xml.open("Tags");
    for (const auto& [key, value] : tags) {
        xml.open("member");
        xml.leaf("Key", key);
        xml.leaf("Value", value);
        xml.close();
    }
    xml.close();
}

Answer<PageRange> read_page(const QueryNode& asked, std::size_t count) {
    PageRange page;
    const std::string& token = asked.text("NextToken");
    const char* const last = token.data() + token.size();
    const auto [end, failed] = std::from_chars(token.data(), last, page.begin);
    if (!token.empty() && (failed != std::errc() || end != last)) {
        return invalid_parameter("NextToken Reason: Token is invalid");
    }
    page.begin = std::min(page.begin, count);
    page.end = std::min(page.begin + kPageMax, count);
    if (page.end < count) {
        page.next_token = std::to_string(page.end);
    }
    return page;
}

}  // namespace lambent::api::sns
