#include "api/s3/preconditions.h"
#include "base/clock.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::api::s3;

namespace {

// 2026-01-01T00:00:00.500Z
const WallTime kModified = from_unix_ms(1'767'225'600'500);
const std::string kBefore = "Wed, 31 Dec 2025 23:59:59 GMT";
const std::string kThen = "Thu, 01 Jan 2026 00:00:00 GMT";

Precondition check(std::initializer_list<http::Headers::Field> fields) {
    http::Headers headers;
    for (const auto& [name, value] : fields) {
        headers.add(name, value);
    }
    return check_preconditions(headers, "", "abc", kModified);
}

}  // namespace

TEST_CASE("If-Match lets only the named version through", "[api][preconditions]") {
    CHECK(check({{"If-Match", "\"abc\""}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Match", "abc"}}).verdict == Verdict::kPass);
    CHECK(check({{"if-match", "\"x\", \"abc\""}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Match", "*"}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Match", "\"x\""}}).verdict == Verdict::kFailed);
    CHECK(check({{"If-Match", "\"x\""}}).header == "If-Match");
}

TEST_CASE("If-None-Match says when nothing changed", "[api][preconditions]") {
    CHECK(check({{"If-None-Match", "W/\"abc\""}}).verdict == Verdict::kNotModified);
    CHECK(check({{"If-None-Match", "*"}}).verdict == Verdict::kNotModified);
    CHECK(check({{"If-None-Match", "\"x\""}}).verdict == Verdict::kPass);
}

TEST_CASE("Dates count in whole seconds and after ETags", "[api][preconditions]") {
    CHECK(check({{"If-Modified-Since", kThen}}).verdict == Verdict::kNotModified);
    CHECK(check({{"If-Modified-Since", kBefore}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Unmodified-Since", kThen}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Unmodified-Since", kBefore}}).verdict == Verdict::kFailed);
    CHECK(check({{"If-Match", "abc"}, {"If-Unmodified-Since", kBefore}}).verdict == Verdict::kPass);
    CHECK(check({{"If-None-Match", "x"}, {"If-Modified-Since", kThen}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Modified-Since", "yesterday"}}).verdict == Verdict::kPass);
    CHECK(check({{"If-Unmodified-Since", "yesterday"}}).verdict == Verdict::kPass);
}
