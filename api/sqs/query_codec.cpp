#include "api/sqs/query_codec.h"

#include "api/wire/query.h"
#include "api/wire/xml.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace lambent::api::sqs {
namespace {

using nlohmann::json;

bool is_number_name(std::string_view name) {
    constexpr std::array<std::string_view, 6> kNumbers{
        "DelaySeconds",
        "MaxNumberOfMessages",
        "MaxNumberOfMessagesPerSecond",
        "MaxResults",
        "VisibilityTimeout",
        "WaitTimeSeconds"};
    return std::find(kNumbers.begin(), kNumbers.end(), name) != kNumbers.end();
}

// What is no number stays a text, which the operation refuses.
json scalar_of(std::string_view name, const std::string& value) {
    if (is_number_name(name)) {
        std::int64_t number = 0;
        const char* const last = value.data() + value.size();
        const auto [end, failed] = std::from_chars(value.data(), last, number);
        if (failed == std::errc() && end == last) {
            return number;
        }
    }
    return value;
}

json map_of(const QueryNode& entries, const char* key, const char* value) {
    json map = json::object();
    for (const auto& [number, entry] : entries.children) {
        map[entry.text(key)] = entry.text(value);
    }
    return map;
}

json list_of(const QueryNode& entries) {
    json list = json::array();
    for (const auto& [number, entry] : entries.children) {
        list.push_back(entry.value);
    }
    return list;
}

json attributes_of(const QueryNode& entries) {
    json map = json::object();
    for (const auto& [number, entry] : entries.children) {
        json attribute = json::object();
        if (const auto value = entry.children.find("Value"); value != entry.children.end()) {
            for (const auto& [name, part] : value->second.children) {
                attribute[name] = part.value;
            }
        }
        map[entry.text("Name")] = std::move(attribute);
    }
    return map;
}

json object_of(std::string_view action, const QueryNode& node);

json entries_of(std::string_view action, const QueryNode& entries) {
    json list = json::array();
    for (const auto& [number, entry] : entries.children) {
        list.push_back(object_of(action, entry));
    }
    return list;
}

void add_member(
    json& object, std::string_view action, const std::string& name, const QueryNode& node
) {
    if (name == "Attribute") {
        object["Attributes"] = map_of(node, "Name", "Value");
    } else if (name == "Tag") {
        object[action == "CreateQueue" ? "tags" : "Tags"] = map_of(node, "Key", "Value");
    } else if (name == "TagKey" || name == "AttributeName" || name == "MessageAttributeName" ||
               name == "MessageSystemAttributeName") {
        object[name + "s"] = list_of(node);
    } else if (name == "MessageAttribute" || name == "MessageSystemAttribute") {
        object[name + "s"] = attributes_of(node);
    } else if (name.ends_with("BatchRequestEntry")) {
        object["Entries"] = entries_of(action, node);
    } else if (node.children.empty()) {
        object[name] = scalar_of(name, node.value);
    }
}

json object_of(std::string_view action, const QueryNode& node) {
    json object = json::object();
    for (const auto& [name, child] : node.children) {
        add_member(object, action, name, child);
    }
    return object;
}

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void write_pairs(XmlWriter& xml, std::string_view element, const char* key, const json& pairs) {
    for (const auto& [name, value] : pairs.items()) {
        xml.open(element);
        xml.leaf(key, name);
        xml.leaf("Value", text_of(value));
        xml.close();
    }
}

void write_message_attributes(XmlWriter& xml, const json& attributes) {
    for (const auto& [name, attribute] : attributes.items()) {
        xml.open("MessageAttribute");
        xml.leaf("Name", name);
        xml.open("Value");
        for (const auto& [part, value] : attribute.items()) {
            xml.leaf(part, text_of(value));
        }
        xml.close();
        xml.close();
    }
}

void write_members(XmlWriter& xml, std::string_view action, const json& object);

// What the elements of a list are called.
std::string element_of(std::string_view action, const std::string& list) {
    if (list == "QueueUrls" || list == "queueUrls") {
        return "QueueUrl";
    }
    if (list == "Messages") {
        return "Message";
    }
    if (list == "Failed") {
        return "BatchResultErrorEntry";
    }
    return std::string(action) + "ResultEntry";
}

void write_member(
    XmlWriter& xml, std::string_view action, const std::string& name, const json& value
) {
    if (value.is_array()) {
        const std::string element = element_of(action, name);
        for (const json& item : value) {
            if (!item.is_object()) {
                xml.leaf(element, text_of(item));
                continue;
            }
            xml.open(element);
            write_members(xml, action, item);
            xml.close();
        }
    } else if (name == "Attributes") {
        write_pairs(xml, "Attribute", "Name", value);
    } else if (name == "Tags") {
        write_pairs(xml, "Tag", "Key", value);
    } else if (name == "MessageAttributes") {
        write_message_attributes(xml, value);
    } else {
        xml.leaf(name, text_of(value));
    }
}

void write_members(XmlWriter& xml, std::string_view action, const json& object) {
    for (const auto& [name, value] : object.items()) {
        write_member(xml, action, name, value);
    }
}

}  // namespace

json from_query(std::string_view action, const http::QueryItems& items) {
    return object_of(action, query_tree(items));
}

http::Response to_xml(std::string_view action, const json& answer, std::string_view request_id) {
    const QueryAnswer shape{action, kQueryNamespace, request_id};
    if (answer.is_null()) {
        return query_response(shape, nullptr);
    }
    return query_response(shape, [&](XmlWriter& xml) { write_members(xml, action, answer); });
}

}  // namespace lambent::api::sqs
