#include "base/stepped_clock.h"

#include "base/async/alarm.h"
#include "base/async/task_scope.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <vector>

namespace lambent {
namespace {

using namespace std::chrono_literals;
using tests::run_flow;

const WallTime kStart = from_unix_ms(1'767'225'600'000);

// Notes the seconds at which it is woken, and waits for the next of `waits` each time.
Task<> note_times(Clock& clock, Alarm& alarm, std::vector<std::int64_t>& seen, int times) {
    for (int i = 0; i < times; ++i) {
        co_await alarm.wait_until(clock.wall_now() + 60s);
        seen.push_back((clock.wall_now() - kStart) / 1s);
    }
    co_await alarm.wait_until(std::nullopt);
}

struct Stepped {
    boost::asio::io_context loop;
    SteppedClock clock{loop.get_executor(), kStart};
    Alarm alarm{loop.get_executor(), clock};
    TaskScope flows{loop.get_executor(), Logger::silent()};
    std::vector<std::int64_t> seen;

    ~Stepped() {
        alarm.ring();
        run_flow(loop, flows.join());
    }
    void advance(std::chrono::milliseconds by) { run_flow(loop, clock.advance(by)).value(); }
};

TEST_CASE("SteppedClock stands still until it is advanced", "[base][SteppedClock]") {
    Stepped s;
    const SteadyTime steady = s.clock.steady_now();
    CHECK(s.clock.wall_now() == kStart);
    s.advance(1500ms);
    CHECK(s.clock.wall_now() == kStart + 1500ms);
    CHECK(s.clock.steady_now() == steady + 1500ms);
}

TEST_CASE("SteppedClock visits every awaited time on its way", "[base][SteppedClock]") {
    Stepped s;
    s.flows.spawn("note", note_times(s.clock, s.alarm, s.seen, 3));
    s.advance(59s);
    CHECK(s.seen.empty());
    s.advance(121s);
    CHECK(s.seen == std::vector<std::int64_t>{60, 120, 180});
    CHECK(s.clock.wall_now() == kStart + 180s);
}

Task<> long_work(Clock& clock, TimeHold /*hold*/, std::vector<std::int64_t>& seen) {
    for (int i = 0; i < 50; ++i) {
        co_await boost::asio::post(
            co_await boost::asio::this_coro::executor, boost::asio::use_awaitable
        );
    }
    seen.push_back((clock.wall_now() - kStart) / 1s);
}

Task<> spawn_work(TaskScope& flows, Clock& clock, Alarm& alarm, std::vector<std::int64_t>& seen) {
    co_await alarm.wait_until(kStart + 10s);
    flows.spawn("work", long_work(clock, TimeHold(clock), seen));
    co_await alarm.wait_until(std::nullopt);
}

TEST_CASE("SteppedClock waits for what a due time has set off", "[base][SteppedClock]") {
    Stepped s;
    s.flows.spawn("spawn", spawn_work(s.flows, s.clock, s.alarm, s.seen));
    s.advance(1h);
    CHECK(s.seen == std::vector<std::int64_t>{10});
}

Task<> begin_slowly(SteppedClock& clock, Alarm& alarm, std::vector<std::int64_t>& seen) {
    for (int i = 0; i < 50; ++i) {
        co_await boost::asio::post(
            co_await boost::asio::this_coro::executor, boost::asio::use_awaitable
        );
    }
    seen.push_back((clock.wall_now() - kStart) / 1s);
    while (seen.size() < 2) {
        co_await alarm.wait_until(std::nullopt);
        seen.push_back(0);
    }
    co_await alarm.wait_until(std::nullopt);
}

TEST_CASE("SteppedClock waits for the beginning of a flow that was rung", "[base][SteppedClock]") {
    Stepped s;
    s.alarm.ring();
    s.flows.spawn("begin", begin_slowly(s.clock, s.alarm, s.seen));
    s.advance(1h);
    CHECK(s.seen == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("SteppedClock is advanced by one at a time", "[base][SteppedClock]") {
    Stepped s;
    auto hold = std::make_unique<TimeHold>(s.clock);
    bool first_done = false;
    const auto first = [](SteppedClock& clock, bool& done) -> Task<> {
        (co_await clock.advance(1s)).value();
        done = true;
    };
    s.flows.spawn("first", first(s.clock, first_done));
    const auto second = run_flow(s.loop, s.clock.advance(1s));
    REQUIRE(second.has_error());
    CHECK(second.error().code() == Code::kConflict);
    CHECK_FALSE(first_done);
    hold.reset();
    run_flow(s.loop, [](TaskScope& flows) -> Task<> {
        co_await flows.join();
    }(s.flows));
    CHECK(first_done);
    CHECK(s.clock.wall_now() == kStart + 1s);
}

TEST_CASE("An Alarm that rang before the wait ends it at once", "[base][Alarm]") {
    boost::asio::io_context loop;
    tests::ManualClock clock;
    Alarm alarm(loop.get_executor(), clock);
    alarm.ring();
    run_flow(loop, alarm.wait_until(std::nullopt));
    boost::asio::post(loop, [&] { alarm.ring(); });
    run_flow(loop, alarm.wait_until(clock.wall_now() + 24h));
    run_flow(loop, alarm.wait_until(clock.wall_now()));
}

}  // namespace
}  // namespace lambent
