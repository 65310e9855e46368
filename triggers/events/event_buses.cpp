#include "triggers/events/event_buses.h"

#include <memory>
#include <utility>

namespace lambent::triggers {
namespace {

std::string rule_timer(const std::string& bus, const std::string& rule) {
    return bus + "/" + rule;
}

Error over_limit() {
    return Error(
        Code::kTooLarge, "limit", "The requested resource exceeds the maximum number allowed."
    );
}

Error no_bus(const std::string& bus) {
    return Error(Code::kNotFound, "bus", "Event bus " + bus + " does not exist.");
}

Error no_rule(const std::string& bus, const std::string& rule) {
    return Error(
        Code::kNotFound, "rule", "Rule " + rule + " does not exist on EventBus " + bus + "."
    );
}

Error bus_has_rules(const std::string& bus) {
    return Error(
        Code::kInvalidArgument, "bus", "Event bus " + bus + " can't be deleted since it has rules."
    );
}

Error rule_has_targets() {
    return Error(Code::kInvalidArgument, "targets", "Rule can't be deleted since it has targets.");
}

// EventBridge's rules know rate and cron, and that one minute is no minutes.
Result<void> check_schedule(const std::string& schedule) {
    LAMBENT_TRY(const ScheduleExpression expression, ScheduleExpression::parse(schedule));
    const bool is_rate = schedule.starts_with("rate(");
    const bool is_one = schedule.starts_with("rate(1 ");
    if (expression.is_once() || (is_rate && is_one == schedule.ends_with("s)"))) {
        return Error(
            Code::kInvalidArgument, "schedule", "Parameter ScheduleExpression is not valid."
        );
    }
    return {};
}

}  // namespace

EventBuses::EventBuses(
    std::string region,
    sql::Driver& driver,
    Timers& timers,
    scheduler::Outbox& outbox,
    const Clock& clock
)
    : region_(std::move(region)), driver_(driver), timers_(timers), outbox_(outbox), clock_(clock) {
    timers_.serve(kTimerKind, *this);
}

// --- Loading

Task<Result<void>> EventBuses::load() {
    const auto all = std::make_shared<BusRows::All>();  // the closure's and ours
    Change work = [all, now = now_ms()](BusRows& rows) -> Result<void> {
        LAMBENT_TRY(*all, rows.read_all());
        for (const EventBus& known : all->buses) {
            if (known.name == kDefaultBus) {
                return {};
            }
        }
        EventBus bus;
        bus.name = kDefaultBus;
        bus.created_ms = now;
        bus.modified_ms = now;
        all->buses.push_back(bus);
        return rows.put(bus);
    };
    LAMBENT_CO_TRY(co_await write(std::move(work)));
    co_return fill(std::move(*all));
}

Result<void> EventBuses::fill(BusRows::All all) {
    for (EventBus& bus : all.buses) {
        buses_[bus.name].bus = std::move(bus);
    }
    for (Rule& rule : all.rules) {
        LAMBENT_TRY(PerRule compiled, compile(std::move(rule)));
        const Rule& kept = compiled.rule;
        buses_[kept.bus].rules.insert_or_assign(kept.name, std::move(compiled));
    }
    for (BusRows::Targeted& one : all.targets) {
        buses_[one.bus].rules[one.rule].targets[one.target.id] = std::move(one.target);
    }
    return {};
}

Result<EventBuses::PerRule> EventBuses::compile(Rule rule) {
    PerRule compiled;
    if (!rule.pattern.empty()) {
        LAMBENT_TRY(compiled.pattern, EventPattern::parse(rule.pattern));
    }
    compiled.rule = std::move(rule);
    return compiled;
}

// --- Buses

Task<Result<void>> EventBuses::create_bus(EventBus wanted) {
    if (buses_.contains(wanted.name)) {
        co_return Error(Code::kConflict, "bus", "Event bus " + wanted.name + " already exists.");
    }
    if (buses_.size() >= kBusesMax) {
        co_return over_limit();
    }
    wanted.created_ms = now_ms();
    wanted.modified_ms = wanted.created_ms;
    Change put = [wanted](BusRows& rows) {
        return rows.put(wanted);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    buses_[wanted.name].bus = wanted;
    co_return Result<void>();
}

Task<Result<void>> EventBuses::remove_bus(std::string name) {
    const PerBus* const per = find(name);
    if (name == kDefaultBus) {
        co_return Error(Code::kInvalidArgument, "bus", "Cannot delete event bus default.");
    }
    if (per != nullptr && !per->rules.empty()) {
        co_return bus_has_rules(name);
    }
    Change removal = [name](BusRows& rows) -> Result<void> {
        LAMBENT_TRY(const bool has_rules, rows.has_rules(name));
        return has_rules ? Result<void>(bus_has_rules(name)) : rows.remove_bus(name);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    buses_.erase(name);
    co_return Result<void>();
}

Result<EventBus> EventBuses::bus(const std::string& name) const {
    LAMBENT_TRY(const PerBus* const per, find_bus(name));
    return per->bus;
}

std::vector<EventBus> EventBuses::buses() const {
    std::vector<EventBus> all;
    for (const auto& [name, per] : buses_) {
        all.push_back(per.bus);
    }
    return all;
}

// --- Rules

Result<void> EventBuses::check_new_rule(const Rule& wanted) const {
    LAMBENT_TRY(const PerBus* const per, find_bus(wanted.bus));
    if (!wanted.schedule.empty() && wanted.bus != kDefaultBus) {
        return Error(
            Code::kInvalidArgument,
            "bus",
            "ScheduleExpression is supported only on the default event bus."
        );
    }
    if (!wanted.schedule.empty()) {
        LAMBENT_TRY(check_schedule(wanted.schedule));
    }
    if (!per->rules.contains(wanted.name) && per->rules.size() >= kRulesMax) {
        return over_limit();
    }
    return {};
}

Task<Result<void>> EventBuses::put_rule(Rule wanted) {
    LAMBENT_CO_TRY(check_new_rule(wanted));
    wanted.created_ms = now_ms();
    wanted.anchor_ms = wanted.created_ms;
    if (const auto known = find_rule(wanted.bus, wanted.name); known.has_value()) {
        const Rule& before = known.value()->rule;
        wanted.created_ms = before.created_ms;
        wanted.tags = wanted.tags.empty() ? before.tags : wanted.tags;
        wanted.anchor_ms = before.schedule == wanted.schedule ? before.anchor_ms : wanted.anchor_ms;
    }
    co_return co_await store_rule(std::move(wanted));
}

// The rule, its timer, and what memory has of it.
Task<Result<void>> EventBuses::store_rule(Rule rule) {
    LAMBENT_CO_TRY(PerRule compiled, compile(rule));
    Change put = [rule, now = now_ms()](BusRows& rows) {
        return keep(rows, rule, now);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    timers_.look();
    if (PerBus* const per = find(rule.bus)) {
        PerRule& now = per->rules[rule.name];
        compiled.targets = std::move(now.targets);
        now = std::move(compiled);
    }
    co_return Result<void>();
}

Result<void> EventBuses::keep(BusRows& rows, const Rule& rule, std::int64_t after_ms) {
    LAMBENT_TRY(const bool has_bus, rows.has_bus(rule.bus));
    if (!has_bus) {
        return no_bus(rule.bus);
    }
    LAMBENT_TRY(rows.put(rule));
    const std::string timer = rule_timer(rule.bus, rule.name);
    if (!rule.enabled || rule.schedule.empty()) {
        return Timers::remove_in(rows.session, kTimerKind, timer);
    }
    TimerPlan plan;
    plan.expression = rule.schedule;
    plan.anchor_ms = rule.anchor_ms;
    LAMBENT_TRY(Timers::set_in(rows.session, kTimerKind, timer, plan, after_ms));
    return {};
}

Task<Result<void>> EventBuses::remove_rule(std::string bus, std::string name) {
    LAMBENT_CO_TRY(const PerBus* const per, find_bus(bus));
    const auto known = per->rules.find(name);
    if (known == per->rules.end()) {
        co_return Result<void>();
    }
    if (!known->second.targets.empty()) {
        co_return rule_has_targets();
    }
    Change removal = [bus, name](BusRows& rows) -> Result<void> {
        LAMBENT_TRY(const auto targets, rows.targets_of(bus, name));
        if (!targets.empty()) {
            return rule_has_targets();
        }
        LAMBENT_TRY(rows.remove_rule(bus, name));
        return Timers::remove_in(rows.session, kTimerKind, rule_timer(bus, name));
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    if (PerBus* const now = find(bus)) {
        now->rules.erase(name);
    }
    co_return Result<void>();
}

Task<Result<void>> EventBuses::set_state(std::string bus, std::string name, RuleState state) {
    LAMBENT_CO_TRY(Rule changed, rule(bus, name));
    changed.enabled = state == RuleState::kEnabled;
    co_return co_await store_rule(std::move(changed));
}

Result<Rule> EventBuses::rule(const std::string& bus, const std::string& name) const {
    LAMBENT_TRY(const PerRule* const per, find_rule(bus, name));
    return per->rule;
}

Result<std::vector<Rule>> EventBuses::rules(const std::string& bus) const {
    LAMBENT_TRY(const PerBus* const per, find_bus(bus));
    std::vector<Rule> all;
    for (const auto& [name, one] : per->rules) {
        all.push_back(one.rule);
    }
    return all;
}

// --- Targets

Task<Result<void>> EventBuses::put_targets(
    std::string bus, std::string rule, std::vector<RuleTarget> targets
) {
    LAMBENT_CO_TRY(const PerRule* const per, find_rule(bus, rule));
    std::map<std::string, RuleTarget> merged = per->targets;
    for (const RuleTarget& target : targets) {
        merged.insert_or_assign(target.id, target);
    }
    if (merged.size() > kTargetsMax) {
        co_return over_limit();
    }
    Change put = [bus, rule, targets](BusRows& rows) -> Result<void> {
        LAMBENT_TRY(const auto known, rows.find_rule(bus, rule));
        if (!known) {
            return no_rule(bus, rule);
        }
        for (const RuleTarget& target : targets) {
            LAMBENT_TRY(rows.put(bus, rule, target));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    PerBus* const now = find(bus);
    if (now != nullptr && now->rules.contains(rule)) {
        for (const RuleTarget& target : targets) {
            now->rules.at(rule).targets.insert_or_assign(target.id, target);
        }
    }
    co_return Result<void>();
}

Task<Result<std::vector<std::string>>> EventBuses::remove_targets(
    std::string bus, std::string rule, std::vector<std::string> ids
) {
    LAMBENT_CO_TRY(const PerRule* const per, find_rule(bus, rule));
    std::vector<std::string> unknown;
    for (const std::string& id : ids) {
        if (!per->targets.contains(id)) {
            unknown.push_back(id);
        }
    }
    Change removal = [bus, rule, ids](BusRows& rows) -> Result<void> {
        for (const std::string& id : ids) {
            LAMBENT_TRY(rows.remove_target(bus, rule, id));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    PerBus* const now = find(bus);
    if (now != nullptr && now->rules.contains(rule)) {
        for (const std::string& id : ids) {
            now->rules.at(rule).targets.erase(id);
        }
    }
    co_return unknown;
}

Result<std::vector<RuleTarget>> EventBuses::targets(const std::string& bus, const std::string& rule)
    const {
    LAMBENT_TRY(const PerRule* const per, find_rule(bus, rule));
    std::vector<RuleTarget> all;
    for (const auto& [id, target] : per->targets) {
        all.push_back(target);
    }
    return all;
}

Task<Result<void>> EventBuses::set_tags(std::string bus, std::string rule, Tags tags) {
    if (!rule.empty()) {
        LAMBENT_CO_TRY(Rule changed, this->rule(bus, rule));
        changed.tags = std::move(tags);
        co_return co_await store_rule(std::move(changed));
    }
    LAMBENT_CO_TRY(EventBus changed, this->bus(bus));
    changed.tags = std::move(tags);
    Change put = [changed](BusRows& rows) {
        return rows.put(changed);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    if (PerBus* const now = find(bus)) {
        now->bus = changed;
    }
    co_return Result<void>();
}

// --- What is there

EventBuses::PerBus* EventBuses::find(const std::string& bus) {
    const auto found = buses_.find(bus);
    return found == buses_.end() ? nullptr : &found->second;
}

Result<const EventBuses::PerBus*> EventBuses::find_bus(const std::string& bus) const {
    const auto found = buses_.find(bus);
    if (found == buses_.end()) {
        return no_bus(bus);
    }
    return &found->second;
}

Result<const EventBuses::PerRule*> EventBuses::find_rule(
    const std::string& bus, const std::string& name
) const {
    LAMBENT_TRY(const PerBus* const per, find_bus(bus));
    const auto found = per->rules.find(name);
    if (found == per->rules.end()) {
        return no_rule(bus, name);
    }
    return &found->second;
}

Task<Result<void>> EventBuses::write(Change what) {
    sql::Work work = [what = std::move(what)](sql::Session& session) -> Result<void> {
        BusRows rows{session};
        return what(rows);
    };
    co_return co_await driver_.write(std::move(work));
}

}  // namespace lambent::triggers
