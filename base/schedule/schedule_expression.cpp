#include "base/schedule/schedule_expression.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace lambent {
namespace {

namespace chrono = std::chrono;

constexpr int kLastYear = 2199;

Error refused(std::string_view text) {
    return Error(
        Code::kInvalidArgument,
        "schedule",
        "A schedule is at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields), not \"" +
            std::string(text) + "\"."
    );
}

// What stands between "name(" and ")".
std::optional<std::string_view> inside(std::string_view text, std::string_view name) {
    if (!text.starts_with(name) || !text.ends_with(')') || text.size() < name.size() + 2 ||
        text[name.size()] != '(') {
        return std::nullopt;
    }
    return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

std::optional<int> digits(std::string_view text) {
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = failed == std::errc() && end == text.data() + text.size() && number >= 0;
    return is_number ? std::optional(number) : std::nullopt;
}

// "2026-11-21T08:00:00"; seconds may be left out.
std::optional<CivilTime> parse_civil(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    constexpr std::size_t kWithoutSeconds = 16;
    if (text.size() != kShape.size() && text.size() != kWithoutSeconds) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !is_digit : text[i] != kShape[i]) {
            return std::nullopt;
        }
    }
    CivilTime civil;
    civil.year = *digits(text.substr(0, 4));
    civil.month = *digits(text.substr(5, 2));
    civil.day = *digits(text.substr(8, 2));
    civil.hour = *digits(text.substr(11, 2));
    civil.minute = *digits(text.substr(14, 2));
    civil.second = text.size() == kShape.size() ? *digits(text.substr(17, 2)) : 0;
    const chrono::year_month_day date = chrono::year(civil.year) /
                                        chrono::month(static_cast<unsigned>(civil.month)) /
                                        chrono::day(static_cast<unsigned>(civil.day));
    const bool exists = date.ok() && civil.hour < 24 && civil.minute < 60 && civil.second < 60;
    return exists ? std::optional(civil) : std::nullopt;
}

std::optional<chrono::seconds> parse_rate(std::string_view text) {
    struct Unit {
        std::string_view one;
        std::string_view many;
        chrono::seconds length;
    };
    constexpr std::array kUnits = {
        Unit{"minute", "minutes", chrono::minutes(1)},
        Unit{"hour", "hours", chrono::hours(1)},
        Unit{"day", "days", chrono::hours(24)}};
    constexpr int kCountMax = 1'000'000;
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) {
        return std::nullopt;
    }
    const auto count = digits(text.substr(0, space));
    const std::string_view name = text.substr(space + 1);
    for (const Unit& unit : kUnits) {
        if ((name == unit.one || name == unit.many) && count && *count > 0 && *count <= kCountMax) {
            return *count * unit.length;
        }
    }
    return std::nullopt;
}

std::optional<WallTime> next_of_cron(
    const CronExpression& cron, WallTime after, const TimeZone& zone
) {
    CivilTime from = zone.civil(after);
    while (const auto found = cron.first_from(from)) {
        const TimeZone::Moment moment = zone.moment(*found);
        if (moment.exists && moment.time > after) {
            return moment.time;
        }
        from = *found;
        from.second = 1;  // the minute after it, or later
    }
    return std::nullopt;
}

std::optional<WallTime> next_of_once(const CivilTime& once, WallTime after, const TimeZone& zone) {
    if (once.year > kLastYear) {
        return std::nullopt;
    }
    const WallTime time = zone.moment(once).time;
    return time > after ? std::optional(time) : std::nullopt;
}

std::optional<WallTime> next_of_rate(chrono::seconds rate, WallTime after, WallTime anchor) {
    if (anchor > after) {
        return anchor;
    }
    const auto passed = chrono::floor<chrono::seconds>(after - anchor);
    const chrono::seconds since_anchor = (passed / rate + 1) * rate;
    const auto most = chrono::floor<chrono::seconds>(from_unix_ms(kLastScheduleMs) - anchor);
    return since_anchor <= most ? std::optional(anchor + since_anchor) : std::nullopt;
}

}  // namespace

Result<ScheduleExpression> ScheduleExpression::parse(std::string_view text) {
    if (const auto civil = inside(text, "at")) {
        if (const auto time = parse_civil(*civil)) {
            return ScheduleExpression(*time);
        }
    } else if (const auto rate = inside(text, "rate")) {
        if (const auto length = parse_rate(*rate)) {
            return ScheduleExpression(*length);
        }
    } else if (const auto fields = inside(text, "cron")) {
        LAMBENT_TRY(CronExpression cron, CronExpression::parse(*fields));
        return ScheduleExpression(std::move(cron));
    }
    return refused(text);
}

std::optional<WallTime> ScheduleExpression::next(
    WallTime after, const TimeZone& zone, WallTime anchor
) const {
    if (const auto* once = std::get_if<CivilTime>(&when_)) {
        return next_of_once(*once, after, zone);
    }
    if (const auto* rate = std::get_if<Rate>(&when_)) {
        return next_of_rate(*rate, after, anchor);
    }
    return next_of_cron(std::get<CronExpression>(when_), after, zone);
}

}  // namespace lambent
