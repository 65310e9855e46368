#include "api/events/events_errors.h"
#include "api/events/events_fields.h"
#include "runtime/functions/function.h"
#include "triggers/events/event_document.h"

#include <algorithm>
#include <utility>

namespace lambent::api::events {
namespace {

using triggers::Rule;

void add_text(nlohmann::json& json, const char* member, const std::string& text) {
    if (!text.empty()) {
        json[member] = text;
    }
}

nlohmann::json rule_json(const Call& call, const Rule& rule) {
    nlohmann::json json = {
        {"Name", rule.name},
        {"Arn", triggers::rule_arn(call.config.region, rule.bus, rule.name)},
        {"State", rule.enabled ? "ENABLED" : "DISABLED"},
        {"EventBusName", rule.bus},
    };
    add_text(json, "EventPattern", rule.pattern);
    add_text(json, "ScheduleExpression", rule.schedule);
    add_text(json, "Description", rule.description);
    add_text(json, "RoleArn", rule.role);
    return json;
}

Answer<Rule> read_rule(const Call& call) {
    constexpr std::size_t kPatternMax = 4'096;
    constexpr std::size_t kScheduleMax = 256;
    constexpr std::size_t kDescriptionMax = 512;
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    Rule rule;
    rule.name = read_required(fields, constraints, "Name", "name");
    check_rule_name(constraints, "name", rule.name);
    rule.bus = read_bus(fields, "EventBusName");
    rule.pattern = fields.text("EventPattern").value_or("");
    constraints.length("eventPattern", rule.pattern, 0, kPatternMax);
    rule.schedule = fields.text("ScheduleExpression").value_or("");
    constraints.length("scheduleExpression", rule.schedule, 0, kScheduleMax);
    rule.description = fields.text("Description").value_or("");
    constraints.length("description", rule.description, 0, kDescriptionMax);
    rule.role = fields.text("RoleArn").value_or("");
    const std::string state = fields.text("State").value_or("ENABLED");
    constraints.one_of(
        "state", state, {"ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
    );
    rule.enabled = state != "DISABLED";
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (rule.pattern.empty() && rule.schedule.empty()) {
        return validation_failed(
            "Parameter(s) EventPattern or ScheduleExpression must be specified."
        );
    }
    LAMBENT_TRY(rule.tags, read_tags(call.body));
    return rule;
}

Served set_state(Call call, triggers::RuleState state) {
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Name"));
    const auto set = co_await call.buses.set_state(of.bus, of.rule, state);
    if (set.has_error()) {
        co_return from_error(set.error());
    }
    co_return nlohmann::json();
}

Answer<std::vector<Rule>> rules_on(const Call& call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const std::string bus = read_bus(fields, "EventBusName");
    auto rules = call.buses.rules(bus);
    if (rules.has_error()) {
        return from_error(rules.error());
    }
    return std::move(rules).value();
}

const std::string& name_of(const Rule& rule) {
    return rule.name;
}

}  // namespace

Served put_rule(Call call) {
    LAMBENT_CO_TRY(const Rule rule, read_rule(call));
    const auto put = co_await call.buses.put_rule(rule);
    if (put.has_error()) {
        co_return from_error(put.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["RuleArn"] = triggers::rule_arn(call.config.region, rule.bus, rule.name);
    co_return answer;
}

Served delete_rule(Call call) {
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Name"));
    const auto removed = co_await call.buses.remove_rule(of.bus, of.rule);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return nlohmann::json();
}

Served describe_rule(Call call) {
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Name"));
    const auto rule = call.buses.rule(of.bus, of.rule);
    if (rule.has_error()) {
        co_return from_error(rule.error());
    }
    nlohmann::json answer = rule_json(call, rule.value());
    answer["CreatedBy"] = runtime::kAccountId;
    co_return answer;
}

Served enable_rule(Call call) {
    return set_state(std::move(call), triggers::RuleState::kEnabled);
}

Served disable_rule(Call call) {
    return set_state(std::move(call), triggers::RuleState::kDisabled);
}

Served list_rules(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.body));
    LAMBENT_CO_TRY(const std::vector<Rule> rules, rules_on(call));
    const auto render = [&call](const Rule& rule) {
        return rule_json(call, rule);
    };
    co_return page_of(rules, page, "Rules", name_of, render);
}

Served list_rule_names_by_target(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.body));
    LAMBENT_CO_TRY(std::vector<Rule> rules, rules_on(call));
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string arn = read_required(fields, constraints, "TargetArn", "targetArn");
    if (const auto wrong = request_fault(fault, constraints)) {
        co_return *wrong;
    }
    const auto is_other = [&](const Rule& rule) {
        const auto targets = call.buses.targets(rule.bus, rule.name);
        const auto is_target = [&](const triggers::RuleTarget& target) {
            return target.arn == arn;
        };
        return targets.has_error() || std::none_of(targets->begin(), targets->end(), is_target);
    };
    rules.erase(std::remove_if(rules.begin(), rules.end(), is_other), rules.end());
    co_return page_of(rules, page, "RuleNames", name_of, name_of);
}

}  // namespace lambent::api::events
