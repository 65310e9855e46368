#include "base/time_format.h"

#include <catch2/catch.hpp>

namespace lambent {
namespace {

const WallTime kMoment = from_unix_ms(1'795'268'564'123);  // 2026-11-21T13:42:44.123Z

TEST_CASE("Times are written in the shapes of the AWS protocols", "[base][time_format]") {
    CHECK(iso8601_ms(kMoment) == "2026-11-21T13:42:44.123Z");
    CHECK(iso8601_offset(kMoment) == "2026-11-21T13:42:44.123+0000");
    CHECK(http_date(kMoment) == "Sat, 21 Nov 2026 13:42:44 GMT");
    CHECK(amz_date(kMoment) == "20261121T134244Z");
    CHECK(log_stream_date(kMoment) == "2026/11/21");
}

TEST_CASE("Milliseconds keep their leading zeros", "[base][time_format]") {
    CHECK(iso8601_ms(from_unix_ms(7)) == "1970-01-01T00:00:00.007Z");
}

TEST_CASE("Times read back to the second", "[base][time_format]") {
    const WallTime second = from_unix_ms(1'795'268'564'000);
    CHECK(parse_amz_date("20261121T134244Z") == second);
    CHECK(parse_http_date("Sat, 21 Nov 2026 13:42:44 GMT") == second);
}

TEST_CASE("Text that is no time is refused", "[base][time_format]") {
    CHECK_FALSE(parse_amz_date("20261121").has_value());
    CHECK_FALSE(parse_amz_date("20261121T134244Zx").has_value());
    CHECK_FALSE(parse_amz_date("90151121T134244Z").has_value());
    CHECK_FALSE(parse_amz_date("15261121T134244Z").has_value());
    CHECK_FALSE(parse_http_date("yesterday").has_value());
}

}  // namespace
}  // namespace lambent
