#pragma once

#include "base/sql/sqlite_driver.h"
#include "tests/support/failing_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "triggers/queue/queue_service.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// Queues on one SQLite file, which stays when their life ends.
class QueueRoom {
  public:
    explicit QueueRoom(std::uint64_t held_bytes_max = 1 << 20) : work_(loop.get_executor()) {
        config.held_bytes_max = held_bytes_max;
        begin_life();
    }
    ~QueueRoom() { end_life(); }
    QueueRoom(const QueueRoom&) = delete;
    QueueRoom& operator=(const QueueRoom&) = delete;

    void begin_life() {
        sql::SqliteConfig relaxed;
        relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver = sql::SqliteDriver::open(directory_.file("main.db"), relaxed).value();
        driver->migrate(triggers::QueueService::migrations()).value();
        failing = std::make_unique<FailingDriver>(*driver);
        queues = std::make_unique<triggers::QueueService>(
            loop.get_executor(), *failing, clock, config, Logger::silent()
        );
        run(queues->load()).value();
        queues->start();
    }
    void end_life() {
        run_flow(loop, queues->stop());
        queues.reset();
        failing.reset();
        driver.reset();
    }
    void restart() {
        end_life();
        begin_life();
    }

    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }
    // All at once, until the last has ended; what queues do by time goes on meanwhile.
    void run_together(std::vector<Task<>> flows) {
        std::size_t running = flows.size();
        std::exception_ptr failure;
        for (Task<>& flow : flows) {
            auto done = [&](const std::exception_ptr& thrown) {
                failure = failure ? failure : thrown;
                if (--running == 0) {
                    loop.stop();
                }
            };
            boost::asio::co_spawn(loop, std::move(flow), done);
        }
        loop.restart();
        loop.run_for(kHangGuard);
        if (failure) {
            std::rethrow_exception(failure);
        }
        if (running > 0) {
            throw std::runtime_error("the flows did not end in time");
        }
    }
    void pass(std::chrono::milliseconds time) {
        clock.advance(time);
        run_flow(loop, queues->tick());
    }

    // Until a queue that was given up has been read back from disk.
    void until_open(const std::string& queue) {
        loop.restart();
        while (queues->counts(queue).has_error()) {
            loop.run_one();
        }
    }

    triggers::QueueDescription create(
        const std::string& name, triggers::QueueSettings settings = {}
    ) {
        return run(queues->create(name, std::move(settings), {})).value();
    }
    Result<triggers::SentMessage> send(
        const std::string& queue, std::string body, std::string group = "", std::string once = ""
    ) {
        triggers::NewMessage message;
        message.body = std::move(body);
        message.group_id = std::move(group);
        message.deduplication_id = std::move(once);
        return run(queues->send(queue, std::move(message)));
    }
    std::vector<triggers::ReceivedMessage> receive(
        const std::string& queue, std::size_t count = 10
    ) {
        triggers::ReceiveOptions options;
        options.count_max = count;
        return run(queues->receive(queue, options)).value();
    }
    std::vector<std::string> bodies(const std::string& queue, std::size_t count = 10) {
        std::vector<std::string> all;
        for (triggers::ReceivedMessage& message : receive(queue, count)) {
            all.push_back(std::move(message.body));
        }
        return all;
    }

    ManualClock clock;
    boost::asio::io_context loop;
    triggers::QueueServiceConfig config;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<FailingDriver> failing;
    std::unique_ptr<triggers::QueueService> queues;

  private:
    TempDir directory_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
};

}  // namespace lambent::tests
