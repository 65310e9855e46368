#pragma once

#include "base/sql/sqlite_driver.h"
#include "tests/support/failing_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace lambent::tests {

// What the tests of every pump stand on: an event loop, a clock that is moved by hand, and one
// SQLite file, which stays when a life ends. Each room derives its own.
class PumpFixture {
  public:
    PumpFixture() : work_(loop.get_executor()) {}
    PumpFixture(const PumpFixture&) = delete;
    PumpFixture& operator=(const PumpFixture&) = delete;

    void open(const std::vector<sql::Migration>& migrations) {
        sql::SqliteConfig config;
        config.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver = sql::SqliteDriver::open(directory_.file("main.db"), config).value();
        driver->migrate(migrations).value();
        failing = std::make_unique<FailingDriver>(*driver);
    }
    void close() {
        failing.reset();
        driver.reset();
    }

    // Lets everything run until it holds; a limit of real time only fails the test.
    void until(const std::function<bool()>& holds) {
        const auto limit = std::chrono::steady_clock::now() + kHangGuard;
        loop.restart();
        while (!holds()) {
            if (std::chrono::steady_clock::now() > limit) {
                throw std::runtime_error("it did not come to hold in time");
            }
            loop.run_one_for(std::chrono::milliseconds(20));
        }
    }
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
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<FailingDriver> failing;  // in front of the driver

  protected:
    ~PumpFixture() = default;

  private:
    TempDir directory_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
};

}  // namespace lambent::tests
