#include "lab/simulate/minute_trace.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lambent::lab;

namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

std::vector<TraceCall> all_of(Trace& trace) {
    std::vector<TraceCall> all;
    std::vector<TraceCall> calls;
    trace.rewind();
    while (trace.next(calls)) {
        all.insert(all.end(), calls.begin(), calls.end());
    }
    return all;
}

MinuteTrace busy_trace(std::uint64_t seed) {
    MinuteTrace trace(seed);
    for (std::uint32_t i = 0; i < 300; ++i) {
        trace.add_function();
        trace.at(i).durations.fill(5);
        for (std::size_t minute = i % 7; minute < 60; minute += 1 + i % 5) {
            trace.add_calls(i, minute, 1 + i % 200);
        }
    }
    return trace;
}

}  // namespace

TEST_CASE("MinuteTrace tells as many calls as each minute has", "[lab][MinuteTrace]") {
    MinuteTrace trace = busy_trace(1);
    const std::vector<TraceCall> calls = all_of(trace);
    CHECK(std::is_sorted(calls.begin(), calls.end()));
    CHECK(trace.end_us() == 60 * kMinuteUs);
    const auto in_minute_9_of_252 = std::count_if(calls.begin(), calls.end(), [](const auto& c) {
        return c.function == 252 && c.at_us / kMinuteUs == 9;
    });
    CHECK(in_minute_9_of_252 == 53);  // minutes 0, 3, 6, 9, with 1 + 252 % 200 calls
    CHECK(std::none_of(calls.begin(), calls.end(), [](const auto& c) {
        return c.function == 252 && c.at_us / kMinuteUs == 10;
    }));
}

TEST_CASE("MinuteTrace is the same for the same seed", "[lab][MinuteTrace]") {
    MinuteTrace one = busy_trace(1);
    MinuteTrace other = busy_trace(1);
    MinuteTrace third = busy_trace(2);
    const std::vector<TraceCall> calls = all_of(one);
    CHECK(calls == all_of(one));
    CHECK(calls == all_of(other));
    CHECK(calls.size() == all_of(third).size());
    CHECK(calls != all_of(third));
}

TEST_CASE("MinuteTrace spreads a timer's calls evenly", "[lab][MinuteTrace]") {
    MinuteTrace trace(7);
    trace.add_function();
    trace.at(0).is_timer = true;
    trace.add_calls(0, 0, 2);
    trace.add_calls(0, 5, 2);
    const std::vector<TraceCall> calls = all_of(trace);
    REQUIRE(calls.size() == 4);
    CHECK(calls[1].at_us - calls[0].at_us == 30'000'000);
    CHECK(calls[2].at_us - calls[0].at_us == 5 * kMinuteUs);
}

TEST_CASE("MinuteTrace draws durations from the published curve", "[lab][MinuteTrace]") {
    const DurationCurve curve{10, 20, 30, 50, 100, 400, 1'000};
    CHECK(duration_at(curve, 0) == 10'000);
    CHECK(duration_at(curve, 0.005) == 15'000);
    CHECK(duration_at(curve, 0.25) == 30'000);
    CHECK(duration_at(curve, 0.375) == 40'000);
    CHECK(duration_at(curve, 0.5) == 50'000);
    CHECK(duration_at(curve, 0.87) == 250'000);
    CHECK(duration_at(curve, 1) == 1'000'000);
    DurationCurve hours{};
    hours.fill(1e7F);
    CHECK(duration_at(hours, 0.5) == 4'294'967'295);
}
