#include "base/result.h"

#include <catch2/catch.hpp>

namespace lambent {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) {
        return Error(Code::kInvalidArgument, "number", "odd");
    }
    return number / 2;
}

Result<int> quarter(int number) {
    LAMBENT_TRY(const int once, half(number));
    LAMBENT_TRY(const int twice, half(once));
    return twice;
}

Result<void> check(int number) {
    LAMBENT_TRY(half(number));
    return {};
}

TEST_CASE("Result carries a value through the try macro", "[base][Result]") {
    CHECK(quarter(12).value() == 3);
}

TEST_CASE("Result leaves the function at the first error", "[base][Result]") {
    const auto result = quarter(6);
    REQUIRE(result.has_error());
    CHECK(result.error().code() == Code::kInvalidArgument);
    CHECK(result.error().subject() == "number");
    CHECK(result.error().message() == "odd");
}

TEST_CASE("Result of nothing can be checked without a name", "[base][Result]") {
    CHECK(check(4).has_value());
    CHECK(check(5).has_error());
}

TEST_CASE("Error of a system call says what failed and why", "[base][Error]") {
    const Error error = errno_error("open /nowhere", ENOENT);
    CHECK(error.code() == Code::kInternal);
    CHECK(error.message() == "open /nowhere: No such file or directory");
}

TEST_CASE("Codes that time can mend may be retried, and no others", "[base][Error]") {
    CHECK(may_retry(Code::kThrottled));
    CHECK(may_retry(Code::kUnavailable));
    CHECK(may_retry(Code::kDeadline));
    CHECK_FALSE(may_retry(Code::kInvalidArgument));
    CHECK_FALSE(may_retry(Code::kCorrupted));
}

}  // namespace
}  // namespace lambent
