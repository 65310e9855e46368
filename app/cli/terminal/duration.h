#pragma once

#include "base/result.h"

#include <chrono>
#include <string_view>

namespace lambent::cli {

// "250ms", "90s", "3m", "1h30m", "2d": whole numbers with their units, the largest first or not.
// kInvalidArgument for anything else, and for more than a year.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace lambent::cli
