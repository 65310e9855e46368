#pragma once

#include "base/async/task_scope.h"
#include "base/sql/sqlite_driver.h"
#include "base/stepped_clock.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/outbox/outbox_pump.h"
#include "scheduler/outbox/sql_outbox.h"
#include "tests/support/fault_vfs.h"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lambent::tests {

// What the world outside of a daemon has seen of it, which no crash takes back: what was
// acknowledged, how often functions ran, what arrived where.
struct Outside {
    std::uint32_t seed = 0;
    std::set<std::string> events;    // acknowledged
    std::set<std::string> messages;  // acknowledged
    std::map<std::string, int> invocations;
    std::map<std::string, std::vector<std::string>> arrived;  // ids, by target
    std::set<std::string> payloads;                           // that functions were invoked with

    bool has_arrived(const std::string& target, const std::string& id) const;
    // Whether the end of the event, or the message, arrived where it must.
    bool event_has_ended(const std::string& id) const;
    bool message_has_ended(const std::string& id) const;

    static const std::string kWon;
    static const std::string kLost;
    static const std::string kDeadEvents;
    static const std::string kJobs;
    static const std::string kFifo;
    static const std::string kDead;
    static const std::string kTold;  // what arrives there is known by its body
};

// One life of the asynchronous rooms on one database, on a disk that may fail. Functions and
// targets succeed, fail and refuse at random, by the seed; once the power is cut nothing reaches
// the outside any more.
class AsyncLife {
  public:
    AsyncLife(
        const std::string& database,
        FaultVfs& disk,
        Outside& outside,
        WallTime start,
        sql::SqliteConfig config
    );
    ~AsyncLife();  // waits for what runs
    AsyncLife(const AsyncLife&) = delete;
    AsyncLife& operator=(const AsyncLife&) = delete;

    static std::vector<sql::Migration> migrations();
    // Small enough that a short life sees commits, checkpoints and a log that starts anew.
    static sql::SqliteConfig small_config();

    bool is_open() const { return driver_ != nullptr; }
    // Clients that hand over events and messages; `name` makes their ids unique.
    void be_used(const std::string& name);
    // Lets time pass until the power goes, the disk fails for good, or nothing is left to do: no
    // events, no messages, and no rows in those other tables.
    void run(const std::vector<std::string>& other_tables = {});
    bool has_failed() const { return failed_ || disk_.power_is_cut(); }
    std::int64_t rows(const std::string& table);
    WallTime now() const { return clock_.wall_now(); }

    // For other rooms that live on the same database; only when it is open.
    boost::asio::io_context& loop() { return loop_; }
    SteppedClock& clock() { return clock_; }
    sql::Driver& driver() { return *driver_; }
    scheduler::SqlAsyncQueue& queue() { return *queue_; }
    scheduler::SqlOutbox& outbox() { return *outbox_; }
    TaskScope& clients() { return clients_; }

  private:
    class Functions;
    class Receivers;

    Task<> client(std::string name, TimeHold hold);
    Task<> add_event(std::string id);
    Task<> add_message(std::string id, std::string group);
    Task<> add_pair(std::string id);
    void start_pumps();
    bool is_empty(const std::vector<std::string>& tables);

    FaultVfs& disk_;
    Outside& outside_;
    std::atomic<bool> failed_{false};
    boost::asio::io_context loop_;
    SteppedClock clock_;
    std::unique_ptr<Functions> functions_;
    std::unique_ptr<Receivers> receivers_;
    std::unique_ptr<sql::SqliteDriver> driver_;
    std::unique_ptr<scheduler::AsyncSettings> settings_;
    std::unique_ptr<scheduler::SqlAsyncQueue> queue_;
    std::unique_ptr<scheduler::SqlOutbox> outbox_;
    std::unique_ptr<scheduler::AsyncPump> pump_;
    std::unique_ptr<scheduler::OutboxPump> outbox_pump_;
    TaskScope clients_;
};

}  // namespace lambent::tests
