#include "api/s3/byte_range.h"

#include <catch2/catch.hpp>

using namespace lambent::api::s3;

namespace {

void check_part(
    const char* header, std::uint64_t size, std::uint64_t offset, std::uint64_t length
) {
    CAPTURE(header, size);
    const ByteRange range = parse_range(header, size);
    CHECK(range.kind == RangeKind::kPart);
    CHECK(range.offset == offset);
    CHECK(range.length == length);
}

}  // namespace

TEST_CASE("A range names part of an object", "[api][byte_range]") {
    check_part("bytes=0-0", 10, 0, 1);
    check_part("bytes=2-5", 10, 2, 4);
    check_part("bytes=2-", 10, 2, 8);
    check_part("bytes=-3", 10, 7, 3);
    check_part("bytes=-300", 10, 0, 10);
    check_part("bytes=5-99", 10, 5, 5);
    check_part("bytes=9-18446744073709551615", 10, 9, 1);
    check_part("bytes=9-99999999999999999999999999", 10, 9, 1);
}

TEST_CASE("A range behind the end cannot be satisfied", "[api][byte_range]") {
    for (const char* header :
         {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999999-"}) {
        CAPTURE(header);
        CHECK(parse_range(header, 10).kind == RangeKind::kUnsatisfiable);
    }
    CHECK(parse_range("bytes=0-", 0).kind == RangeKind::kUnsatisfiable);
    CHECK(parse_range("bytes=-1", 0).kind == RangeKind::kUnsatisfiable);
}

TEST_CASE("What is not one range of bytes asks for the whole", "[api][byte_range]") {
    for (const char* header :
         {"",
          "bytes=",
          "bytes=-",
          "bytes=a-b",
          "bytes=5-2",
          "bytes=1-2,4-5",
          "lines=1-2",
          "bytes= 1-2",
          "bytes=+1-2",
          "bytes=1-2x",
          "bytes=--1"}) {
        CAPTURE(header);
        const ByteRange range = parse_range(header, 10);
        CHECK(range.kind == RangeKind::kWhole);
        CHECK(range.length == 10);
    }
}
