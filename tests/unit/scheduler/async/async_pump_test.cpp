#include "scheduler/async/async_pump.h"

#include "tests/unit/scheduler/async/async_fixture.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::AsyncFixture;

TEST_CASE("AsyncPump invokes what was enqueued and forgets it", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    const scheduler::Invocation& call = f.invoker.calls.at(0);
    CHECK(call.function == "hello");
    CHECK(call.request_id == "e1");
    CHECK(call.payload == R"({"id":"e1"})");
    CHECK(call.delivery == scheduler::Delivery::kAsync);
    CHECK(f.rows() == 0);
    CHECK(f.rows("async_payload") == 0);
    CHECK(f.pump->counters().succeeded == 1);
    CHECK(f.queue->received() == 1);
}

TEST_CASE("AsyncPump repeats a write that fails until it is done", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    f.invoker.before_answer = [&](const scheduler::Invocation&) {
        f.failing->failures = 2;
        f.failing->failure = Error(Code::kUnavailable, "disk", "cannot open");
    };
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    CHECK(f.rows() == 0);
    CHECK(f.invoker.calls.size() == 1);
}

TEST_CASE("AsyncPump has counted an attempt before it begins", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    std::int64_t attempts = -1;
    f.invoker.before_answer = [&](const scheduler::Invocation&) {
        attempts = f.number("SELECT attempts FROM async_event");
    };
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    CHECK(attempts == 1);
}

TEST_CASE("AsyncPump repeats a failing event after 1 and 2 minutes", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    for (int i = 0; i < 3; ++i) {
        f.invoker.fail();
    }
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    const std::int64_t first_ms = unix_ms(f.clock.wall_now());
    CHECK(f.number("SELECT due_ms FROM async_event") == first_ms + 60'000);

    f.pass(60s);
    f.until_calls(2);
    CHECK(f.number("SELECT due_ms FROM async_event") == first_ms + 180'000);
    CHECK(f.number("SELECT attempts FROM async_event") == 2);

    f.pass(120s);
    f.until_calls(3);
    CHECK(f.rows() == 0);
    CHECK(f.invoker.calls.at(2).payload == R"({"id":"e1"})");
    CHECK(f.pump->counters().dropped_after_retries == 1);
}

TEST_CASE("AsyncPump does not start a retry early", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    f.invoker.fail();
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    f.pass(59'999ms);
    REQUIRE(f.enqueue("hello", "e2").has_value());
    f.until_calls(2);
    CHECK(f.invoker.calls.at(1).request_id == "e2");
    f.pass(1ms);
    f.until_calls(3);
    CHECK(f.invoker.calls.at(2).request_id == "e1");
}

TEST_CASE("AsyncPump honours the function's number of retries", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    scheduler::EventInvokeConfig config = AsyncFixture::config("hello");
    config.retries_max = 0;
    f.configure(config);
    f.invoker.fail(runtime::OutcomeKind::kTimeout);
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    CHECK(f.rows() == 0);
    CHECK(f.pump->counters().dropped_after_retries == 1);
}

TEST_CASE("AsyncPump backs off from throttles without counting them", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    scheduler::EventInvokeConfig config = AsyncFixture::config("hello");
    config.retries_max = 0;
    f.configure(config);
    for (int i = 0; i < 4; ++i) {
        f.invoker.refuse();
    }
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    for (const std::int64_t wait_s : {1, 2, 4, 8}) {
        CHECK(
            f.number("SELECT due_ms FROM async_event") ==
            unix_ms(f.clock.wall_now()) + wait_s * 1'000
        );
        CHECK(f.number("SELECT attempts FROM async_event") == 0);
        const std::size_t before = f.invoker.calls.size();
        f.pass(std::chrono::seconds(wait_s));
        f.until_calls(before + 1);
    }
    CHECK(f.rows() == 0);
    CHECK(f.pump->counters().succeeded == 1);
}

TEST_CASE("AsyncPump drops an event that has grown too old", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    scheduler::EventInvokeConfig config = AsyncFixture::config("hello");
    config.age_max_s = 60;
    f.configure(config);
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.clock.advance(60s);
    f.pump->start();
    f.until([&] { return f.pump->counters().dropped_too_old == 1; });
    f.settle();
    CHECK(f.invoker.calls.empty());
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump drops events of a function that is gone", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until([&] { return f.pump->counters().dropped_without_function == 1; });
    f.settle();
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump runs what an earlier life has left", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    REQUIRE(f.enqueue("hello", "waiting").has_value());
    REQUIRE(f.enqueue("hello", "running").has_value());
    sql::Work work = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(
            "UPDATE async_event SET running = 1, attempts = 1 WHERE request_id = 'running'"
        ));
        return {};
    };
    tests::run_flow(f.loop, f.driver->write(std::move(work))).value();
    f.end_life();
    f.begin_life();
    f.pump->start();
    f.until_calls(1);
    CHECK(f.invoker.calls.at(0).request_id == "waiting");
    f.pass(1s);
    f.until_calls(2);
    CHECK(f.invoker.calls.at(1).request_id == "running");
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump slows down an event that ends the daemon", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    REQUIRE(f.enqueue("hello", "poison").has_value());
    sql::Work begin = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("UPDATE async_event SET running = 1, attempts = attempts + 1"));
        return {};
    };
    for (const auto wait : {1s, 2s, 4s, 8s}) {
        tests::run_flow(f.loop, f.driver->write(begin)).value();
        f.end_life();
        f.begin_life();
        f.pump->start();
        f.until([&] { return f.number("SELECT running FROM async_event") == 0; });
        CHECK(
            f.number("SELECT due_ms FROM async_event") == unix_ms(f.clock.wall_now()) + wait / 1ms
        );
        CHECK(f.number("SELECT attempts FROM async_event") == 0);
    }
    CHECK(f.invoker.calls.empty());
}

TEST_CASE("AsyncPump does not count an attempt that a stop cuts", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    f.deploy("hello");
    f.invoker.refuse(Code::kUnavailable);
    f.invoker.before_answer = [&](const scheduler::Invocation&) {
        f.pump->pause();
    };
    f.pump->start();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    CHECK(f.number("SELECT attempts FROM async_event") == 0);
    CHECK(f.number("SELECT running FROM async_event") == 0);
    f.invoker.before_answer = nullptr;
    f.end_life();
    f.begin_life();
    f.pump->start();
    f.until_calls(2);
    CHECK(f.rows() == 0);
}

TEST_CASE(
    "AsyncPump takes up events that came with another transaction", "[scheduler][AsyncPump]"
) {
    AsyncFixture f;
    f.deploy("hello");
    f.pump->start();
    sql::Work work = [&](sql::Session& session) -> Result<void> {
        scheduler::AsyncEvent event;
        event.function = "hello";
        event.request_id = "e1";
        return f.queue->enqueue_in(session, event);
    };
    tests::run_flow(f.loop, f.driver->write(std::move(work))).value();
    f.queue->wake();
    f.until_calls(1);
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump runs many events of many functions once each", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    constexpr int kEvents = 300;
    for (const char* name : {"a", "b", "c"}) {
        f.deploy(name);
    }
    for (int i = 0; i < kEvents; ++i) {
        const std::string function(1, static_cast<char>('a' + i % 3));
        REQUIRE(f.enqueue(function, "e" + std::to_string(i)).has_value());
    }
    f.pump->start();
    f.until_calls(kEvents);
    std::map<std::string, int> times;
    for (const scheduler::Invocation& call : f.invoker.calls) {
        times[call.request_id] += 1;
    }
    CHECK(times.size() == kEvents);
    CHECK(f.invoker.calls.size() == kEvents);
    CHECK(f.rows() == 0);
}
