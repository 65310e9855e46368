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

TEST_CASE("SqlAsyncQueue takes so many events of one function", "[scheduler][SqlAsyncQueue]") {
    AsyncFixture f;
    const auto keep = [&](const std::string& function, const std::string& id) {
        scheduler::SqlAsyncQueue small(*f.driver, f.clock, 3);
        scheduler::AsyncEvent event;
        event.function = function;
        event.request_id = id;
        return tests::run_flow(f.loop, small.enqueue(std::move(event)));
    };
    const auto check_full = [&] {
        const Result<void> refused = keep("bomb", "one more");
        REQUIRE(refused.has_error());
        CHECK(refused.error().code() == Code::kThrottled);
        CHECK(refused.error().subject() == "FunctionInvocationRateLimitExceeded");
        CHECK(keep("bomb:live", "one more").has_error());
    };
    for (const char* id : {"e1", "e2"}) {
        REQUIRE(keep("bomb", id).has_value());
        REQUIRE(keep("bomb", id).has_value());  // the same once more
    }
    REQUIRE(keep("bomb:live", "e3").has_value());
    check_full();
    CHECK(keep("other", "o1").has_value());
    CHECK(f.rows() == 4);
    CHECK(f.rows("async_payload") == 4);
    SECTION("but for those of triggers, whose own change is not the function's") {
        sql::Work work = [&](sql::Session& session) -> Result<void> {
            scheduler::SqlAsyncQueue small(*f.driver, f.clock, 3);
            scheduler::AsyncEvent event;
            event.function = "bomb";
            event.request_id = "by a trigger";
            return small.enqueue_in(session, event);
        };
        REQUIRE(tests::run_flow(f.loop, f.driver->write(std::move(work))).has_value());
        CHECK(f.rows() == 5);
        check_full();
        CHECK(f.rows() == 5);
    }
    SECTION("and more when some have ended") {
        f.deploy("bomb");
        f.deploy("bomb:live");
        f.deploy("other");
        f.pump->start();
        f.until([&] { return f.rows() == 0 && f.pump->in_flight() == 0; });
        CHECK(keep("bomb", "e4").has_value());
        CHECK(keep("bomb", "e5").has_value());
        CHECK(keep("bomb", "e6").has_value());
        check_full();
    }
    SECTION("after a restart as well, which counts them") {
        sql::Work forget = [](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(session.run("DELETE FROM async_backlog", {}));
            return {};
        };
        REQUIRE(tests::run_flow(f.loop, f.driver->write(std::move(forget))).has_value());
        f.end_life();
        f.begin_life();
        f.deploy("bomb");
        f.deploy("bomb:live");
        for (int i = 0; i < 4; ++i) {
            f.invoker.refuse();
        }
        f.pump->start();
        f.until_calls(3);
        f.until([&] { return f.rows() == 3; });  // of what is no function nothing is kept
        check_full();
    }
}
