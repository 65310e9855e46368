#include "base/async/deadline.h"
#include "base/async/offload.h"
#include "base/async/one_shot.h"
#include "base/async/task_scope.h"
#include "base/result.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <stdexcept>
#include <thread>

namespace lambent {
namespace {

using tests::run_flow;

Task<> wait_for_ever() {
    OneShot<int> never(co_await boost::asio::this_coro::executor);
    co_await never.wait();
}

Task<int> wait_for_value(OneShot<int>& shot) {
    co_return co_await shot.wait();
}

TEST_CASE("OneShot wakes its waiter with the first value", "[base][OneShot]") {
    boost::asio::io_context loop;
    OneShot<int> shot(loop.get_executor());
    boost::asio::post(loop, [&shot] {
        CHECK(shot.set(7));
        CHECK_FALSE(shot.set(8));
    });
    CHECK(run_flow(loop, wait_for_value(shot)) == 7);
}

TEST_CASE("OneShot that was set before the wait answers at once", "[base][OneShot]") {
    boost::asio::io_context loop;
    OneShot<int> shot(loop.get_executor());
    shot.set(3);
    CHECK(run_flow(loop, wait_for_value(shot)) == 3);
}

Task<std::thread::id> work_elsewhere(WorkerPool& workers) {
    auto work = [] {
        return std::this_thread::get_id();
    };
    co_return co_await offload(workers, work);
}

TEST_CASE("offload works on another thread and resumes on the loop", "[base][offload]") {
    boost::asio::io_context loop;
    WorkerPool workers(1);
    CHECK(run_flow(loop, work_elsewhere(workers)) != std::this_thread::get_id());
}

Task<Result<std::string>> failing_work(WorkerPool& workers) {
    auto work = []() -> Result<std::string> {
        return Error(Code::kNotFound, "no such file");
    };
    co_return co_await offload(workers, work);
}

TEST_CASE("offload brings a Result back", "[base][offload]") {
    boost::asio::io_context loop;
    WorkerPool workers(1);
    const auto result = run_flow(loop, failing_work(workers));
    CHECK(result.error().code() == Code::kNotFound);
}

Task<std::optional<int>> too_late(OneShot<int>& shot) {
    co_return co_await with_deadline(wait_for_value(shot), std::chrono::steady_clock::now());
}

TEST_CASE("with_deadline gives nothing when time runs out", "[base][with_deadline]") {
    boost::asio::io_context loop;
    OneShot<int> shot(loop.get_executor());
    CHECK_FALSE(run_flow(loop, too_late(shot)).has_value());
}

Task<std::optional<int>> in_time(OneShot<int>& shot) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    co_return co_await with_deadline(wait_for_value(shot), deadline);
}

TEST_CASE("with_deadline gives the value of a flow that ends in time", "[base][with_deadline]") {
    boost::asio::io_context loop;
    OneShot<int> shot(loop.get_executor());
    shot.set(5);
    CHECK(run_flow(loop, in_time(shot)) == 5);
}

TEST_CASE("TaskScope cancels its flows and waits for them", "[base][TaskScope]") {
    boost::asio::io_context loop;
    TaskScope scope(loop.get_executor(), Logger::silent());
    scope.spawn("first", wait_for_ever());
    scope.spawn("second", wait_for_ever());
    CHECK(scope.running() == 2);
    run_flow(loop, scope.cancel_and_join());
    CHECK(scope.running() == 0);
}

Task<> throw_at_once() {
    throw std::runtime_error("broken");
    co_return;
}

TEST_CASE("TaskScope outlives a flow that throws", "[base][TaskScope]") {
    boost::asio::io_context loop;
    TaskScope scope(loop.get_executor(), Logger::silent());
    scope.spawn("broken", throw_at_once());
    run_flow(loop, scope.join());
    CHECK(scope.running() == 0);
}

}  // namespace
}  // namespace lambent
