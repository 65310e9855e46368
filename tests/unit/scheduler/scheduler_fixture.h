#pragma once

#include "base/ids.h"
#include "base/logger.h"
#include "scheduler/scheduler.h"
#include "tests/support/fake_environment.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace lambent::tests {

// A database that forgets: records stay in memory alone.
class ForgetfulDriver final : public sql::Driver {
  public:
    Task<Result<void>> write(sql::Work) override { co_return Result<void>(); }
    Task<Result<void>> read(sql::Work) override { co_return Result<void>(); }
};

// A Scheduler over fakes, with functions that can be changed under it. Everything runs in poll():
// nothing waits for real time.
struct SchedulerFixture {
    struct Pending {
        std::optional<Result<scheduler::InvocationResult>> result;
        bool cancelled = false;
        bool done() const { return result.has_value(); }
        const scheduler::InvocationResult& value() const { return result->value(); }
    };

    explicit SchedulerFixture(scheduler::SchedulerConfig config = {})
        : world(loop.get_executor(), clock),
          factory(world),
          records(loop.get_executor(), driver, scheduler::RecordConfig(), Logger::silent()) {
        scheduler::Scheduler::Ports ports{
            [this](const std::string& name) {
                const auto found = functions.find(name);
                return found == functions.end() ? runtime::FunctionPtr() : found->second;
            },
            factory,
            logs,
            records,
            clock};
        subject = std::make_unique<scheduler::Scheduler>(
            loop.get_executor(), ports, config, scheduler::RateCard(), Logger::silent()
        );
    }
    ~SchedulerFixture() {
        world.hold_boots = false;
        world.hold_invocations = false;
        run_flow(loop, subject->stop(std::chrono::milliseconds(0)));
        subject.reset();
        run_flow(loop, records.flush());
    }
    SchedulerFixture(const SchedulerFixture&) = delete;
    SchedulerFixture& operator=(const SchedulerFixture&) = delete;

    // A new revision under that name.
    runtime::FunctionPtr deploy(const std::string& name, std::uint32_t memory_mb = 128) {
        auto function = std::make_shared<runtime::Function>();
        function->name = name;
        function->memory_mb = memory_mb;
        function->revision_id = name + "-" + std::to_string(++revisions);
        functions[name] = function;
        return function;
    }

    // Starts a call and lets everything run that can.
    std::shared_ptr<Pending> call(scheduler::Invocation invocation) {
        auto pending = std::make_shared<Pending>();
        auto done = [pending](const std::exception_ptr& thrown, auto result) {
            pending->cancelled = thrown != nullptr;
            if (!thrown) {
                pending->result.emplace(std::move(result));
            }
        };
        boost::asio::co_spawn(loop, subject->invoke(std::move(invocation)), done);
        poll();
        return pending;
    }
    std::shared_ptr<Pending> call(const std::string& function) { return call(request(function)); }
    scheduler::Invocation request(const std::string& function) {
        scheduler::Invocation invocation;
        invocation.function = function;
        invocation.request_id = "r" + std::to_string(++requests);
        invocation.payload = R"({"n":)" + std::to_string(requests) + "}";
        return invocation;
    }
    void poll() {
        loop.restart();
        loop.poll();
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        subject->tick();
        poll();
    }
    const std::vector<std::string>& lines(std::size_t stream) {
        return logs.streams_opened.at(stream)->lines;
    }

    boost::asio::io_context loop;
    ManualClock clock;
    FakeWorld world;
    FakeEnvironmentFactory factory;
    FakeLogStore logs;
    ForgetfulDriver driver;
    scheduler::RecordStore records;
    std::map<std::string, runtime::FunctionPtr> functions;
    std::unique_ptr<scheduler::Scheduler> subject;
    int revisions = 0;
    int requests = 0;
};

}  // namespace lambent::tests
