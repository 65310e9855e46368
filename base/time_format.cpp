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

// Nothing for times that a WallTime, which counts nanoseconds, cannot hold: before 1678, after
// 2261.
std::optional<WallTime> parse(std::string_view text, const char* pattern) {
    const std::string copy(text);
    std::tm parts{};
    const char* end = ::strptime(copy.c_str(), pattern, &parts);
    if (end == nullptr || *end != '\0') {
        return std::nullopt;
    }
    const std::time_t seconds = ::timegm(&parts);
    if (seconds < unix_seconds(WallTime::min()) || seconds > unix_seconds(WallTime::max())) {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(seconds);
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

std::optional<WallTime> parse_amz_date(std::string_view text) {
    return parse(text, "%Y%m%dT%H%M%SZ");
}

std::optional<WallTime> parse_http_date(std::string_view text) {
    return parse(text, "%a, %d %b %Y %H:%M:%S GMT");
}

}  // namespace lambent
