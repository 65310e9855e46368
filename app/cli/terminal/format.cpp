#include "app/cli/terminal/format.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace lambent::cli {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string format_us(std::int64_t us, const Style& style) {
    const auto value = static_cast<double>(us);
    if (us < 1'000) {
        return std::to_string(us) + " " + std::string(style.pick("µs", "us"));
    }
    if (us < 99'995) {
        return fixed(value / 1e3, 2) + " ms";
    }
    if (us < 999'950) {
        return fixed(value / 1e3, 1) + " ms";
    }
    return fixed(value / 1e6, 2) + " s";
}

std::string format_bytes(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (bytes < 1'000) {
        return std::to_string(bytes) + " B";
    }
    if (bytes < 999'950) {
        return fixed(value / 1e3, 1) + " kB";
    }
    if (bytes < 999'950'000) {
        return fixed(value / 1e6, 1) + " MB";
    }
    return fixed(value / 1e9, 1) + " GB";
}

std::uint64_t lambda_megabytes(std::uint64_t bytes) {
    constexpr std::uint64_t kMegabyte = 1ULL << 20;
    return (bytes + kMegabyte - 1) / kMegabyte;
}

std::string format_cost(double usd) {
    return "$" + fixed(usd, usd < 0.001 ? 10 : 6);
}

std::string format_age(std::int64_t ms) {
    const std::int64_t seconds = ms / 1000;
    if (seconds < 60) {
        return std::to_string(seconds) + "s";
    }
    if (seconds < 3'600) {
        return std::to_string(seconds / 60) + "m";
    }
    if (seconds < 86'400) {
        return std::to_string(seconds / 3'600) + "h";
    }
    return std::to_string(seconds / 86'400) + "d";
}

std::string format_percent(double share) {
    const double percent = share * 100;
    return fixed(percent, percent > 0 && percent < 9.95 ? 1 : 0) + " %";
}

std::string count_of(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace lambent::cli
