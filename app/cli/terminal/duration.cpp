#include "app/cli/terminal/duration.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace lambent::cli {
namespace {

constexpr std::int64_t kYearMs = std::int64_t{366} * 24 * 3'600 * 1'000;

// "ms" before "m": the longer one is tried first.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{{
    {"ms", 1},
    {"s", 1'000},
    {"m", 60'000},
    {"h", 3'600'000},
    {"d", 86'400'000},
}};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const Error wrong(
        Code::kInvalidArgument, "'" + std::string(text) + "' is no duration, as 90s, 3m or 1h30m"
    );
    std::int64_t sum = 0;
    std::string_view left = text;
    while (!left.empty()) {
        std::int64_t number = 0;
        const auto [end, failed] = std::from_chars(left.data(), left.data() + left.size(), number);
        if (failed != std::errc() || number < 0 || number > kYearMs) {
            return wrong;
        }
        left.remove_prefix(static_cast<std::size_t>(end - left.data()));
        std::int64_t factor = 0;
        for (const auto& [unit, ms] : kUnits) {
            if (factor == 0 && left.starts_with(unit)) {
                factor = ms;
                left.remove_prefix(unit.size());
            }
        }
        if (factor == 0 || number > (kYearMs - sum) / factor) {
            return wrong;
        }
        sum += number * factor;
    }
    return text.empty() ? Result<std::chrono::milliseconds>(wrong)
                        : Result<std::chrono::milliseconds>(std::chrono::milliseconds(sum));
}

}  // namespace lambent::cli
