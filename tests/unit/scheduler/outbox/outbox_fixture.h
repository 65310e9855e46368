#pragma once

#include "base/sql/sqlite_driver.h"
#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
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

// An outbox and its pump on one SQLite file, which stays when their life ends.
class OutboxFixture {
  public:
    OutboxFixture() : work_(loop.get_executor()) { begin_life(); }
    ~OutboxFixture() { end_life(); }
    OutboxFixture(const OutboxFixture&) = delete;
    OutboxFixture& operator=(const OutboxFixture&) = delete;

    void begin_life() {
        sql::SqliteConfig config;
        config.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver = sql::SqliteDriver::open(directory_.file("main.db"), config).value();
        driver->migrate(scheduler::SqlOutbox::migrations()).value();
        outbox = std::make_unique<scheduler::SqlOutbox>(*driver, clock);
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
        driver.reset();
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

    // Lets everything run until it holds; a limit of real time only fails the test.
    void until(const std::function<bool()>& holds) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(5);
        loop.restart();
        while (!holds()) {
            if (std::chrono::steady_clock::now() > limit) {
                throw std::runtime_error("it did not come to hold in time");
            }
            loop.run_one_for(std::chrono::milliseconds(20));
        }
    }
    void until_sent(std::size_t count) {
        until([&] { return targets.sent.size() >= count && pump->in_flight() == 0; });
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        pump->tick();
    }
    std::int64_t rows() { return number("SELECT count(*) FROM outbox"); }
    std::int64_t number(const std::string& statement) {
        std::int64_t value = 0;
        sql::Work work = [&](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(const sql::Rows found, session.run(statement));
            value = sql::as_int(found.rows.at(0).at(0));
            return {};
        };
        run_flow(questions, driver->read(std::move(work))).value();
        return value;
    }
    std::int64_t now_ms() const { return unix_ms(clock.wall_now()); }

    boost::asio::io_context loop;
    boost::asio::io_context questions;  // of tests: outlives the driver's threads, which wake it
    ManualClock clock;
    FakeTargets targets;
    scheduler::DeliveryRules rules;
    double jitter = 1;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<scheduler::SqlOutbox> outbox;
    std::unique_ptr<scheduler::OutboxPump> pump;

  private:
    TempDir directory_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
};

}  // namespace lambent::tests
