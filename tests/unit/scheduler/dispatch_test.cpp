#include "scheduler/dispatch.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

runtime::FunctionPtr function(
    const std::string& name, std::uint32_t memory_mb = 100, const std::string& revision = "1"
) {
    auto made = std::make_shared<runtime::Function>();
    made->name = name;
    made->memory_mb = memory_mb;
    made->revision_id = revision;
    return made;
}

const SteadyTime kNow{1h};
constexpr auto kAny = StartPreference::kAny;

// What Dispatch wants, as words: "boot 1 f", "serve 7 1", "close 1", "freeze 1", "refuse 7".
std::vector<std::string> actions(Dispatch& dispatch) {
    std::vector<std::string> words;
    while (const auto action = dispatch.next_action()) {
        if (const auto* boot = std::get_if<StartBoot>(&*action)) {
            words.push_back(
                "boot " + std::to_string(boot->environment) + " " + boot->function->name
            );
        } else if (const auto* serve = std::get_if<Serve>(&*action)) {
            words.push_back(
                "serve " + std::to_string(serve->call) + " " + std::to_string(serve->environment)
            );
        } else if (const auto* close = std::get_if<Close>(&*action)) {
            words.push_back("close " + std::to_string(close->environment));
        } else if (const auto* freeze = std::get_if<Freeze>(&*action)) {
            words.push_back("freeze " + std::to_string(freeze->environment));
        } else if (const auto* refuse = std::get_if<Refuse>(&*action)) {
            words.push_back("refuse " + std::to_string(refuse->call));
        }
    }
    return words;
}

using Words = std::vector<std::string>;

DispatchLimits limits(std::uint32_t boots_max, std::uint64_t memory_mb = 10'000) {
    DispatchLimits made;
    made.boots_max = boots_max;
    made.memory_budget_mb = memory_mb;
    return made;
}

}  // namespace

TEST_CASE("Dispatch boots for a call and then keeps the environment", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    CHECK_FALSE(dispatch.take_idle(f, kNow).has_value());
    dispatch.wait(7, f, kAny, kNow);
    CHECK(actions(dispatch) == Words{"boot 1 f"});
    dispatch.boot_succeeded(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 7 1"});
    CHECK(dispatch.state(1) == EnvironmentState::kLeased);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch).empty());
    CHECK(dispatch.state(1) == EnvironmentState::kIdle);
    CHECK(dispatch.take_idle(f, kNow) == 1);
    CHECK_FALSE(dispatch.take_idle(f, kNow).has_value());
}

TEST_CASE("Dispatch serves calls in the order of their arrival", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    for (const CallId call : {7, 8, 9}) {
        dispatch.wait(call, f, kAny, kNow);
    }
    CHECK(actions(dispatch) == Words{"boot 1 f", "boot 2 f", "boot 3 f"});
    dispatch.boot_succeeded(2, kNow);
    CHECK(actions(dispatch) == Words{"serve 7 2"});
    dispatch.release(2, kNow);
    CHECK(actions(dispatch) == Words{"serve 8 2"});
    dispatch.boot_succeeded(3, kNow);
    CHECK(actions(dispatch) == Words{"serve 9 3"});
    dispatch.boot_succeeded(1, kNow);
    CHECK(actions(dispatch).empty());
    CHECK(dispatch.state(1) == EnvironmentState::kIdle);
}

TEST_CASE("Dispatch starts no boot for a call served meanwhile", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    const auto f = function("f");
    dispatch.wait(7, f, kAny, kNow);
    dispatch.wait(8, f, kAny, kNow);
    CHECK(actions(dispatch) == Words{"boot 1 f"});
    dispatch.boot_succeeded(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 7 1", "boot 2 f"});
    dispatch.wait(9, f, kAny, kNow);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 8 1"});
    dispatch.boot_succeeded(2, kNow);
    CHECK(actions(dispatch) == Words{"serve 9 2"});
}

TEST_CASE("Dispatch passes over calls that want a cold start", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    const auto f = function("f");
    dispatch.wait(6, f, kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    dispatch.wait(7, f, StartPreference::kForceCold, kNow);
    dispatch.wait(8, f, kAny, kNow);
    actions(dispatch);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 8 1"});
    dispatch.release(1, kNow);
    CHECK(actions(dispatch).empty());
    dispatch.boot_succeeded(2, kNow);
    CHECK(actions(dispatch) == Words{"serve 7 2"});
}

namespace {

// Two calls of f half an hour apart: the hybrid policy expects the third after another half.
Dispatch with_a_habit(std::uint32_t boots_max, std::uint64_t memory_mb) {
    DispatchLimits with_policy = limits(boots_max, memory_mb);
    with_policy.pool.keep_alive = HybridKeepAlive();
    Dispatch dispatch(with_policy);
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow - 30min);
    dispatch.boot_succeeded(1, kNow - 30min);
    dispatch.release(1, kNow - 30min);
    CHECK(dispatch.take_idle(f, kNow) == 1);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"boot 1 f", "serve 1 1", "close 1"});
    dispatch.closed(1);
    return dispatch;
}

}  // namespace

TEST_CASE("Dispatch boots ahead of an expected call", "[scheduler][Dispatch]") {
    Dispatch dispatch = with_a_habit(1, 10'000);
    CHECK(dispatch.next_due() == kNow + 27min);
    dispatch.tick(kNow + 27min);
    CHECK(actions(dispatch) == Words{"boot 2 f"});
    SECTION("which finds it warm") {
        dispatch.boot_succeeded(2, kNow + 27min);
        CHECK(dispatch.state(2) == EnvironmentState::kIdle);
        CHECK(dispatch.next_due() == kNow + 27min + 100ms);
        CHECK(dispatch.take_idle(function("f"), kNow + 30min) == 2);
    }
    SECTION("or comes during the boot") {
        dispatch.wait(2, function("f"), kAny, kNow + 27min);
        CHECK(actions(dispatch).empty());
        dispatch.boot_succeeded(2, kNow + 27min + 1s);
        CHECK(actions(dispatch) == Words{"serve 2 2"});
        dispatch.release(2, kNow + 27min + 2s);
        CHECK(actions(dispatch) == Words{"close 2"});
    }
    SECTION("and gives up when none comes") {
        dispatch.boot_succeeded(2, kNow + 27min);
        dispatch.tick(kNow + 27min + 7min + 6s - 1ms);
        CHECK(actions(dispatch) == Words{"freeze 2"});
        dispatch.tick(kNow + 27min + 7min + 6s);
        CHECK(actions(dispatch) == Words{"close 2"});
    }
}

TEST_CASE("Dispatch boots ahead only with what nobody needs", "[scheduler][Dispatch]") {
    SECTION("a boot slot, when one is free") {
        Dispatch dispatch = with_a_habit(1, 10'000);
        dispatch.wait(2, function("g"), kAny, kNow + 27min);
        dispatch.tick(kNow + 27min);
        CHECK(actions(dispatch) == Words{"boot 2 g"});
        CHECK_FALSE(dispatch.next_due().has_value());
        dispatch.boot_succeeded(2, kNow + 28min);
        CHECK(actions(dispatch) == Words{"serve 2 2", "boot 3 f"});
    }
    SECTION("memory, without closing what is idle") {
        Dispatch dispatch = with_a_habit(4, 150);
        dispatch.wait(2, function("g"), kAny, kNow + 1min);
        dispatch.boot_succeeded(2, kNow + 1min);
        dispatch.release(2, kNow + 1min);
        CHECK(actions(dispatch) == Words{"boot 2 g", "serve 2 2"});
        dispatch.tick(kNow + 27min);
        CHECK(actions(dispatch) == Words{"freeze 2"});
    }
}

namespace {

// f's boots take 100 ms and its calls 40 ms, and one of them runs since kNow.
Dispatch with_a_running_call() {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow - 1s);
    dispatch.boot_succeeded(1, kNow - 900ms);
    dispatch.release(1, kNow - 860ms);
    CHECK(dispatch.take_idle(f, kNow) == 1);
    CHECK(actions(dispatch) == Words{"boot 1 f", "serve 1 1"});
    return dispatch;
}

}  // namespace

TEST_CASE("Dispatch boots nothing while a running call ends sooner", "[scheduler][Dispatch]") {
    Dispatch dispatch = with_a_running_call();
    const auto f = function("f");
    dispatch.wait(2, f, kAny, kNow + 10ms);
    CHECK(actions(dispatch).empty());
    CHECK(dispatch.patient("f") == 1);
    CHECK(dispatch.next_due() == kNow + 40ms);
    SECTION("and it does") {
        dispatch.release(1, kNow + 39ms);
        CHECK(actions(dispatch) == Words{"serve 2 1"});
        CHECK(dispatch.patient("f") == 0);
        CHECK_FALSE(dispatch.next_due().has_value());
    }
    SECTION("but does when it has not ended by then") {
        dispatch.tick(kNow + 40ms - 1us);
        CHECK(actions(dispatch).empty());
        dispatch.tick(kNow + 40ms);
        CHECK(actions(dispatch) == Words{"boot 2 f"});
        dispatch.release(1, kNow + 50ms);
        CHECK(actions(dispatch) == Words{"serve 2 1"});
    }
    SECTION("but does for a second call, which would have to wait for a second turn") {
        dispatch.wait(3, f, kAny, kNow + 10ms);
        CHECK(actions(dispatch) == Words{"boot 2 f"});
    }
    SECTION("nor for a call that went away") {
        dispatch.forget(2);
        dispatch.tick(kNow + 40ms);
        CHECK(actions(dispatch).empty());
    }
    SECTION("but does when the running call crashes") {
        dispatch.discard(1);
        dispatch.closed(1);
        dispatch.tick(kNow + 40ms);
        CHECK(actions(dispatch) == Words{"close 1", "boot 2 f"});
    }
    SECTION("but does at once for new code") {
        dispatch.set_current("f", function("f", 100, "2"), kNow + 20ms);
        CHECK(actions(dispatch) == Words{"boot 2 f"});
    }
}

TEST_CASE("Dispatch boots at once for a call that wants a cold start", "[scheduler][Dispatch]") {
    Dispatch dispatch = with_a_running_call();
    dispatch.wait(2, function("f"), StartPreference::kForceCold, kNow + 10ms);
    CHECK(actions(dispatch) == Words{"boot 2 f"});
}

TEST_CASE("Dispatch lets functions take turns to boot", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    const auto f = function("f");
    const auto g = function("g");
    for (const CallId call : {1, 2, 3}) {
        dispatch.wait(call, f, kAny, kNow);
    }
    dispatch.wait(4, g, kAny, kNow);
    CHECK(actions(dispatch) == Words{"boot 1 f"});
    dispatch.boot_succeeded(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 1 1", "boot 2 f"});
    dispatch.boot_succeeded(2, kNow);
    CHECK(actions(dispatch) == Words{"serve 2 2", "boot 3 g"});
    dispatch.boot_succeeded(3, kNow);
    CHECK(actions(dispatch) == Words{"serve 4 3", "boot 4 f"});
}

TEST_CASE("Dispatch evicts the longest idle when memory is short", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4, 250));
    const auto f = function("f");
    const auto g = function("g");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.wait(2, g, kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    dispatch.boot_succeeded(2, kNow);
    dispatch.release(2, kNow);
    dispatch.release(1, kNow + 1s);
    actions(dispatch);
    dispatch.wait(3, function("h"), kAny, kNow + 2s);
    CHECK(actions(dispatch) == Words{"close 2"});
    CHECK(dispatch.memory_used_mb() == 200);
    dispatch.closed(2);
    CHECK(actions(dispatch) == Words{"boot 3 h"});
    CHECK(dispatch.memory_used_mb() == 200);
}

TEST_CASE("Dispatch evicts nothing when that would not help", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4, 250));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.wait(2, f, kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    dispatch.boot_succeeded(2, kNow);
    dispatch.release(1, kNow);
    actions(dispatch);
    dispatch.wait(3, function("big", 200), kAny, kNow);
    CHECK(actions(dispatch).empty());
    SECTION("but lets a smaller boot pass") {
        dispatch.wait(4, function("small", 50), kAny, kNow);
        CHECK(actions(dispatch) == Words{"boot 3 small"});
    }
    SECTION("until running calls have ended") {
        dispatch.release(2, kNow);
        CHECK(actions(dispatch) == Words{"close 1", "close 2"});
        dispatch.closed(1);
        CHECK(actions(dispatch).empty());
        dispatch.closed(2);
        CHECK(actions(dispatch) == Words{"boot 3 big"});
    }
}

TEST_CASE("Dispatch runs a function larger than the budget alone", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4, 250));
    const auto big = function("big", 1'000);
    dispatch.wait(1, big, kAny, kNow);
    CHECK(actions(dispatch) == Words{"boot 1 big"});
    dispatch.wait(2, function("f"), kAny, kNow);
    CHECK(actions(dispatch).empty());
    dispatch.boot_succeeded(1, kNow);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 1 1", "close 1"});
    dispatch.closed(1);
    CHECK(actions(dispatch) == Words{"boot 2 f"});
}

TEST_CASE("Dispatch does not wait for the end of what made room", "[scheduler][Dispatch]") {
    DispatchLimits overlapping = limits(4, 200);
    overlapping.memory_overlap_mb = 100;
    Dispatch dispatch(overlapping);
    const auto f = function("f");
    for (CallId call = 1; call <= 2; ++call) {
        dispatch.wait(call, f, kAny, kNow);
        dispatch.boot_succeeded(call, kNow);
        dispatch.release(call, kNow);
    }
    actions(dispatch);
    dispatch.wait(3, function("g"), kAny, kNow);
    CHECK(actions(dispatch) == Words{"boot 3 g"});
    CHECK(dispatch.state(1) == EnvironmentState::kClosing);
    CHECK(dispatch.memory_used_mb() == 300);

    SECTION("and closes that when the start is over") {
        REQUIRE(dispatch.next_due() == kNow + 15ms);
        dispatch.tick(kNow + 14ms);
        CHECK(actions(dispatch).empty());
        dispatch.tick(kNow + 15ms);
        CHECK(actions(dispatch) == Words{"close 1"});
    }
    SECTION("but is never further above its budget than it may be") {
        dispatch.wait(4, function("h"), kAny, kNow);
        CHECK(actions(dispatch) == Words{"close 1", "close 2"});
        dispatch.closed(1);
        CHECK(actions(dispatch) == Words{"boot 4 h"});
        CHECK(dispatch.memory_used_mb() == 300);
    }
}

TEST_CASE("Dispatch refuses calls that wait too long for capacity", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.wait(2, f, kAny, kNow + 1s);
    actions(dispatch);
    CHECK(dispatch.next_due() == kNow + 11s);
    dispatch.tick(kNow + 10s);
    CHECK(actions(dispatch).empty());  // call 1 has its boot
    dispatch.tick(kNow + 11s);
    CHECK(actions(dispatch) == Words{"refuse 2"});
    CHECK_FALSE(dispatch.next_due().has_value());
    dispatch.boot_succeeded(1, kNow + 30s);
    CHECK(actions(dispatch) == Words{"serve 1 1"});
}

TEST_CASE("Dispatch tells the first call of a failed boot", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.wait(2, f, kAny, kNow);
    actions(dispatch);
    CHECK(dispatch.boot_failed(1) == 1);
    CHECK(dispatch.state(1) == EnvironmentState::kRepeating);
    CHECK(actions(dispatch) == Words{"boot 2 f"});
    dispatch.repeat_succeeded(1);
    CHECK(dispatch.state(1) == EnvironmentState::kLeased);
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"serve 2 1"});

    SECTION("or nobody when all are served") {
        CHECK_FALSE(dispatch.boot_failed(2).has_value());
        CHECK(actions(dispatch) == Words{"close 2"});
    }
}

TEST_CASE("Dispatch closes environments of a revision that is over", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto old = function("f", 100, "1");
    const auto current = function("f", 100, "2");
    for (const CallId call : {1, 2, 3}) {
        dispatch.wait(call, old, kAny, kNow);
    }
    dispatch.boot_succeeded(1, kNow);
    dispatch.boot_succeeded(2, kNow);
    dispatch.release(1, kNow);  // serves call 3
    dispatch.release(2, kNow);  // idle
    actions(dispatch);
    dispatch.set_current("f", current, kNow);
    CHECK(actions(dispatch) == Words{"close 2"});
    dispatch.boot_succeeded(3, kNow);
    CHECK(actions(dispatch) == Words{"close 3"});
    dispatch.release(1, kNow);
    CHECK(actions(dispatch) == Words{"close 1"});
    CHECK_FALSE(dispatch.take_idle(current, kNow).has_value());
}

TEST_CASE("Dispatch learns of a new revision from a call", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    dispatch.wait(1, function("f", 100, "1"), kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    dispatch.release(1, kNow);
    actions(dispatch);
    CHECK_FALSE(dispatch.take_idle(function("f", 100, "2"), kNow).has_value());
    CHECK(actions(dispatch) == Words{"close 1"});
}

TEST_CASE("Dispatch gives waiting calls time for a new revision's boot", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(1));
    dispatch.wait(1, function("f", 100, "1"), kAny, kNow);
    dispatch.set_current("f", function("f", 100, "2"), kNow + 9s);
    actions(dispatch);
    dispatch.tick(kNow + 11s);
    CHECK(actions(dispatch).empty());
    dispatch.boot_succeeded(1, kNow + 12s);
    CHECK(actions(dispatch) == Words{"close 1", "boot 2 f"});
    dispatch.boot_succeeded(2, kNow + 13s);
    CHECK(actions(dispatch) == Words{"serve 1 2"});
}

TEST_CASE("Dispatch refuses those who wait for a deleted function", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.wait(2, f, kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    actions(dispatch);
    dispatch.set_current("f", nullptr, kNow);
    CHECK(actions(dispatch) == Words{"refuse 2"});
    dispatch.release(1, kNow);
    dispatch.boot_succeeded(2, kNow);
    CHECK(actions(dispatch) == Words{"close 1", "close 2"});
}

TEST_CASE("Dispatch forgets a call that has gone", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.forget(1);
    actions(dispatch);
    dispatch.boot_succeeded(1, kNow);
    CHECK(actions(dispatch).empty());
    CHECK(dispatch.take_idle(f, kNow) == 1);
}

TEST_CASE("Dispatch has idle environments frozen and closed in time", "[scheduler][Dispatch]") {
    Dispatch dispatch(limits(4));
    const auto f = function("f");
    dispatch.wait(1, f, kAny, kNow);
    dispatch.boot_succeeded(1, kNow);
    dispatch.release(1, kNow);
    actions(dispatch);
    CHECK(dispatch.next_due() == kNow + 100ms);
    dispatch.tick(kNow + 100ms);
    CHECK(actions(dispatch) == Words{"freeze 1"});
    CHECK(dispatch.next_due() == kNow + 10min);
    dispatch.tick(kNow + 10min);
    CHECK(actions(dispatch) == Words{"close 1"});
    CHECK(dispatch.memory_used_mb() == 100);
    dispatch.closed(1);
    CHECK(dispatch.memory_used_mb() == 0);
}
