#include "api/events/events_errors.h"
#include "api/events/events_fields.h"
#include "api/events/target_json.h"

#include <utility>

namespace lambent::api::events {

Served put_targets(Call call) {
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Rule"));
    LAMBENT_CO_TRY(std::vector<triggers::RuleTarget> targets, read_targets(call.body));
    const auto put = co_await call.buses.put_targets(of.bus, of.rule, std::move(targets));
    if (put.has_error()) {
        co_return from_error(put.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["FailedEntryCount"] = 0;
    answer["FailedEntries"] = nlohmann::json::array();
    co_return answer;
}

Served remove_targets(Call call) {
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Rule"));
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    auto ids = fields.texts("Ids");
    if (!ids) {
        constraints.must_not_be_null("ids");
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        co_return *wrong;
    }
    const auto unknown = co_await call.buses.remove_targets(of.bus, of.rule, *std::move(ids));
    if (unknown.has_error()) {
        co_return from_error(unknown.error());
    }
    nlohmann::json failed = nlohmann::json::array();
    for (const std::string& id : unknown.value()) {
        nlohmann::json entry = nlohmann::json::object();
        entry["TargetId"] = id;
        entry["ErrorCode"] = "ResourceNotFoundException";
        entry["ErrorMessage"] =
            "Rule " + of.rule + " does not have a target with the Id " + id + ".";
        failed.push_back(std::move(entry));
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["FailedEntryCount"] = failed.size();
    answer["FailedEntries"] = std::move(failed);
    co_return answer;
}

Served list_targets_by_rule(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.body));
    LAMBENT_CO_TRY(const RuleReference of, read_rule_reference(call.body, "Rule"));
    const auto targets = call.buses.targets(of.bus, of.rule);
    if (targets.has_error()) {
        co_return from_error(targets.error());
    }
    const auto id = [](const triggers::RuleTarget& target) -> const std::string& {
        return target.id;
    };
    co_return page_of(targets.value(), page, "Targets", id, target_json);
}

}  // namespace lambent::api::events
