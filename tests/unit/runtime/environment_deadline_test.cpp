#include "base/async/task_scope.h"
#include "runtime/environment/deadline_watch.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::runtime;
using namespace lambent::tests;
using namespace std::chrono_literals;

namespace {

struct Watch {
    Watch() { scope.spawn("watch", watch.run()); }
    ~Watch() { run_flow(loop, scope.cancel_and_join()); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    static SteadyTime in(std::chrono::milliseconds time) {
        return std::chrono::steady_clock::now() + time;
    }
    // Lets the watch go on with what it can do now.
    void poll() {
        loop.restart();
        loop.poll();
    }
    void pass(std::chrono::milliseconds time) {
        auto wait = [](boost::asio::io_context& on, std::chrono::milliseconds for_ms) -> Task<> {
            boost::asio::steady_timer timer(on, for_ms);
            co_await timer.async_wait(boost::asio::use_awaitable);
        };
        run_flow(loop, wait(loop, time));
    }

    boost::asio::io_context loop;
    int expired = 0;
    DeadlineWatch watch{loop.get_executor(), [this] {
                            ++expired;
                        }};
    TaskScope scope{loop.get_executor(), Logger::silent()};
};

}  // namespace

TEST_CASE("DeadlineWatch calls when an armed deadline passes, once", "[runtime][DeadlineWatch]") {
    Watch watch;
    watch.watch.arm(Watch::in(5ms));
    watch.pass(50ms);
    CHECK(watch.expired == 1);
    watch.pass(20ms);
    CHECK(watch.expired == 1);
}

TEST_CASE("DeadlineWatch does not call when it is disarmed", "[runtime][DeadlineWatch]") {
    Watch watch;
    SteadyTime deadline;
    do {  // until no other program held the test up
        watch.expired = 0;
        deadline = Watch::in(50ms);
        watch.watch.arm(deadline);
        watch.poll();
        watch.watch.disarm();
    } while (std::chrono::steady_clock::now() >= deadline);
    watch.pass(100ms);
    CHECK(watch.expired == 0);
}

TEST_CASE(
    "DeadlineWatch serves a later deadline although an earlier one was met",
    "[runtime][DeadlineWatch]"
) {
    Watch watch;
    watch.watch.arm(Watch::in(10ms));
    watch.watch.disarm();
    const SteadyTime later = Watch::in(400ms);
    watch.watch.arm(later);
    watch.pass(40ms);
    CHECK((watch.expired == 0 || std::chrono::steady_clock::now() >= later));
    watch.pass(600ms);
    CHECK(watch.expired == 1);
}

TEST_CASE(
    "DeadlineWatch serves an earlier deadline than the one before", "[runtime][DeadlineWatch]"
) {
    Watch watch;
    watch.watch.arm(Watch::in(1h));
    watch.pass(1ms);
    watch.watch.disarm();
    watch.watch.arm(Watch::in(5ms));
    watch.pass(60ms);
    CHECK(watch.expired == 1);
}

TEST_CASE("DeadlineWatch calls for a deadline that is over already", "[runtime][DeadlineWatch]") {
    Watch watch;
    watch.watch.arm(Watch::in(-10ms));
    watch.pass(20ms);
    CHECK(watch.expired == 1);
    watch.watch.arm(Watch::in(-10ms));
    watch.pass(20ms);
    CHECK(watch.expired == 2);
}
