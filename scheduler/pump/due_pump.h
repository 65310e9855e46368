#pragma once

#include "base/async/alarm.h"
#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/sql/sql_driver.h"
#include "scheduler/pump/backlog.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// Rows on disk that wait until they are due, each filed under a key: what a DuePump asks of the
// room that it works for. Called inside a transaction, on the database's thread.
class DueRows {
  public:
    virtual ~DueRows() = default;

    // What was taken up in a former life waits again; each key with rows, and when its first is
    // due.
    using Waiting = std::vector<std::pair<std::string, std::int64_t>>;
    virtual Result<Waiting> recover(sql::Session& session, std::int64_t now_ms) = 0;

    // What is to be done with one row, on the event loop's thread; called once.
    using Job = std::function<Task<>()>;
    struct Taken {
        std::vector<Job> jobs;
        std::optional<std::int64_t> next_due_ms;  // of the rows left waiting
    };
    // Takes up what is due of one key: whoever asks next does not find it.
    virtual Result<Taken> claim(
        sql::Session& session, const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
    ) = 0;
};

// What a DuePump is called in logs, and its failpoints. Texts that live for ever.
struct PumpNames {
    const char* pump;
    const char* recover_begun;
    const char* recover_committed;
    const char* claim_begun;
    const char* claim_committed;
};

// Takes rows up when they are due and runs a job for each, key after key in turn. What a former
// life left taken up is set back first. A write that fails is repeated, ever more slowly, as long
// as that may help; once the database has failed for good nothing is taken up any more, and what is
// not written down stays taken up until the next start. Owned by a room; event loop's thread only;
// `stop` is awaited before it is destroyed.
class DuePump {
  public:
    DuePump(
        boost::asio::any_io_executor executor,
        sql::Driver& driver,
        DueRows& rows,
        const Clock& clock,
        Logger log,
        PumpNames names,
        Backlog::Limits limits
    );

    void start();
    void pause();  // takes up nothing more; jobs that run go on
    // Pauses, repeats no write any more, and waits for jobs that run.
    Task<> stop();
    bool is_paused() const { return paused_; }

    // The key has, or may have, a row that is due at that time.
    void expect(const std::string& key, std::int64_t due_ms);
    // For jobs: whether it is written. If not, the row is due again in the next life.
    Task<bool> write(sql::Work work);

    std::size_t in_flight() const { return backlog_.in_flight(); }
    // Looks again what is due. For tests that move the clock by hand.
    void tick() { alarm_.ring(); }

  private:
    using Taken = std::vector<DueRows::Taken>;

    Task<> run();
    Task<> recover();
    Task<Result<Taken>> claim(std::vector<DueClaim> claims);
    void begin(const std::vector<DueClaim>& claims, Result<Taken> taken);
    Task<> wait_until_due();
    Task<> do_job(std::string key, DueRows::Job job, TimeHold hold);
    Task<> wait_for(std::chrono::milliseconds time);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    sql::Driver& driver_;
    DueRows& rows_;
    const Clock& clock_;
    Logger log_;
    const PumpNames names_;
    const Backlog::Limits limits_;
    Backlog backlog_;
    bool paused_ = false;
    bool stopping_ = false;
    bool failed_ = false;                          // the database has, for good
    std::list<boost::asio::steady_timer> pauses_;  // of writes that wait to be repeated
    Alarm alarm_;
    TaskScope flows_;
};

}  // namespace lambent::scheduler
