#include "api/admin/clock_control.h"

#include "api/wire/errors.h"
#include "api/wire/json.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <string_view>

namespace lambent::api::admin {
namespace {

constexpr std::int64_t kAdvanceMsMax = std::int64_t{366} * 24 * 3'600 * 1'000;

http::Response clock_refusal(unsigned status, const char* name, std::string message) {
    return rest_json_error(AwsError(status, name, std::move(message)));
}

std::optional<std::int64_t> milliseconds_of(const Request& request) {
    const std::string_view text = http::find_item(request.query, "ms").value_or("");
    std::int64_t ms = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), ms);
    const bool whole = failed == std::errc() && end == text.data() + text.size();
    return whole && ms >= 0 && ms <= kAdvanceMsMax ? std::optional(ms) : std::nullopt;
}

}  // namespace

http::Response ClockControl::now() const {
    const nlohmann::ordered_json body{
        {"clock", stepped_ == nullptr ? "system" : "manual"},
        {"now", iso8601_ms(clock_.wall_now())},
        {"nowMs", unix_ms(clock_.wall_now())},
    };
    http::Response response;
    response.headers.set("Content-Type", "application/json");
    response.body = dump_json(body);
    return response;
}

Task<http::Response> ClockControl::advance(Request request) {
    if (stepped_ == nullptr) {
        co_return clock_refusal(
            409,
            "ResourceConflictException",
            "The clock is the machine's; one that can be advanced needs: lambent up --clock manual"
        );
    }
    const auto by_ms = milliseconds_of(request);
    if (!by_ms) {
        co_return clock_refusal(
            400, "InvalidParameterValueException", "ms must be from 0 to a year's."
        );
    }
    const Result<void> advanced = co_await stepped_->advance(std::chrono::milliseconds(*by_ms));
    if (advanced.has_error()) {
        co_return clock_refusal(409, "ResourceConflictException", advanced.error().message());
    }
    co_return now();
}

}  // namespace lambent::api::admin
