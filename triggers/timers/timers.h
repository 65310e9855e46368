#pragma once

#include "base/async/alarm.h"
#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/timers/timer_rows.h"
#include "triggers/timers/timetable.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Whose timers tick. `ring` and `ended` are called on the database's thread, inside the transaction
// that advances the timer: what they write is committed with it, once.
class TimerOwner {
  public:
    virtual ~TimerOwner() = default;
    virtual Result<void> ring(
        sql::Session& session, const std::string& name, const Tick& tick, std::int64_t now_ms
    ) = 0;
    // There is no tick to come; the timer has been removed.
    virtual Result<void> ended(sql::Session& session, const std::string& name) = 0;
    // Some of its timers rang, and that is on disk. On the event loop's thread.
    virtual void rang() = 0;
};

// Numbers since the start of the daemon.
struct TimerCounters {
    std::uint64_t ticks = 0;
    std::uint64_t missed = 0;       // timers of which some ticks were too old to be made up for
    std::int64_t late_ms_last = 0;  // how late the last round began, after its first tick was due
};

// Rings timers when they are due. Everything about them lies on disk; what is due next is all that
// it remembers. A tick and what its owner makes of it are one transaction with the timer's advance,
// so that a crash neither loses a tick nor doubles it. Owned by the composition root; event loop's
// thread only; `stop` is awaited before it is destroyed.
class Timers {
  public:
    Timers(
        boost::asio::any_io_executor executor, sql::Driver& driver, const Clock& clock, Logger log
    );
    static std::vector<sql::Migration> migrations() { return TimerRows::migrations(); }

    // Before `start`; the owner outlives this.
    void serve(const std::string& kind, TimerOwner& owner);
    void start();
    Task<> stop();

    // Sets the timer to the first tick after that time, in the caller's transaction; false when
    // there is none, and then there is no timer. Call `look` after the commit.
    static Result<bool> set_in(
        sql::Session& session,
        const std::string& kind,
        const std::string& name,
        const TimerPlan& plan,
        std::int64_t after_ms
    );
    static Result<void> remove_in(
        sql::Session& session, const std::string& kind, const std::string& name
    );
    // Timers were set.
    void look();

    // Rings what is due by the clock; a flow of its own calls it. For tests that move the clock.
    Task<> tick();
    const TimerCounters& counters() const { return counters_; }

  private:
    struct Round;
    using Owners = std::map<std::string, TimerOwner*>;

    Task<> run();
    Task<bool> ring();
    void settle(const Round& round);
    static Result<void> ring_one(
        sql::Session& session, const TimerRows::Timer& timer, TimerOwner& owner, Round& round
    );
    Task<> read_first_due();
    Task<> wait();
    bool is_due() const { return first_due_ms_ && *first_due_ms_ <= now_ms(); }
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    sql::Driver& driver_;
    const Clock& clock_;
    Logger log_;
    Owners owners_;
    std::optional<std::int64_t> first_due_ms_;
    bool changed_ = true;  // what is due first must be read again
    bool failed_ = false;  // the last round was not written
    bool stopped_ = false;
    TimerCounters counters_;
    Alarm alarm_;
    TaskScope flows_;
};

}  // namespace lambent::triggers
