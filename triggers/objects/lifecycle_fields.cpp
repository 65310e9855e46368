// How lifecycle rules are stored.
#include "triggers/objects/lifecycle_rules.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::triggers {
namespace {

using Json = nlohmann::json;

template <class T>
void write_optional(Json& json, const char* name, const std::optional<T>& value) {
    if (value) {
        json[name] = *value;
    }
}

template <class T>
std::optional<T> read_optional(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found == json.end() ? std::nullopt : std::optional<T>(found->get<T>());
}

Json json_of(const LifecycleRule& rule) {
    Json json;
    json["id"] = rule.id;
    json["enabled"] = rule.state == LifecycleState::kEnabled;
    json["prefix"] = rule.filter.prefix;
    json["tags"] = rule.filter.tags;
    write_optional(json, "size_above", rule.filter.size_above);
    write_optional(json, "size_below", rule.filter.size_below);
    write_optional(json, "days", rule.days);
    if (rule.date) {
        json["date_ms"] = unix_ms(*rule.date);
    }
    json["lone_markers_go"] = rule.lone_markers == LoneMarkers::kGo;
    write_optional(json, "noncurrent_days", rule.noncurrent_days);
    json["noncurrent_kept"] = rule.noncurrent_kept;
    write_optional(json, "abort_days", rule.abort_days);
    return json;
}

LifecycleRule rule_of(const Json& json) {
    LifecycleRule rule;
    json.at("id").get_to(rule.id);
    rule.state =
        json.at("enabled").get<bool>() ? LifecycleState::kEnabled : LifecycleState::kDisabled;
    json.at("prefix").get_to(rule.filter.prefix);
    json.at("tags").get_to(rule.filter.tags);
    rule.filter.size_above = read_optional<std::uint64_t>(json, "size_above");
    rule.filter.size_below = read_optional<std::uint64_t>(json, "size_below");
    rule.days = read_optional<int>(json, "days");
    if (const auto ms = read_optional<std::int64_t>(json, "date_ms")) {
        rule.date = from_unix_ms(*ms);
    }
    rule.lone_markers =
        json.at("lone_markers_go").get<bool>() ? LoneMarkers::kGo : LoneMarkers::kStay;
    rule.noncurrent_days = read_optional<int>(json, "noncurrent_days");
    json.at("noncurrent_kept").get_to(rule.noncurrent_kept);
    rule.abort_days = read_optional<int>(json, "abort_days");
    return rule;
}

}  // namespace

std::string encode_lifecycle(const std::vector<LifecycleRule>& rules) {
    Json list = Json::array();
    for (const LifecycleRule& rule : rules) {
        list.push_back(json_of(rule));
    }
    return list.dump();
}

std::vector<LifecycleRule> decode_lifecycle(const std::string& text) {
    std::vector<LifecycleRule> rules;
    for (const Json& json : Json::parse(text)) {
        rules.push_back(rule_of(json));
    }
    return rules;
}

}  // namespace lambent::triggers
