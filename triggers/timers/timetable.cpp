#include "triggers/timers/timetable.h"

#include "base/clock.h"

#include <algorithm>

namespace lambent::triggers {
namespace {

// Spreads neighbouring numbers over all of 64 bits (the finaliser of SplitMix64).
std::uint64_t spread(std::uint64_t number) {
    number += 0x9e3779b97f4a7c15ULL;
    number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    number = (number ^ (number >> 27U)) * 0x94d049bb133111ebULL;
    return number ^ (number >> 31U);
}

}  // namespace

Result<Timetable> Timetable::create(TimerPlan plan) {
    LAMBENT_TRY(ScheduleExpression expression, ScheduleExpression::parse(plan.expression));
    TimeZone zone = TimeZone::utc();
    if (!plan.zone.empty()) {
        auto found = TimeZone::find(plan.zone);
        if (found.has_error()) {
            return Error(Code::kInvalidArgument, "zone", found.error().message());
        }
        zone = std::move(found).value();
    }
    return Timetable(std::move(plan), std::move(expression), std::move(zone));
}

std::optional<Tick> Timetable::after(std::int64_t ms) const {
    const bool bounded = !is_once();
    if (bounded && plan_.start_ms) {
        ms = std::max(ms, *plan_.start_ms - 1);
    }
    if (ms > kLastScheduleMs || plan_.anchor_ms > kLastScheduleMs) {
        return std::nullopt;
    }
    const auto time = expression_.next(from_unix_ms(ms), zone_, from_unix_ms(plan_.anchor_ms));
    if (!time) {
        return std::nullopt;
    }
    Tick tick;
    tick.scheduled_ms = unix_ms(*time);
    if (tick.scheduled_ms <= ms) {
        return std::nullopt;
    }
    if (bounded && plan_.end_ms && tick.scheduled_ms > *plan_.end_ms) {
        return std::nullopt;
    }
    tick.due_ms = tick.scheduled_ms + delay_ms(tick.scheduled_ms);
    return tick;
}

// The same for the same tick, whenever it is asked for: a restart does not throw the dice again.
std::int64_t Timetable::delay_ms(std::int64_t scheduled_ms) const {
    if (plan_.window_ms <= 0) {
        return 0;
    }
    const auto number =
        static_cast<std::uint64_t>(scheduled_ms) ^ spread(static_cast<std::uint64_t>(plan_.seed));
    return static_cast<std::int64_t>(spread(number) % static_cast<std::uint64_t>(plan_.window_ms));
}

Timetable::Round Timetable::round(Tick pending, std::int64_t now_ms, std::size_t ticks_max) const {
    Round round;
    round.next = pending;
    const std::int64_t oldest_ms = now_ms - plan_.late_ms_max;
    while (round.next && round.next->due_ms <= now_ms && round.ticks.size() < ticks_max) {
        const Tick tick = *round.next;
        if (tick.due_ms < oldest_ms) {
            round.missed = true;
            // Years may have passed: none of those that are too old is looked at one by one.
            round.next = after(std::max(tick.scheduled_ms, oldest_ms - plan_.window_ms - 1));
            continue;
        }
        round.ticks.push_back(tick);
        round.next = after(tick.scheduled_ms);
    }
    return round;
}

}  // namespace lambent::triggers
