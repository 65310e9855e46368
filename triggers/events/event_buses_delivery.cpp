#include "base/ids.h"
#include "base/json_depth.h"
#include "triggers/events/event_buses.h"
#include "triggers/events/event_document.h"
#include "triggers/events/rule_message.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

// The part of EventBuses that sends.
namespace lambent::triggers {

// The rules are asked on the event loop's thread; what they send is written in one transaction.
Task<Result<void>> EventBuses::put_events(std::vector<Event> events) {
    const std::int64_t now = now_ms();
    std::vector<RuleDelivery> deliveries;
    for (const Event& event : events) {
        const PerBus* const per = find(event.bus);
        if (per == nullptr) {
            continue;
        }
        const nlohmann::ordered_json document = event_document(event, region_);
        const nlohmann::json matched = document;
        for (const auto& [name, one] : per->rules) {
            if (!one.rule.enabled || !one.pattern || !one.pattern->matches(matched)) {
                continue;
            }
            for (const auto& [id, target] : one.targets) {
                auto delivery = delivery_of(one.rule, target, event, document, region_, now);
                if (delivery) {
                    deliveries.push_back(*std::move(delivery));
                }
            }
        }
    }
    if (deliveries.empty()) {
        co_return Result<void>();
    }
    sql::Work work = [this, deliveries](sql::Session& session) -> Result<void> {
        for (const RuleDelivery& delivery : deliveries) {
            LAMBENT_TRY(outbox_.add_in(session, delivery.message, delivery.rules));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    outbox_.wake();
    co_return Result<void>();
}

Task<Result<void>> EventBuses::receive(scheduler::TargetMessage message) {
    Event event = event_of(message, now_ms());
    LAMBENT_CO_TRY(find_bus(event.bus));
    const auto detail = parse_shallow_json(event.detail);
    if (!detail || !detail->is_object()) {
        co_return Error(Code::kInvalidArgument, "detail", "Detail is malformed.");
    }
    std::vector<Event> events;
    events.push_back(std::move(event));
    co_return co_await put_events(std::move(events));
}

// On the database's thread: what memory has of the rule is not looked at.
Result<void> EventBuses::ring(
    sql::Session& session, const std::string& name, const Tick& tick, std::int64_t now_ms
) {
    const std::size_t slash = name.rfind('/');
    BusRows rows{session};
    LAMBENT_TRY(const auto rule, rows.find_rule(name.substr(0, slash), name.substr(slash + 1)));
    if (!rule) {
        return {};
    }
    LAMBENT_TRY(const auto targets, rows.targets_of(rule->bus, rule->name));
    const std::string arn = rule_arn(region_, rule->bus, rule->name);
    const Event event = scheduled_event(arn, random_uuid(), tick.scheduled_ms);
    const nlohmann::ordered_json document = event_document(event, region_);
    const std::int64_t late_ms = std::max<std::int64_t>(now_ms - tick.due_ms, 0);
    for (const RuleTarget& target : targets) {
        auto delivery = delivery_of(*rule, target, event, document, region_, now_ms);
        if (delivery && delivery->rules.age_ms_max >= late_ms) {
            delivery->rules.age_ms_max -= late_ms;
            LAMBENT_TRY(outbox_.add_in(session, delivery->message, delivery->rules));
        }
    }
    return {};
}

}  // namespace lambent::triggers
