#pragma once

#include "base/result.h"
#include "base/schedule/cron_field.h"
#include "base/schedule/time_zone.h"

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace lambent {

// AWS's cron expressions: minutes, hours, day of month, month, day of week (1 is Sunday) and year,
// with `?` in one of the two days; L, W, LW, 6L and 2#1 as AWS documents them. Pure: it knows
// calendars and no time zone.
class CronExpression {
  public:
    // "0 9 ? * MON-FRI *", without cron( ). kInvalidArgument with a sentence that names the field.
    static Result<CronExpression> parse(std::string_view fields);

    // The first minute that fits, at or after `from`; nothing when none is left until 2199.
    std::optional<CivilTime> first_from(const CivilTime& from) const;

  private:
    struct LastDay {};
    struct LastWeekday {};
    struct WeekdayNear {
        int day = 1;
    };
    struct LastOfWeek {  // the last Friday of the month
        int weekday = 1;
    };
    struct NthOfWeek {  // the second Monday of the month
        int weekday = 1;
        int nth = 1;
    };
    struct DaysOfWeek {
        CronField weekdays;
    };
    using Rule = std::
        variant<LastDay, LastWeekday, WeekdayNear, LastOfWeek, NthOfWeek, DaysOfWeek, CronField>;

    static Result<Rule> parse_day_of_month(std::string_view text);
    static Result<Rule> parse_day_of_week(std::string_view text);
    Result<void> parse_days(std::string_view of_month, std::string_view of_week);
    bool fits(const std::chrono::year_month_day& date) const;
    static bool fits(const Rule& rule, const std::chrono::year_month_day& date);
    std::optional<CivilTime> time_on(const std::chrono::year_month_day& date, int hour, int minute)
        const;

    CronField minutes_;
    CronField hours_;
    CronField months_;
    CronField years_;
    std::vector<Rule> days_;  // any of them
};

}  // namespace lambent
