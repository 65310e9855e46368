#pragma once

#include "base/sql/fatal_latch.h"
#include "base/sql/sql_driver.h"
#include "base/sql/sqlite_connection.h"
#include "base/sql/waiter.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace lambent::sql {

struct WriterLimits {
    std::size_t queue_max = 0;
    std::size_t group_max = 0;
    int checkpoint_frames = 0;
    std::uint64_t disk_reserve_bytes = 0;
    std::string path;  // of the database, to ask its disk for room
    // Its thread runs when others need the processor less: nobody waits for what it writes.
    bool gives_way = false;
};

// The one connection that writes, on its own thread. Takes what waits, runs it in one transaction
// with a savepoint around each closure, commits, and answers all after the sync: the next group
// forms while the disk works, so no timer is needed. Checkpoints between groups and when idle,
// never inside a commit. Destruction runs what is queued, then closes.
class SqliteWriter {
  public:
    SqliteWriter(
        std::unique_ptr<SqliteConnection> connection, WriterLimits limits, FatalLatch& fatal
    );
    ~SqliteWriter();
    SqliteWriter(const SqliteWriter&) = delete;
    SqliteWriter& operator=(const SqliteWriter&) = delete;

    void submit(QueuedWork work);
    // Runs `job` on the writer's thread outside any transaction; blocks until it has run.
    Result<void> run_alone(std::function<Result<void>(SqliteConnection&)> job);

  private:
    struct Alone;
    enum class Wake { kWork, kIdle, kStop };

    void run();
    Wake next(std::vector<QueuedWork>& group, Alone*& alone);
    void run_groups(std::vector<QueuedWork>& all);
    // Runs the first closures of `all` in one transaction; how many of them now have an outcome.
    std::size_t run_group(std::span<QueuedWork> all, std::vector<Result<void>>& outcomes);
    void name_failure(std::vector<Result<void>>& outcomes) const;
    Result<void> run_in_savepoint(const Work& work);
    void checkpoint(SqliteConnection::Checkpoint mode);
    void watch_for_damage();
    void watch_the_disk();

    std::unique_ptr<SqliteConnection> connection_;  // the thread's, once it runs
    const WriterLimits limits_;
    FatalLatch& fatal_;
    int next_checkpoint_frames_;
    bool log_is_empty_ = true;
    bool may_grow_ = true;  // false while the disk has less room than the reserve
    int alone_for_ = 0;     // closures that run in transactions of their own
    int groups_unwatched_ = 0;

    std::mutex mutex_;  // guards what follows
    std::condition_variable wake_;
    std::deque<QueuedWork> queue_;
    Alone* alone_ = nullptr;
    bool stopping_ = false;

    std::thread thread_;
};

}  // namespace lambent::sql
