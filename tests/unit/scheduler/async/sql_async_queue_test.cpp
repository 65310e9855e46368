#include "scheduler/async/sql_async_queue.h"

#include "tests/unit/scheduler/async/async_fixture.h"

#include <catch2/catch.hpp>

using namespace lambent;
using lambent::tests::AsyncFixture;

TEST_CASE("SqlAsyncQueue keeps an accepted event beyond a restart", "[scheduler][SqlAsyncQueue]") {
    AsyncFixture f;
    REQUIRE(f.enqueue("hello", "e1").has_value());
    const std::int64_t now = unix_ms(f.clock.wall_now());
    f.end_life();
    f.begin_life();
    CHECK(f.rows() == 1);
    CHECK(f.number("SELECT accepted_ms FROM async_event") == now);
    CHECK(f.number("SELECT due_ms FROM async_event") == now);
}

TEST_CASE("SqlAsyncQueue takes the same request id once", "[scheduler][SqlAsyncQueue]") {
    AsyncFixture f;
    REQUIRE(f.enqueue("hello", "e1").has_value());
    REQUIRE(f.enqueue("hello", "e1").has_value());
    CHECK(f.rows() == 1);
    CHECK(f.rows("async_payload") == 1);
}

TEST_CASE("SqlAsyncQueue refuses an event of more than 1 MB", "[scheduler][SqlAsyncQueue]") {
    AsyncFixture f;
    scheduler::AsyncEvent event;
    event.function = "hello";
    event.request_id = "e1";
    event.payload = std::string(1'048'576, 'x');
    CHECK(tests::run_flow(f.loop, f.queue->enqueue(event)).has_value());
    event.request_id = "e2";
    event.payload += 'x';
    CHECK(tests::run_flow(f.loop, f.queue->enqueue(event)).error().code() == Code::kTooLarge);
    CHECK(f.rows() == 1);
}

TEST_CASE(
    "SqlAsyncQueue's event vanishes with the caller's transaction", "[scheduler][SqlAsyncQueue]"
) {
    AsyncFixture f;
    sql::Work work = [&](sql::Session& session) -> Result<void> {
        scheduler::AsyncEvent event;
        event.function = "hello";
        event.request_id = "e1";
        LAMBENT_TRY(f.queue->enqueue_in(session, event));
        return Error(Code::kConflict, "the caller changed its mind");
    };
    CHECK(tests::run_flow(f.loop, f.driver->write(std::move(work))).has_error());
    CHECK(f.rows() == 0);
    f.deploy("hello");
    f.pump->start();
    f.queue->wake();
    REQUIRE(f.enqueue("hello", "e2").has_value());
    f.until_calls(1);
    CHECK(f.invoker.calls.at(0).request_id == "e2");
}

TEST_CASE(
    "SqlAsyncQueue wakes functions again whose commit came late", "[scheduler][SqlAsyncQueue]"
) {
    AsyncFixture f;
    std::vector<std::string> woken;
    f.queue->listen([&](const std::string& function, std::int64_t) { woken.push_back(function); });
    sql::Work work = [&](sql::Session& session) -> Result<void> {
        scheduler::AsyncEvent event;
        event.function = "hello";
        event.request_id = "e1";
        LAMBENT_TRY(f.queue->enqueue_in(session, event));
        f.queue->wake();  // of another transaction, before this one is committed
        return {};
    };
    tests::run_flow(f.loop, f.driver->write(std::move(work))).value();
    f.queue->wake();
    CHECK(woken == std::vector<std::string>{"hello", "hello"});
}
