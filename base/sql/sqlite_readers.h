#pragma once

#include "base/sql/fatal_latch.h"
#include "base/sql/sqlite_connection.h"
#include "base/sql/waiter.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace lambent::sql {

struct ReaderLimits {
    std::size_t queue_max = 0;
    std::chrono::milliseconds time_max{0};
};

// Read-only connections, each on its own thread, that share one queue. A closure sees one snapshot
// which holds everything acknowledged before it started; one that takes too long is cut, since an
// old snapshot keeps the log from being emptied. Destruction runs what is queued.
class SqliteReaders {
  public:
    SqliteReaders(
        std::vector<std::unique_ptr<SqliteConnection>> connections,
        ReaderLimits limits,
        FatalLatch& fatal
    );
    ~SqliteReaders();
    SqliteReaders(const SqliteReaders&) = delete;
    SqliteReaders& operator=(const SqliteReaders&) = delete;

    void submit(QueuedWork work);

  private:
    void run(std::unique_ptr<SqliteConnection> connection);
    Result<void> read(SqliteConnection& connection, const Work& work);

    const ReaderLimits limits_;
    FatalLatch& fatal_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable wake_;
    std::deque<QueuedWork> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace lambent::sql
