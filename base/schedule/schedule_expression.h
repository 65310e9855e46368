#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/schedule/cron_expression.h"
#include "base/schedule/time_zone.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace lambent {

// The end of the last year of cron expressions, 2199, as Unix milliseconds: what starts, ends or
// happens later is refused, because clocks cannot count it.
inline constexpr std::int64_t kLastScheduleMs = 7'258'118'399'999;

// When something happens again: AWS's at(2026-11-21T08:00:00), rate(5 minutes) and cron(…), as
// Application Auto Scaling and EventBridge have them. Pure: told the time.
class ScheduleExpression {
  public:
    // kInvalidArgument with a sentence otherwise.
    static Result<ScheduleExpression> parse(std::string_view text);

    // The first time after `after`, if there is one by the end of 2199. Clocks of `zone` count for
    // at and cron: what falls into an hour that is left out does not happen (at: as soon as that
    // hour is over), and what falls into one that comes twice happens once. A rate counts from
    // `anchor`, which is its first time.
    std::optional<WallTime> next(WallTime after, const TimeZone& zone, WallTime anchor) const;

    bool is_once() const { return std::holds_alternative<CivilTime>(when_); }

  private:
    using Rate = std::chrono::seconds;
    using When = std::variant<CivilTime, Rate, CronExpression>;
    explicit ScheduleExpression(When when) : when_(std::move(when)) {}

    When when_;
};

}  // namespace lambent
