#pragma once

#include "scheduler/async/async_pump.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "tests/support/kept_outbox.h"
#include "tests/support/pump_fixture.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lambent::tests {

// Answers every invocation at once, as it is told to.
class FakeInvoker final : public scheduler::Invoker {
  public:
    Task<Result<scheduler::InvocationResult>> invoke(scheduler::Invocation invocation) override {
        calls.push_back(invocation);
        if (before_answer) {
            before_answer(invocation);
        }
        if (answers.empty()) {
            co_return scheduler::InvocationResult();
        }
        Result<scheduler::InvocationResult> answer = std::move(answers.front());
        answers.pop_front();
        co_return answer;
    }

    void fail(runtime::OutcomeKind kind = runtime::OutcomeKind::kFunctionError) {
        scheduler::InvocationResult result;
        result.outcome.kind = kind;
        answers.emplace_back(std::move(result));
    }
    void refuse(Code code = Code::kThrottled) { answers.emplace_back(Error(code, "refused")); }

    std::deque<Result<scheduler::InvocationResult>> answers;  // then successes
    std::vector<scheduler::Invocation> calls;
    std::function<void(const scheduler::Invocation&)> before_answer;
};

// A queue and a pump.
class AsyncFixture : public PumpFixture {
  public:
    AsyncFixture() { begin_life(); }
    ~AsyncFixture() { end_life(); }

    void begin_life() {
        open(migrations());
        queue = std::make_unique<scheduler::SqlAsyncQueue>(*failing, clock);
        settings = std::make_unique<scheduler::AsyncSettings>(*driver, clock);
        run_flow(loop, settings->load([](const std::string&) { return true; })).value();
        pump = std::make_unique<scheduler::AsyncPump>(
            loop.get_executor(), ports(), Logger::silent(), limits
        );
    }
    scheduler::AsyncPorts ports() {
        return {
            *queue,
            invoker,
            [this](const std::string& name) {
                const auto found = functions.find(name);
                return found == functions.end() ? runtime::FunctionPtr() : found->second;
            },
            *settings,
            outbox,
            [this](const std::string& function) { return switched_off.contains(function); },
            clock,
            "us-east-1"};
    }
    static std::vector<sql::Migration> migrations() {
        std::vector<sql::Migration> steps = scheduler::SqlAsyncQueue::migrations();
        for (sql::Migration& step : scheduler::AsyncSettings::migrations()) {
            steps.push_back(std::move(step));
        }
        return steps;
    }
    void end_life() {
        run_flow(loop, pump->stop());
        pump.reset();
        settings.reset();
        queue.reset();
        close();
    }

    std::shared_ptr<runtime::Function> deploy(const std::string& name) {
        auto function = std::make_shared<runtime::Function>();
        function->name = name;
        functions[name] = function;
        return function;
    }
    void configure(scheduler::EventInvokeConfig config) {
        run_flow(loop, settings->put(std::move(config))).value();
    }
    // Of $LATEST.
    static scheduler::EventInvokeConfig config(const std::string& function) {
        scheduler::EventInvokeConfig config;
        config.function = function;
        config.qualifier = "$LATEST";
        return config;
    }
    Result<void> enqueue(const std::string& function, const std::string& request_id) {
        scheduler::AsyncEvent event;
        event.function = function;
        event.request_id = request_id;
        event.payload = "{\"id\":\"" + request_id + "\"}";
        return run_flow(loop, queue->enqueue(std::move(event)));
    }
    void until_calls(std::size_t count) {
        until([&] { return invoker.calls.size() >= count; });
        settle();
    }
    // Until no attempt is in flight.
    void settle() {
        until([&] { return pump->in_flight() == 0; });
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        pump->tick();
    }
    std::int64_t rows(const std::string& table = "async_event") {
        return number("SELECT count(*) FROM " + table);
    }

    FakeInvoker invoker;
    KeptOutbox outbox;
    std::set<std::string> switched_off;
    std::map<std::string, runtime::FunctionPtr> functions;
    scheduler::Backlog::Limits limits;
    std::unique_ptr<scheduler::SqlAsyncQueue> queue;
    std::unique_ptr<scheduler::AsyncSettings> settings;
    std::unique_ptr<scheduler::AsyncPump> pump;
};

}  // namespace lambent::tests
