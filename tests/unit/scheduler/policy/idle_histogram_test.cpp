#include "scheduler/policy/idle_histogram.h"

#include <catch2/catch.hpp>

using namespace lambent::scheduler;
using namespace std::chrono_literals;
using std::chrono::minutes;

TEST_CASE("IdleHistogram counts what is beyond its range apart", "[scheduler][IdleHistogram]") {
    IdleHistogram histogram;
    CHECK(histogram.out_of_bounds_share() == 0);
    histogram.add(3min, 4min);
    histogram.add(4min, 4min);
    histogram.add(400min, 4min);
    histogram.add(0min, 4min);
    CHECK(histogram.in_bounds() == 2);
    CHECK(histogram.out_of_bounds() == 2);
    CHECK(histogram.out_of_bounds_share() == 0.5);
}

TEST_CASE("IdleHistogram's variation tells habits from chance", "[scheduler][IdleHistogram]") {
    IdleHistogram histogram;
    CHECK(histogram.variation(4min) == 0);
    SECTION("all in one of four bins: mean 1, variance 16/4 - 1") {
        for (int i = 0; i < 4; ++i) {
            histogram.add(2min, 4min);
        }
        CHECK(histogram.variation(4min) == Approx(1.7320508));
    }
    SECTION("one in each bin") {
        for (int i = 0; i < 4; ++i) {
            histogram.add(minutes(i), 4min);
        }
        CHECK(histogram.variation(4min) == 0);
    }
    SECTION("3, 0, 0, 1: mean 1, variance 10/4 - 1") {
        for (const auto minute : {0min, 0min, 3min, 0min}) {
            histogram.add(minute, 4min);
        }
        CHECK(histogram.variation(4min) == Approx(1.2247449));
    }
    SECTION("one sample in 240 bins: the root of 239") {
        histogram.add(17min, 240min);
        CHECK(histogram.variation(240min) == Approx(15.4596248));
    }
}

TEST_CASE("IdleHistogram finds the minute of a percentile", "[scheduler][IdleHistogram]") {
    IdleHistogram histogram;
    for (int minute = 100; minute >= 1; --minute) {
        histogram.add(minutes(minute), 240min);
    }
    CHECK(histogram.percentile(0.05) == 5min);
    CHECK(histogram.percentile(0.5) == 50min);
    CHECK(histogram.percentile(0.99) == 99min);
    CHECK(histogram.percentile(1) == 100min);
    CHECK(histogram.percentile(0) == 1min);
    histogram.add(7min, 240min);
    histogram.add(400min, 240min);  // is no part of it
    CHECK(histogram.percentile(1) == 100min);
}

TEST_CASE("IdleHistogram lets old habits fade", "[scheduler][IdleHistogram]") {
    IdleHistogram histogram;
    histogram.add(200min, 240min);
    for (std::uint32_t i = 1; i < IdleHistogram::kSamplesMax; ++i) {
        histogram.add(1min, 240min);
    }
    CHECK(histogram.percentile(1) == 200min);
    histogram.add(1min, 240min);
    CHECK(histogram.percentile(1) == 1min);
    CHECK(histogram.in_bounds() == IdleHistogram::kSamplesMax / 2);
}
