#include "scheduler/policy/hybrid_policy.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

// One function whose calls take no time, told by the idle times before them.
struct Habit {
    explicit Habit(std::chrono::minutes range = 240min) : policy(HybridKeepAlive{range}) {
        plan = policy.idle("f", now);
    }
    const IdlePlan& call_after(milliseconds idle) {
        now += idle;
        policy.called("f", now);
        plan = policy.idle("f", now);
        return plan;
    }
    milliseconds prewarm_after() const {
        return std::chrono::duration_cast<milliseconds>(plan.prewarm->at - now);
    }

    HybridPolicy policy;
    SteadyTime now{1h};
    IdlePlan plan;
};

}  // namespace

TEST_CASE(
    "HybridPolicy keeps what it knows nothing of for its range", "[scheduler][HybridPolicy]"
) {
    CHECK(Habit().plan.keep == 240min);
    CHECK(Habit(60min).plan.keep == 60min);
    CHECK_FALSE(Habit().plan.prewarm.has_value());
}

TEST_CASE("HybridPolicy boots ahead of a timer's next call", "[scheduler][HybridPolicy]") {
    Habit timer;
    for (int i = 0; i < 5; ++i) {
        timer.call_after(30min + 10s);  // bin 30: from 30 x 0.9 until 31 x 1.1 minutes
        CHECK(timer.plan.keep == 0ms);
        REQUIRE(timer.plan.prewarm.has_value());
        CHECK(timer.prewarm_after() == 27min);
        CHECK(timer.plan.prewarm->keep == 7min + 6s);
    }
}

TEST_CASE(
    "HybridPolicy keeps a busy function for its longest pauses", "[scheduler][HybridPolicy]"
) {
    Habit busy;
    for (int i = 0; i < 97; ++i) {
        busy.call_after(20s);
    }
    busy.call_after(4min);
    busy.call_after(4min);
    busy.call_after(50min);  // one in a hundred: beyond the 99th percentile
    CHECK(busy.plan.keep == milliseconds(5 * 60'000 * 11 / 10));
    CHECK_FALSE(busy.plan.prewarm.has_value());
}

TEST_CASE("HybridPolicy does not guess without a habit", "[scheduler][HybridPolicy]") {
    Habit irregular(4min);
    for (const auto idle : {0min, 3min, 1min, 2min}) {
        irregular.call_after(idle);
    }
    CHECK(irregular.plan.keep == 4min);
    CHECK_FALSE(irregular.plan.prewarm.has_value());
}

TEST_CASE("HybridPolicy forecasts calls that are hours apart", "[scheduler][HybridPolicy]") {
    Habit rare;
    rare.call_after(300min);
    CHECK(rare.plan.keep == 0ms);
    REQUIRE(rare.plan.prewarm.has_value());
    CHECK(rare.prewarm_after() == 255min);
    CHECK(rare.plan.prewarm->keep == 90min);
    rare.call_after(400min);  // 0.7 x 300 + 0.3 x 400 = 330
    CHECK(rare.prewarm_after() == milliseconds(330 * 60'000 * 85LL / 100));
    CHECK(rare.plan.prewarm->keep == 99min);
    SECTION("until most are within the range again") {
        rare.call_after(10min);
        CHECK(rare.prewarm_after() > 100min);
        rare.call_after(10min);  // two of four: the histogram decides
        CHECK(rare.prewarm_after() == 9min);
    }
}

TEST_CASE(
    "HybridPolicy gives calls side by side idle times of their own", "[scheduler][HybridPolicy]"
) {
    HybridPolicy policy(HybridKeepAlive{240min});
    const SteadyTime start{1h};
    policy.idle("f", start);
    policy.idle("f", start + 40min);
    policy.called("f", start + 41min);  // 1 minute
    policy.called("f", start + 60min);  // 60 minutes
    policy.called("f", start + 61min);  // had no predecessor
    const IdlePlan plan = policy.idle("f", start + 62min);
    REQUIRE(plan.prewarm.has_value());
    CHECK(plan.prewarm->at == start + 62min + 54s);
    CHECK(plan.prewarm->keep == milliseconds(61 * 66'000 - 54'000));
}

TEST_CASE("HybridPolicy knows functions apart, and forgets", "[scheduler][HybridPolicy]") {
    Habit timer;
    timer.call_after(30min);
    CHECK(timer.policy.idle("g", timer.now).keep == 240min);
    timer.policy.forget("f");
    CHECK(timer.policy.idle("f", timer.now).keep == 240min);
}
