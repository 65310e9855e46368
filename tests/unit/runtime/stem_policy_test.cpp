#include "runtime/environment/stems/stem_policy.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using namespace lambent::runtime;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMega = 1ULL << 20;
const SteadyTime kStart = SteadyTime() + 1h;

StemConfig config(StemMode mode) {
    StemConfig with;
    with.mode = mode;
    with.cells = 3;
    with.memory_budget_bytes = 100 * kMega;
    return with;
}

}  // namespace

TEST_CASE("StemPolicy that is off wants nothing", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kOff));
    policy.expect("python", kStart);
    policy.asked("python", kStart);
    CHECK_FALSE(policy.wanted(kStart + 1s).has_value());
}

TEST_CASE("StemPolicy with a number wants so many of each kind", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kFixed));
    CHECK_FALSE(policy.wanted(kStart).has_value());
    policy.expect("python", kStart);
    for (int i = 0; i < 3; ++i) {
        CHECK(policy.wanted(kStart) == "python");
        policy.added("python", kMega);
    }
    CHECK_FALSE(policy.wanted(kStart).has_value());
    policy.expect("node", kStart);
    CHECK(policy.wanted(kStart) == "node");
    CHECK(policy.target("node", kStart + 100h) == 3);
}

TEST_CASE("StemPolicy raises first what lacks most", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kFixed));
    policy.expect("a", kStart);
    policy.expect("b", kStart);
    policy.added("a", kMega);
    CHECK(policy.wanted(kStart) == "b");
    policy.added("b", kMega);
    policy.added("b", kMega);
    CHECK(policy.wanted(kStart) == "a");
}

TEST_CASE("StemPolicy leaves claims alone unless there is no stem", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kFixed));
    policy.expect("a", kStart);
    policy.added("a", kMega);
    policy.added("a", kMega);
    policy.asked("a", kStart);
    policy.removed("a");
    CHECK_FALSE(policy.wanted(kStart + 1ms).has_value());
    CHECK(policy.next_look(kStart + 1ms) == kStart + 25ms);
    CHECK(policy.wanted(kStart + 25ms) == "a");
    policy.asked("a", kStart + 30ms);
    policy.removed("a");
    CHECK(policy.wanted(kStart + 31ms) == "a");
}

TEST_CASE("StemPolicy holds as many as the largest burst of late", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kAuto));
    policy.expect("a", kStart);
    CHECK(policy.target("a", kStart) == 2);
    for (int i = 0; i < 8; ++i) {
        policy.asked("a", kStart + i * 10ms);
    }
    CHECK(policy.target("a", kStart + 1s) == 8);
    SECTION("not of calls that are seconds apart") {
        for (int i = 2; i < 60; ++i) {
            policy.asked("a", kStart + i * 2s);
        }
        CHECK(policy.target("a", kStart + 2min) <= 8);
    }
    SECTION("forgets a burst half by half") {
        policy.asked("a", kStart + 5min);
        CHECK(policy.target("a", kStart + 5min + 100ms) == 4);
        CHECK(policy.target("a", kStart + 30min) == 2);
    }
    SECTION("forgets the kind when nobody asks for it") {
        CHECK(policy.target("a", kStart + 62min) == 0);
    }
    SECTION("and never more than the most") {
        for (int i = 0; i < 500; ++i) {
            policy.asked("a", kStart + 10s);
        }
        CHECK(policy.target("a", kStart + 10s) <= 32);
    }
}

TEST_CASE("StemPolicy ends stems that it no longer wants", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kAuto));
    policy.expect("a", kStart);
    policy.added("a", kMega);
    CHECK_FALSE(policy.surplus(kStart).has_value());
    CHECK(policy.surplus(kStart + 2h) == "a");
    policy.removed("a");
    CHECK_FALSE(policy.surplus(kStart + 2h).has_value());
    CHECK_FALSE(policy.wanted(kStart + 2h).has_value());
}

TEST_CASE("StemPolicy shares its memory by who was asked for last", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kFixed));
    policy.expect("old", kStart);
    policy.added("old", 30 * kMega);
    policy.expect("new", kStart + 1s);
    policy.added("new", 30 * kMega);
    CHECK(policy.target("new", kStart + 2s) == 3);
    CHECK(policy.target("old", kStart + 2s) == 0);
    CHECK(policy.surplus(kStart + 2s) == "old");
    policy.asked("old", kStart + 3s);
    CHECK(policy.target("old", kStart + 3s) == 3);
    CHECK(policy.target("new", kStart + 3s) == 0);
}

TEST_CASE("StemPolicy waits longer after each failure", "[runtime][StemPolicy]") {
    StemPolicy policy(config(StemMode::kFixed));
    policy.expect("a", kStart);
    SteadyTime now = kStart;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        CHECK(policy.wanted(now) == "a");
        policy.failed("a", now);
        CHECK_FALSE(policy.wanted(now + pause - 1ms).has_value());
        CHECK(policy.next_look(now) <= now + pause);
        now += pause;
    }
    policy.added("a", kMega);
    policy.failed("a", now);
    CHECK(policy.wanted(now + 1s) == "a");
}
