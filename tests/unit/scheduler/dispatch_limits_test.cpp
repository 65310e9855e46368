#include "scheduler/dispatch.h"

#include <catch2/catch.hpp>

#include <memory>
#include <vector>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

runtime::FunctionPtr function(const std::string& name, const std::string& revision = "1") {
    auto made = std::make_shared<runtime::Function>();
    made->name = name;
    made->memory_mb = 100;
    made->revision_id = revision;
    return made;
}

const SteadyTime kLimitsTime{1h};
constexpr auto kAny = StartPreference::kAny;

DispatchLimits limits(std::uint64_t memory_mb) {
    DispatchLimits made;
    made.boots_max = 100;
    made.memory_budget_mb = memory_mb;
    made.waiting_min = 2;
    return made;
}

// What Dispatch did since the last look.
struct Seen {
    std::vector<EnvironmentId> boots;
    std::vector<CallId> served;
    std::vector<Refuse> refused;

    explicit Seen(Dispatch& dispatch) {
        while (const auto action = dispatch.next_action()) {
            if (const auto* boot = std::get_if<StartBoot>(&*action)) {
                boots.push_back(boot->environment);
            } else if (const auto* serve = std::get_if<Serve>(&*action)) {
                served.push_back(serve->call);
            } else if (const auto* refuse = std::get_if<Refuse>(&*action)) {
                refused.push_back(*refuse);
            }
        }
    }
};

// Calls 1, 2 … for one function until one is refused at once; how many were not.
std::size_t fill(Dispatch& dispatch, const runtime::FunctionPtr& f, CallId& call) {
    for (std::size_t accepted = 0;; ++accepted) {
        dispatch.wait(++call, f, kAny, kLimitsTime);
        if (!Seen(dispatch).refused.empty()) {
            return accepted;
        }
    }
}

}  // namespace

TEST_CASE("Dispatch lets a burst wait for the environments that fit", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(3'000));  // 30 environments
    const auto f = function("f");
    for (CallId call = 1; call <= 100; ++call) {
        dispatch.wait(call, f, kAny, kLimitsTime);
    }
    const Seen seen(dispatch);
    CHECK(seen.boots.size() == 30);
    CHECK(seen.refused.empty());
}

TEST_CASE("Dispatch lets one call wait behind each busy environment", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(500));  // 5 environments
    const auto f = function("f");
    CallId call = 0;
    for (int i = 0; i < 5; ++i) {
        dispatch.wait(++call, f, kAny, kLimitsTime);
    }
    for (const EnvironmentId id : Seen(dispatch).boots) {
        dispatch.boot_succeeded(id, kLimitsTime);
    }
    CHECK(Seen(dispatch).served.size() == 5);
    CHECK(fill(dispatch, f, call) == 5);
    CHECK(fill(dispatch, f, call) == 0);

    SECTION("and another for each call that is served") {
        dispatch.release(1, kLimitsTime);
        CHECK(Seen(dispatch).served == std::vector<CallId>{6});
        CHECK(fill(dispatch, f, call) == 1);
    }
    SECTION("and a few of a function that has none") {
        CHECK(fill(dispatch, function("g"), call) == 2);
    }
    SECTION("and more once one can be booted in the place of another") {
        dispatch.discard(1);
        dispatch.closed(1);
        CHECK(Seen(dispatch).boots.size() == 1);
        CHECK(fill(dispatch, f, call) == 3);
    }
    SECTION("and those of a new revision behind new environments") {
        const auto updated = function("f", "2");
        dispatch.set_current("f", updated, kLimitsTime);
        CHECK(fill(dispatch, updated, call) == 0);
        dispatch.release(1, kLimitsTime);
        dispatch.closed(1);
        CHECK(Seen(dispatch).boots.size() == 1);
    }
}

TEST_CASE("Dispatch lets more calls wait when they are short", "[scheduler][Dispatch]") {
    DispatchLimits five = limits(500);
    five.waiting_min = 64;
    Dispatch dispatch(five);
    const auto f = function("f");
    CallId call = 0;
    for (int i = 0; i < 5; ++i) {
        dispatch.wait(++call, f, kAny, kLimitsTime);
    }
    for (const EnvironmentId id : Seen(dispatch).boots) {
        dispatch.boot_succeeded(id, kLimitsTime);
    }
    REQUIRE(Seen(dispatch).served.size() == 5);
    const auto call_takes = [&](std::chrono::nanoseconds time) {
        dispatch.release(1, kLimitsTime + time);
        REQUIRE(Seen(dispatch).served.empty());
        REQUIRE(dispatch.take_idle(f, kLimitsTime + time) == 1);
    };

    SECTION("five times as many as environments when each serves five soon") {
        call_takes(5ms);
        CHECK(fill(dispatch, f, call) == 25);
    }
    SECTION("one behind each, or a few, when they are long") {
        call_takes(10s);
        CHECK(fill(dispatch, f, call) == 8);
    }
    SECTION("and the most while none has ended") {
        CHECK(fill(dispatch, f, call) == 64);
    }
}

TEST_CASE("Dispatch starts environments of a function at Lambda's rate", "[scheduler][Dispatch]") {
    DispatchLimits scaling = limits(1'000'000);
    scaling.scaling = {1, 3};
    Dispatch dispatch(scaling);
    const auto f = function("f");
    for (CallId call = 1; call <= 5; ++call) {
        dispatch.wait(call, f, kAny, kLimitsTime);
    }
    const Seen burst(dispatch);
    CHECK(burst.boots.size() == 3);
    REQUIRE(burst.refused.size() == 2);
    CHECK(burst.refused[0].reason == RefusalReason::kScalingRate);
    CHECK(burst.refused[0].call == 4);

    dispatch.wait(6, function("g"), kAny, kLimitsTime);
    CHECK(Seen(dispatch).boots.size() == 1);
    dispatch.wait(7, f, kAny, kLimitsTime + 500ms);
    CHECK(Seen(dispatch).refused.size() == 1);
    dispatch.wait(8, f, kAny, kLimitsTime + 1s);
    CHECK(Seen(dispatch).boots.size() == 1);

    SECTION("whatever its revision") {
        dispatch.set_current("f", function("f", "2"), kLimitsTime + 1s);
        CHECK(Seen(dispatch).boots.empty());
    }
    SECTION("and does not start any for a call that finds a free one") {
        dispatch.boot_succeeded(1, kLimitsTime + 1s);
        dispatch.release(1, kLimitsTime + 1s);
        dispatch.wait(9, f, kAny, kLimitsTime + 1s);
        CHECK(Seen(dispatch).boots.empty());
    }
}
