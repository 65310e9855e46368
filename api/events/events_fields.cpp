#include "api/events/events_fields.h"

#include "api/events/events_errors.h"

#include <algorithm>

namespace lambent::api::events {
namespace {

constexpr std::size_t kRuleNameMax = 64;
constexpr std::int64_t kLimitMax = 100;

bool is_rule_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.';
    });
}

}  // namespace

std::string read_required(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
) {
    const auto text = fields.text(member);
    if (!text) {
        constraints.must_not_be_null(field);
    }
    return text.value_or("");
}

void check_rule_name(Constraints& constraints, std::string_view field, const std::string& name) {
    constraints.length(field, name, 1, kRuleNameMax);
    constraints.pattern(field, name, is_rule_name(name), R"([\.\-_A-Za-z0-9]+)");
}

std::string bus_name(const std::string& name_or_arn) {
    constexpr std::string_view kBefore = ":event-bus/";
    const std::size_t at = name_or_arn.find(kBefore);
    const bool is_arn = name_or_arn.starts_with("arn:") && at != std::string::npos;
    return is_arn ? name_or_arn.substr(at + kBefore.size()) : name_or_arn;
}

std::string read_bus(JsonFields& fields, std::string_view member) {
    return bus_name(fields.text(member).value_or(triggers::kDefaultBus));
}

Answer<RuleReference> read_rule_reference(const nlohmann::json& body, std::string_view member) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    RuleReference reference;
    const char* const field = member == "Rule" ? "rule" : "name";
    reference.rule = read_required(fields, constraints, member, field);
    check_rule_name(constraints, field, reference.rule);
    reference.bus = read_bus(fields, "EventBusName");
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    return reference;
}

Answer<triggers::Tags> read_tags(const nlohmann::json& body) {
    constexpr std::size_t kKeyMax = 128;
    constexpr std::size_t kValueMax = 256;
    triggers::Tags tags;
    const auto listed = body.find("Tags");
    if (listed == body.end() || !listed->is_array()) {
        return tags;
    }
    std::string fault;
    Constraints constraints;
    for (const nlohmann::json& one : *listed) {
        JsonFields fields(one, fault);
        const std::string key = read_required(fields, constraints, "Key", "tags.member.key");
        const std::string value = read_required(fields, constraints, "Value", "tags.member.value");
        constraints.length("tags.member.key", key, 1, kKeyMax);
        constraints.length("tags.member.value", value, 0, kValueMax);
        tags[key] = value;
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    return tags;
}

Answer<Page> read_page(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    Page page;
    page.prefix = fields.text("NamePrefix").value_or("");
    page.after = fields.text("NextToken").value_or("");
    const std::int64_t limit = fields.number("Limit").value_or(kLimitMax);
    constraints.range("limit", limit, 1, kLimitMax);
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    page.limit = static_cast<std::size_t>(limit);
    return page;
}

}  // namespace lambent::api::events
