#include "app/cli/terminal/duration.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using lambent::cli::parse_duration;

TEST_CASE("A duration is a sum of whole numbers with units", "[cli][duration]") {
    CHECK(parse_duration("250ms").value() == 250ms);
    CHECK(parse_duration("90s").value() == 90s);
    CHECK(parse_duration("3m").value() == 3min);
    CHECK(parse_duration("1h30m").value() == 90min);
    CHECK(parse_duration("2d1h1m1s1ms").value() == 49h + 1min + 1001ms);
    CHECK(parse_duration("0s").value() == 0s);
    CHECK(parse_duration("366d").value() == 24h * 366);
}

TEST_CASE("What is no duration is refused", "[cli][duration]") {
    for (const char* text :
         {"",
          "3",
          "m",
          "3 m",
          "-3m",
          "+3m",
          "1.5h",
          "3x",
          "3mm",
          "367d",
          "366d1ms",
          "99999999999999999999s",
          "8784h8784h"}) {
        CAPTURE(text);
        CHECK(parse_duration(text).has_error());
    }
}
