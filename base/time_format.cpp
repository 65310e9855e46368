#include "base/time_format.h"

#include <cstdio>
#include <ctime>

namespace lambent {
namespace {

std::string format(WallTime time, const char* pattern) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[64];
    const std::size_t size = std::strftime(text, sizeof(text), pattern, &parts);
    return std::string(text, size);
}

std::string milliseconds(WallTime time) {
    const auto ms = unix_ms(time) - unix_ms(std::chrono::floor<std::chrono::seconds>(time));
    char text[8];
    std::snprintf(text, sizeof(text), ".%03d", static_cast<int>(ms));
    return text;
}

std::time_t unix_seconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

// Not those that a WallTime, which counts nanoseconds, cannot hold: before 1678, after 2261.
bool is_wall_time(std::time_t seconds) {
    return seconds >= unix_seconds(WallTime::min()) && seconds <= unix_seconds(WallTime::max());
}

int number(std::string_view digits) {
    int value = 0;
    for (const char digit : digits) {
        value = value * 10 + (digit - '0');
    }
    return value;
}

std::optional<WallTime> parse(std::string_view text, const char* pattern) {
    const std::string copy(text);
    std::tm parts{};
    const char* end = ::strptime(copy.c_str(), pattern, &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    const std::time_t seconds = ::timegm(&parts);
    return is_wall_time(seconds) ? std::optional(std::chrono::system_clock::from_time_t(seconds))
                                 : std::nullopt;
}

}  // namespace

std::string iso8601_ms(WallTime time) {
    return format(time, "%Y-%m-%dT%H:%M:%S") + milliseconds(time) + "Z";
}

std::string iso8601_offset(WallTime time) {
    return format(time, "%Y-%m-%dT%H:%M:%S") + milliseconds(time) + "+0000";
}

std::string http_date(WallTime time) {
    return format(time, "%a, %d %b %Y %H:%M:%S GMT");
}

std::string amz_date(WallTime time) {
    return format(time, "%Y%m%dT%H%M%SZ");
}

std::string log_stream_date(WallTime time) {
    return format(time, "%Y/%m/%d");
}

// By hand: every signed request has one, and strptime with timegm takes as long as its hash.
std::optional<WallTime> parse_amz_date(std::string_view text) {
    using std::chrono::sys_days;
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
    const int hour = number(text.substr(9, 2));
    const int minute = number(text.substr(11, 2));
    const int second = number(text.substr(13, 2));
    if (!day.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const std::time_t seconds = sys_days(day).time_since_epoch().count() * std::time_t{86'400} +
                                hour * 3'600 + minute * 60 + second;
    return is_wall_time(seconds) ? std::optional(std::chrono::system_clock::from_time_t(seconds))
                                 : std::nullopt;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    return parse(text, "%a, %d %b %Y %H:%M:%S GMT");
}

}  // namespace lambent
