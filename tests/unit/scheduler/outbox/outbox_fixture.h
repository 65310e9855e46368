#pragma once

#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "tests/support/pump_fixture.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lambent::tests {

// Keeps what it is sent; answers as each target was told to, then with success.
class FakeTargets final : public scheduler::Targets {
  public:
    Task<Result<void>> send(scheduler::TargetMessage message) override {
        auto& answers = refusals[message.target_arn];
        sent.push_back(std::move(message));
        if (before_answer) {
            before_answer();
        }
        if (answers.empty()) {
            co_return Result<void>();
        }
        const Error error = answers.front();
        answers.pop_front();
        co_return error;
    }

    std::map<std::string, std::deque<Error>> refusals;
    std::vector<scheduler::TargetMessage> sent;
    std::function<void()> before_answer;
};

// An outbox and its pump.
class OutboxFixture : public PumpFixture {
  public:
    OutboxFixture() { begin_life(); }
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
            Logger::silent()
        );
    }
    void end_life() {
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

    FakeTargets targets;
    scheduler::DeliveryRules rules;
    double jitter = 1;
    std::unique_ptr<scheduler::SqlOutbox> outbox;
    std::unique_ptr<scheduler::OutboxPump> pump;
};

}  // namespace lambent::tests
