#include "triggers/objects/object_fields.h"

#include "base/http/uri.h"

#include <nlohmann/json.hpp>

namespace lambent::triggers {
namespace {

std::string encoded(const std::string& text) {
    return http::percent_encode(text, http::Slash::kEncode);
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

std::string encode_rules(const std::vector<NotificationRule>& rules) {
    nlohmann::json list = nlohmann::json::array();
    for (const NotificationRule& rule : rules) {
        list.push_back(
            {{"id", rule.id},
             {"function", rule.function},
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
        item.at("function").get_to(rule.function);
        item.at("events").get_to(rule.events);
        item.at("prefix").get_to(rule.prefix);
        item.at("suffix").get_to(rule.suffix);
        rules.push_back(std::move(rule));
    }
    return rules;
}

}  // namespace lambent::triggers
