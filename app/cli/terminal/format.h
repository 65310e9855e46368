#pragma once

#include "app/cli/terminal/style.h"

#include <cstdint>
#include <string>

namespace lambent::cli {

// "87 µs", "4.21 ms", "312.6 ms", "2.04 s": three or four digits that a person compares at a
// glance.
std::string format_us(std::int64_t us, const Style& style);
// "640 B", "78.3 kB", "6.5 MB" in powers of 1,000, as files are counted.
std::string format_bytes(std::uint64_t bytes);
// Memory as Lambda counts it, rounded up: 1 MB is 1,048,576 bytes.
std::uint64_t lambda_megabytes(std::uint64_t bytes);
// "$0.0000021": enough digits for what one invocation costs.
std::string format_cost(double usd);
// "12s", "4m", "2h", "3d" from milliseconds.
std::string format_age(std::int64_t ms);
std::string format_percent(double share);
std::string fixed(double value, int digits);
// "1 thumbnail", "12 thumbnails".
std::string count_of(std::uint64_t count, const std::string& noun);

}  // namespace lambent::cli
