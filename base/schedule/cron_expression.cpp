#include "base/schedule/cron_expression.h"

#include <array>
#include <string>

namespace lambent {
namespace {

namespace chrono = std::chrono;

constexpr int kYearMax = 2'199;
constexpr std::size_t kFields = 6;
constexpr CronFieldRule kMinutes{"Minutes", 0, 59, ""};
constexpr CronFieldRule kHours{"Hours", 0, 23, ""};
constexpr CronFieldRule kDayOfMonth{"Day-of-month", 1, 31, ""};
constexpr CronFieldRule kMonth{"Month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"};
constexpr CronFieldRule kDayOfWeek{"Day-of-week", 1, 7, "SUNMONTUEWEDTHUFRISAT"};
constexpr CronFieldRule kYear{"Year", 1970, kYearMax, ""};

int last_day(const chrono::year_month_day& date) {
    const chrono::year_month_day_last last(date.year() / date.month() / chrono::last);
    return static_cast<int>(static_cast<unsigned>(last.day()));
}

int day_of(const chrono::year_month_day& date) {
    return static_cast<int>(static_cast<unsigned>(date.day()));
}

// 1 is Sunday.
int weekday_of(const chrono::year_month_day& date) {
    return static_cast<int>(chrono::weekday(chrono::sys_days(date)).c_encoding()) + 1;
}

bool is_working(int weekday) {
    return weekday != 1 && weekday != 7;
}

chrono::year_month_day with_day(const chrono::year_month_day& date, int day) {
    return date.year() / date.month() / chrono::day(static_cast<unsigned>(day));
}

// The day from Monday to Friday that is nearest to `day`, in the same month.
int working_day_near(const chrono::year_month_day& date, int day) {
    const int last = last_day(date);
    for (const int shift : {0, -1, 1, -2, 2}) {
        const int near = day + shift;
        if (near >= 1 && near <= last && is_working(weekday_of(with_day(date, near)))) {
            return near;
        }
    }
    return day;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
        text.remove_prefix(begin);
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) {
            words.push_back(text.substr(0, end));
        }
        text.remove_prefix(end);
    }
    return words;
}

std::vector<std::string_view> items_of(std::string_view text) {
    std::vector<std::string_view> items;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t comma = std::min(text.find(',', begin), text.size());
        items.push_back(text.substr(begin, comma - begin));
        begin = comma + 1;
    }
    return items;
}

template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

}  // namespace

Result<CronExpression> CronExpression::parse(std::string_view fields) {
    const std::vector<std::string_view> words = words_of(fields);
    if (words.size() != kFields) {
        return Error(
            Code::kInvalidArgument,
            "schedule",
            "A cron expression has six fields, separated by spaces."
        );
    }
    CronExpression cron;
    LAMBENT_TRY(cron.minutes_, CronField::parse(words[0], kMinutes));
    LAMBENT_TRY(cron.hours_, CronField::parse(words[1], kHours));
    LAMBENT_TRY(cron.months_, CronField::parse(words[3], kMonth));
    LAMBENT_TRY(cron.years_, CronField::parse(words[5], kYear));
    LAMBENT_TRY(cron.parse_days(words[2], words[4]));
    return cron;
}

Result<void> CronExpression::parse_days(std::string_view of_month, std::string_view of_week) {
    if ((of_month == "?") == (of_week == "?")) {
        return Error(
            Code::kInvalidArgument,
            "schedule",
            "One of Day-of-month and Day-of-week in a cron expression is a question mark."
        );
    }
    const bool by_month = of_week == "?";
    for (const std::string_view item : items_of(by_month ? of_month : of_week)) {
        LAMBENT_TRY(Rule rule, by_month ? parse_day_of_month(item) : parse_day_of_week(item));
        days_.push_back(std::move(rule));
    }
    return {};
}

Result<CronExpression::Rule> CronExpression::parse_day_of_month(std::string_view text) {
    if (text == "L") {
        return Rule(LastDay());
    }
    if (text == "LW") {
        return Rule(LastWeekday());
    }
    if (text.ends_with('W')) {
        const auto day = CronField::number(text.substr(0, text.size() - 1), kDayOfMonth);
        if (!day) {
            return cron_error(kDayOfMonth.name, text);
        }
        return Rule(WeekdayNear{*day});
    }
    LAMBENT_TRY(CronField days, CronField::parse(text, kDayOfMonth));
    return Rule(std::move(days));
}

Result<CronExpression::Rule> CronExpression::parse_day_of_week(std::string_view text) {
    const std::size_t hash = text.find('#');
    if (hash != std::string_view::npos) {
        const auto weekday = CronField::number(text.substr(0, hash), kDayOfWeek);
        const std::string_view nth = text.substr(hash + 1);
        if (!weekday || nth.size() != 1 || nth[0] < '1' || nth[0] > '5') {
            return cron_error(kDayOfWeek.name, text);
        }
        return Rule(NthOfWeek{*weekday, nth[0] - '0'});
    }
    if (text == "L") {
        text = "7";
    } else if (text.ends_with('L')) {
        const auto weekday = CronField::number(text.substr(0, text.size() - 1), kDayOfWeek);
        if (!weekday) {
            return cron_error(kDayOfWeek.name, text);
        }
        return Rule(LastOfWeek{*weekday});
    }
    LAMBENT_TRY(CronField weekdays, CronField::parse(text, kDayOfWeek));
    return Rule(DaysOfWeek{std::move(weekdays)});
}

bool CronExpression::fits(const Rule& rule, const chrono::year_month_day& date) {
    const int day = day_of(date);
    const Match match{
        [&](const LastDay&) { return day == last_day(date); },
        [&](const LastWeekday&) { return day == working_day_near(date, last_day(date)); },
        [&](const WeekdayNear& near) {
            return near.day <= last_day(date) && day == working_day_near(date, near.day);
        },
        [&](const LastOfWeek& last) {
            return weekday_of(date) == last.weekday && day + 7 > last_day(date);
        },
        [&](const NthOfWeek& nth) {
            return weekday_of(date) == nth.weekday && (day - 1) / 7 + 1 == nth.nth;
        },
        [&](const DaysOfWeek& days) { return days.weekdays.has(weekday_of(date)); },
        [&](const CronField& days) {
            return days.has(day);
        }};
    return std::visit(match, rule);
}

bool CronExpression::fits(const chrono::year_month_day& date) const {
    for (const Rule& rule : days_) {
        if (fits(rule, date)) {
            return true;
        }
    }
    return false;
}

std::optional<CivilTime> CronExpression::time_on(
    const chrono::year_month_day& date, int hour, int minute
) const {
    for (auto at = hours_.first_from(hour); at; at = hours_.first_from(*at + 1)) {
        if (const auto then = minutes_.first_from(*at == hour ? minute : 0)) {
            const auto month = static_cast<int>(static_cast<unsigned>(date.month()));
            return CivilTime{static_cast<int>(date.year()), month, day_of(date), *at, *then, 0};
        }
    }
    return std::nullopt;
}

std::optional<CivilTime> CronExpression::first_from(const CivilTime& from) const {
    int hour = from.hour;
    int minute = from.minute + (from.second > 0 ? 1 : 0);
    chrono::year_month_day date = chrono::year(from.year) /
                                  chrono::month(static_cast<unsigned>(from.month)) /
                                  chrono::day(static_cast<unsigned>(from.day));
    while (static_cast<int>(date.year()) <= kYearMax) {
        const auto month = static_cast<int>(static_cast<unsigned>(date.month()));
        if (!years_.has(static_cast<int>(date.year()))) {
            date = (date.year() + chrono::years(1)) / chrono::January / chrono::day(1);
        } else if (!months_.has(month)) {
            date = (date.year() / date.month() + chrono::months(1)) / chrono::day(1);
        } else {
            const auto found = fits(date) ? time_on(date, hour, minute) : std::nullopt;
            if (found) {
                return found;
            }
            date = chrono::sys_days(date) + chrono::days(1);
        }
        hour = 0;
        minute = 0;
    }
    return std::nullopt;
}

}  // namespace lambent
