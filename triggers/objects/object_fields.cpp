#include "triggers/objects/object_fields.h"

#include "base/http/uri.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace lambent::triggers {
namespace {

std::string encoded(const std::string& text) {
    return http::percent_encode(text, http::Slash::kEncode);
}

constexpr std::array<std::pair<TargetKind, std::string_view>, 4> kTargetNames = {{
    {TargetKind::kFunction, "function"},
    {TargetKind::kQueue, "queue"},
    {TargetKind::kTopic, "topic"},
    {TargetKind::kEventBus, "event_bus"},
}};

std::string target_name(TargetKind kind) {
    return std::string(kTargetNames.at(static_cast<std::size_t>(kind)).second);
}

}  // namespace

std::string encode_fields(const std::map<std::string, std::string>& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        if (!text.empty()) {
            text += '&';
        }
        text += encoded(name) + "=" + encoded(value);
    }
    return text;
}

std::map<std::string, std::string> decode_fields(const std::string& text) {
    std::map<std::string, std::string> fields;
    if (const auto items = http::parse_query(text); items.has_value()) {
        fields.insert(items->begin(), items->end());
    }
    return fields;
}

std::string encode_parts(const std::vector<ObjectPart>& parts) {
    std::string text;
    for (const ObjectPart& part : parts) {
        text += (text.empty() ? "" : ";") + std::to_string(part.size);
        if (!part.checksum.empty()) {
            text += ":" + part.checksum;
        }
    }
    return text;
}

std::vector<ObjectPart> decode_parts(const std::string& text) {
    std::vector<ObjectPart> parts;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(';', at), text.size());
        const std::string_view one = std::string_view(text).substr(at, end - at);
        const std::size_t colon = std::min(one.find(':'), one.size());
        ObjectPart part;
        std::from_chars(one.data(), one.data() + colon, part.size);
        part.checksum = one.substr(std::min(colon + 1, one.size()));
        parts.push_back(std::move(part));
        at = end + 1;
    }
    return parts;
}

std::string encode_rules(const std::vector<NotificationRule>& rules) {
    nlohmann::json list = nlohmann::json::array();
    for (const NotificationRule& rule : rules) {
        list.push_back(
            {{"id", rule.id},
             {target_name(rule.kind), rule.target},
             {"events", rule.events},
             {"prefix", rule.prefix},
             {"suffix", rule.suffix}}
        );
    }
    return list.dump();
}

std::vector<NotificationRule> decode_rules(const std::string& text) {
    std::vector<NotificationRule> rules;
    for (const auto& item : nlohmann::json::parse(text)) {
        NotificationRule rule;
        item.at("id").get_to(rule.id);
        for (const auto& [kind, name] : kTargetNames) {
            if (item.contains(name)) {
                item.at(std::string(name)).get_to(rule.target);
                rule.kind = kind;
            }
        }
        item.at("events").get_to(rule.events);
        item.at("prefix").get_to(rule.prefix);
        item.at("suffix").get_to(rule.suffix);
        rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace lambent::triggers
