#pragma once

#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "tests/support/pump_fixture.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lambent::tests {

// Keeps what it is sent; answers as each target was told to, then with success. Silent targets do
// not answer until they are cut.
class FakeTargets final : public scheduler::Targets {
  public:
    Task<Result<void>> send(scheduler::TargetMessage message) override {
        auto& answers = refusals[message.target_arn];
        sent.push_back(std::move(message));
        if (before_answer) {
            before_answer();
        }
        if (is_silent && is_silent(sent.back().target_arn)) {
            co_return co_await be_silent();
        }
        if (answers.empty()) {
            co_return Result<void>();
        }
        const Error error = answers.front();
        answers.pop_front();
        co_return error;
    }

    void cut() {
        for (boost::asio::steady_timer& one : waiting) {
            one.cancel();
        }
    }

    std::function<bool(const std::string& target)> is_silent;
    std::list<boost::asio::steady_timer> waiting;  // at silent targets
    std::map<std::string, std::deque<Error>> refusals;
    std::vector<scheduler::TargetMessage> sent;
    std::function<void()> before_answer;

  private:
    Task<Result<void>> be_silent() {
        const auto executor = co_await boost::asio::this_coro::executor;
        const auto timer =
            waiting.emplace(waiting.end(), executor, boost::asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        waiting.erase(timer);
        co_return Error(Code::kUnavailable, "cut");
    }
};

// An outbox and its pump.
class OutboxFixture : public PumpFixture {
  public:
    explicit OutboxFixture(scheduler::Backlog::Limits limits_of_pump = {})
        : limits(limits_of_pump) {
        begin_life();
    }
    ~OutboxFixture() { end_life(); }

    void begin_life() {
        open(scheduler::SqlOutbox::migrations());
        outbox = std::make_unique<scheduler::SqlOutbox>(*failing, clock);
        pump = std::make_unique<scheduler::OutboxPump>(
            loop.get_executor(),
            *outbox,
            targets,
            clock,
            [this] { return jitter; },
            Logger::silent(),
            limits
        );
    }
    void end_life() {
        pump->pause();
        targets.cut();
        run_flow(loop, pump->stop());
        pump.reset();
        outbox.reset();
        close();
    }

    static scheduler::TargetMessage message(const std::string& id, const std::string& target) {
        scheduler::TargetMessage message;
        message.id = id;
        message.target_arn = target;
        message.source_arn = "arn:aws:events:us-east-1:000000000000:rule/daily";
        message.body = "{\"id\":\"" + id + "\"}";
        return message;
    }
    void add(scheduler::TargetMessage message) {
        std::vector<scheduler::TargetMessage> messages{std::move(message)};
        run_flow(loop, outbox->add(std::move(messages), rules)).value();
    }
    void add(const std::string& id, const std::string& target) { add(message(id, target)); }

    void until_sent(std::size_t count) {
        until([&] { return targets.sent.size() >= count && pump->in_flight() == 0; });
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        pump->tick();
    }
    std::int64_t rows() { return number("SELECT count(*) FROM outbox"); }

    scheduler::Backlog::Limits limits;
    FakeTargets targets;
    scheduler::DeliveryRules rules;
    double jitter = 1;
    std::unique_ptr<scheduler::SqlOutbox> outbox;
    std::unique_ptr<scheduler::OutboxPump> pump;
};

}  // namespace lambent::tests
