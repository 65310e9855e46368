#include "base/time_format.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace lambent {
namespace {

// By hand, without the C library's calendar: that one looks for the machine's time zone, under a
// lock, even when it is asked for UTC.
struct UtcTime {
    explicit UtcTime(WallTime time)
        : day(std::chrono::floor<std::chrono::days>(time)),
          date(day),
          clock(std::chrono::floor<std::chrono::milliseconds>(time - day)) {}

    int year() const { return static_cast<int>(date.year()); }
    unsigned month() const { return static_cast<unsigned>(date.month()); }
    unsigned day_of_month() const { return static_cast<unsigned>(date.day()); }
    int hour() const { return static_cast<int>(clock.hours().count()); }
    int minute() const { return static_cast<int>(clock.minutes().count()); }
    int second() const { return static_cast<int>(clock.seconds().count()); }
    int millisecond() const { return static_cast<int>(clock.subseconds().count()); }

    std::chrono::sys_days day;
    std::chrono::year_month_day date;
    std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
};

template <typename... Fields>
std::string printed(const char* pattern, Fields... fields) {
    char text[64];
    const int size = std::snprintf(text, sizeof(text), pattern, fields...);
    return std::string(text, static_cast<std::size_t>(size));
}

std::string iso8601(WallTime time, const char* pattern) {
    const UtcTime t(time);
    return printed(
        pattern,
        t.year(),
        t.month(),
        t.day_of_month(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    );
}

int number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) {
        value = value * 10 + (digit - '0');
    }
    return value;
}

// None for a time that does not exist or that a WallTime, which counts nanoseconds, cannot hold:
// before 1678, after 2261.
std::optional<WallTime> wall_time(
    std::chrono::year_month_day date, int hour, int minute, int second
) {
    using std::chrono::seconds;
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                      std::chrono::minutes(minute) + seconds(second);
    const bool fits = time >= std::chrono::ceil<seconds>(WallTime::min()) &&
                      time <= std::chrono::floor<seconds>(WallTime::max());
    return fits ? std::optional<WallTime>(time) : std::nullopt;
}

}  // namespace

std::string iso8601_ms(WallTime time) {
    return iso8601(time, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ");
}

std::string iso8601_offset(WallTime time) {
    return iso8601(time, "%04d-%02u-%02uT%02d:%02d:%02d.%03d+0000");
}

std::string http_date(WallTime time) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const UtcTime t(time);
    return printed(
        "%s, %02u %s %04d %02d:%02d:%02d GMT",
        kDays[std::chrono::weekday(t.day).c_encoding()],
        t.day_of_month(),
        kMonths[t.month() - 1],
        t.year(),
        t.hour(),
        t.minute(),
        t.second()
    );
}

std::string amz_date(WallTime time) {
    const UtcTime t(time);
    return printed(
        "%04d%02u%02uT%02d%02d%02dZ",
        t.year(),
        t.month(),
        t.day_of_month(),
        t.hour(),
        t.minute(),
        t.second()
    );
}

std::string log_stream_date(WallTime time) {
    const UtcTime t(time);
    return printed("%04d/%02u/%02u", t.year(), t.month(), t.day_of_month());
}

// By hand: every signed request has one, and strptime would take longer.
std::optional<WallTime> parse_amz_date(std::string_view text) {
    constexpr std::string_view kShape = "00000000T000000Z";
    if (text.size() != kShape.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kShape[i] == '0' ? !is_digit : text[i] != kShape[i]) {
            return std::nullopt;
        }
    }
    const std::chrono::year_month_day day(
        std::chrono::year(number(text.substr(0, 4))),
        std::chrono::month(static_cast<unsigned>(number(text.substr(4, 2)))),
        std::chrono::day(static_cast<unsigned>(number(text.substr(6, 2))))
    );
    return wall_time(
        day, number(text.substr(9, 2)), number(text.substr(11, 2)), number(text.substr(13, 2))
    );
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    const std::string copy(text);
    std::tm parts{};
    const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(
        std::chrono::year(parts.tm_year + 1900),
        std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
        std::chrono::day(static_cast<unsigned>(parts.tm_mday))
    );
    return wall_time(date, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace lambent
