#pragma once

#include "base/result.h"
#include "base/schedule/schedule_expression.h"
#include "base/schedule/time_zone.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::triggers {

// When a timer ticks, as it is asked for and kept.
struct TimerPlan {
    std::string expression;                 // at(…), rate(…) or cron(…)
    std::string zone;                       // of at and cron; empty: UTC
    std::int64_t anchor_ms = 0;             // what a rate counts from: its first tick
    std::optional<std::int64_t> start_ms;   // no tick before it; at(…) has neither start nor end
    std::optional<std::int64_t> end_ms;     // no tick after it
    std::int64_t window_ms = 0;             // flexible: each tick is due up to so much later
    std::int64_t late_ms_max = 86'400'000;  // a tick that is later is not made up for
    std::int64_t seed = 0;                  // decides where in the window a tick falls
};

struct Tick {
    std::int64_t scheduled_ms = 0;  // what the expression says
    std::int64_t due_ms = 0;        // within the flexible window after it
    friend bool operator==(const Tick&, const Tick&) = default;
};

// Which ticks a plan has, and what becomes of those that nobody was awake for. Pure: told the time.
//
// Missed ticks: EventBridge promises each tick at least once, and keeps an event that cannot be
// delivered for its maximum age (24 hours by default). So a tick that passed while the daemon was
// down is made up for, late and in order, when it is not older than that; older ones are dropped.
class Timetable {
  public:
    // kInvalidArgument, with the subject "schedule" or "zone".
    static Result<Timetable> create(TimerPlan plan);

    bool is_once() const { return expression_.is_once(); }
    // The first tick that is scheduled after that time.
    std::optional<Tick> after(std::int64_t ms) const;

    struct Round {
        std::vector<Tick> ticks;   // due now, oldest first
        bool missed = false;       // some were too old
        std::optional<Tick> next;  // none: the timer has ended
    };
    // What is due by `now_ms` when `pending` is the tick that comes next; at most `ticks_max` of
    // them, the rest stays due.
    Round round(Tick pending, std::int64_t now_ms, std::size_t ticks_max) const;

  private:
    Timetable(TimerPlan plan, ScheduleExpression expression, TimeZone zone)
        : plan_(std::move(plan)), expression_(std::move(expression)), zone_(std::move(zone)) {}
    std::int64_t delay_ms(std::int64_t scheduled_ms) const;

    TimerPlan plan_;
    ScheduleExpression expression_;
    TimeZone zone_;
};

}  // namespace lambent::triggers
