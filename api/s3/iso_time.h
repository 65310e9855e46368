#pragma once

#include "base/clock.h"

#include <optional>
#include <string_view>

namespace lambent::api::s3 {

// "2026-01-01T00:00:00.000Z", with or without the fraction, or "2026-01-01".
std::optional<WallTime> parse_iso_time(std::string_view text);

}  // namespace lambent::api::s3
