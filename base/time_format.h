#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace lambent {

// Wall time in the shapes that AWS protocols use, always UTC. Any thread, no locale.
std::string iso8601_ms(WallTime time);       // 2026-11-21T13:42:44.123Z (S3 events and listings)
std::string iso8601_offset(WallTime time);   // 2026-11-21T13:42:44.123+0000 (Lambda LastModified)
std::string http_date(WallTime time);        // Sat, 21 Nov 2026 13:42:44 GMT
std::string amz_date(WallTime time);         // 20261121T134244Z (SigV4)
std::string log_stream_date(WallTime time);  // 2026/11/21

std::optional<WallTime> parse_amz_date(std::string_view text);
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace lambent
