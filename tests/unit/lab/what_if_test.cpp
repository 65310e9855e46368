#include "lab/what_if/what_if.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::lab;

namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

RecordedCall warm(std::int64_t at_us, std::uint32_t memory_mb, std::uint32_t duration_us) {
    return {at_us, memory_mb, duration_us, 0, 0};
}

// Three calls in 30 days at 884.5 MB, half of a CPU: 100 ms each, the first cold.
std::vector<RecordedCall> three_calls() {
    return {
        {0, 884, 100'000, 60'000, 50'000},
        warm(15 * kDayUs, 884, 100'000),
        warm(30 * kDayUs, 884, 100'000)};
}

Forecast forecast(const std::vector<RecordedCall>& calls, Scenario scenario) {
    return what_if(calls, {scenario}, scheduler::RateCard()).value().front();
}

}  // namespace

TEST_CASE("what_if gives the recorded bill for the recorded settings", "[lab][what_if]") {
    const Forecast same = forecast(three_calls(), {884, 0});
    CHECK(same.calls_a_month == Approx(3));
    CHECK(same.cold_share == Approx(1.0 / 3));
    CHECK(same.if_computing.p50_ms == Approx(100));
    CHECK(same.if_computing.p99_ms == Approx(160));
    // 150 + 100 + 100 billed milliseconds.
    CHECK(same.if_computing.usd_a_month == Approx(0.35 * 884 / 1'024 * 0.0000166667 + 0.6e-6));
    CHECK(same.if_waiting.usd_a_month == same.if_computing.usd_a_month);
}

TEST_CASE("what_if knows two bounds without a second memory size", "[lab][what_if]") {
    CHECK_FALSE(computing_share(three_calls()).has_value());
    const Forecast larger = forecast(three_calls(), {3'000, 0});
    CHECK(larger.if_waiting.p50_ms == Approx(100));
    CHECK(larger.if_computing.p50_ms == Approx(100 * 884.0 / 1'769));
    const Forecast smaller = forecast(three_calls(), {442, 0});
    CHECK(smaller.if_computing.p50_ms == Approx(200));
}

TEST_CASE("what_if learns what the function does from two sizes", "[lab][what_if]") {
    // 20 ms of waiting and 40 ms of computing at a whole CPU.
    const std::vector<RecordedCall> calls{
        warm(0, 1'769, 60'000),
        warm(kDayUs, 3'000, 60'000),
        warm(2 * kDayUs, 884, 100'045),
        warm(3 * kDayUs, 442, 180'090)};
    CHECK(computing_share(calls).value() == Approx(2.0 / 3).epsilon(0.001));
    const Forecast quarter = forecast(calls, {442, 0});
    CHECK(quarter.if_computing.p50_ms == Approx(180).epsilon(0.001));
    CHECK(quarter.if_computing.p50_ms == quarter.if_waiting.p50_ms);

    const std::vector<RecordedCall> waits{warm(0, 128, 70'000), warm(kDayUs, 1'769, 70'000)};
    CHECK(computing_share(waits).value() == Approx(0).margin(1e-9));
}

TEST_CASE(
    "what_if serves calls from provisioned environments while some are free", "[lab][what_if]"
) {
    std::vector<RecordedCall> calls;
    for (int i = 0; i < 3; ++i) {  // at the same time, all cold
        calls.push_back({i, 1'024, 1'000'000, 300'000, 200'000});
    }
    calls.push_back({30 * kDayUs, 1'024, 1'000'000, 300'000, 200'000});
    const Forecast none = forecast(calls, {1'024, 0});
    CHECK(none.cold_share == 1);
    CHECK(none.if_waiting.p50_ms == Approx(1'300));
    const Forecast two = forecast(calls, {1'024, 2});
    CHECK(two.cold_share == 0.25);
    CHECK(two.if_waiting.p50_ms == Approx(1'000));
    CHECK(two.if_waiting.p99_ms == Approx(1'300));
    CHECK(
        two.if_waiting.usd_a_month ==
        Approx(2 * 30 * 86'400 * 0.0000041667 + 3 * 0.0000097222 + 1.2 * 0.0000166667 + 0.8e-6)
    );
}

TEST_CASE("what_if needs records that span some time", "[lab][what_if]") {
    const std::vector<Scenario> scenarios{{128, 0}};
    CHECK(what_if({}, scenarios, scheduler::RateCard()).has_error());
    CHECK(what_if({warm(5, 128, 1)}, scenarios, scheduler::RateCard()).has_error());
    const auto same_time =
        what_if({warm(5, 128, 1), warm(5, 128, 1)}, scenarios, scheduler::RateCard());
    REQUIRE(same_time.has_error());
    CHECK(same_time.error().code() == Code::kInvalidArgument);
}
