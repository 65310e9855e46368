#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/events/rule.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// The tables of buses, rules and targets, inside one transaction.
struct BusRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct Targeted {
        std::string bus;
        std::string rule;
        RuleTarget target;
    };
    struct All {
        std::vector<EventBus> buses;
        std::vector<Rule> rules;
        std::vector<Targeted> targets;
    };
    Result<All> read_all();
    Result<bool> has_bus(const std::string& bus);
    Result<bool> has_rules(const std::string& bus);
    Result<std::optional<Rule>> find_rule(const std::string& bus, const std::string& rule);
    Result<std::vector<RuleTarget>> targets_of(const std::string& bus, const std::string& rule);

    // Each in the place of what had its name.
    Result<void> put(const EventBus& bus);
    Result<void> put(const Rule& rule);
    Result<void> put(const std::string& bus, const std::string& rule, const RuleTarget& target);

    Result<void> remove_bus(const std::string& bus);
    Result<void> remove_rule(const std::string& bus, const std::string& rule);  // with its targets
    Result<void> remove_target(
        const std::string& bus, const std::string& rule, const std::string& id
    );
};

}  // namespace lambent::triggers
