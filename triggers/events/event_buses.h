#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "triggers/events/bus_rows.h"
#include "triggers/events/event.h"
#include "triggers/events/rule.h"
#include "triggers/patterns/event_pattern.h"
#include "triggers/timers/timers.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::triggers {

enum class RuleState { kDisabled, kEnabled };

// EventBridge: keeps buses, rules and targets (on disk before they are acknowledged, in memory for
// events to be matched with), and turns events and ticks into messages to targets. What an accepted
// event leads to is on disk when `put_events` returns; what a tick leads to is written with the
// timer's advance. Errors carry the subjects "bus", "rule", "schedule", "event_pattern", "targets"
// (of a rule that still has some) and "limit". Owned by the composition root; event loop's thread
// only.
class EventBuses final : public TimerOwner {
  public:
    static constexpr char kTimerKind[] = "rule";
    static constexpr std::size_t kBusesMax = 100;
    static constexpr std::size_t kRulesMax = 300;  // on one bus
    static constexpr std::size_t kTargetsMax = 5;  // of one rule

    // Borrows its parts, which outlive it, and serves its timers from then on.
    EventBuses(
        std::string region,
        sql::Driver& driver,
        Timers& timers,
        scheduler::Outbox& outbox,
        const Clock& clock
    );
    static std::vector<sql::Migration> migrations() { return BusRows::migrations(); }
    Task<Result<void>> load();  // once, before requests: there is always a default bus

    Task<Result<void>> create_bus(EventBus wanted);
    Task<Result<void>> remove_bus(std::string name);  // there or not; kConflict while it has rules
    Result<EventBus> bus(const std::string& name) const;
    std::vector<EventBus> buses() const;  // by name

    // In the place of the rule of that name, which keeps its targets and, if none are given, tags.
    Task<Result<void>> put_rule(Rule wanted);
    Task<Result<void>> remove_rule(std::string bus, std::string name);  // the rule there or not
    Task<Result<void>> set_state(std::string bus, std::string name, RuleState state);
    Result<Rule> rule(const std::string& bus, const std::string& name) const;
    Result<std::vector<Rule>> rules(const std::string& bus) const;  // by name

    // Each in the place of the one with its id.
    Task<Result<void>> put_targets(
        std::string bus, std::string rule, std::vector<RuleTarget> targets
    );
    // The ids that there were not.
    Task<Result<std::vector<std::string>>> remove_targets(
        std::string bus, std::string rule, std::vector<std::string> ids
    );
    Result<std::vector<RuleTarget>> targets(const std::string& bus, const std::string& rule) const;

    // In the place of all there are; the bus's own when no rule is named.
    Task<Result<void>> set_tags(std::string bus, std::string rule, Tags tags);

    // Events on a bus that there is not lead to nothing, as on EventBridge. `detail` has been
    // checked to be a JSON object within kJsonNestingMax.
    Task<Result<void>> put_events(std::vector<Event> events);
    // What a rule, a schedule or a function's end sends to a bus. kNotFound when there is no such
    // bus; kInvalidArgument when the body is no object, or one that is nested too deep.
    Task<Result<void>> receive(scheduler::TargetMessage message);

    Result<void> ring(
        sql::Session& session, const std::string& name, const Tick& tick, std::int64_t now_ms
    ) override;
    Result<void> ended(sql::Session&, const std::string&) override { return {}; }
    void rang() override { outbox_.wake(); }

  private:
    struct PerRule {
        Rule rule;
        std::optional<EventPattern> pattern;
        std::map<std::string, RuleTarget> targets;  // by id
    };
    struct PerBus {
        EventBus bus;
        std::map<std::string, PerRule> rules;  // by name
    };
    using Change = std::function<Result<void>(BusRows&)>;

    static Result<PerRule> compile(Rule rule);
    static Result<void> keep(BusRows& rows, const Rule& rule, std::int64_t after_ms);
    Result<void> fill(BusRows::All all);
    Result<void> check_new_rule(const Rule& wanted) const;
    PerBus* find(const std::string& bus);
    Result<const PerBus*> find_bus(const std::string& bus) const;
    Result<const PerRule*> find_rule(const std::string& bus, const std::string& name) const;
    Task<Result<void>> store_rule(Rule rule);
    Task<Result<void>> write(Change what);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    std::string region_;
    sql::Driver& driver_;
    Timers& timers_;
    scheduler::Outbox& outbox_;
    const Clock& clock_;
    std::map<std::string, PerBus> buses_;  // by name
};

}  // namespace lambent::triggers
