#include "base/sql/sqlite_readers.h"

#include <optional>
#include <utility>

namespace lambent::sql {

SqliteReaders::SqliteReaders(
    std::vector<std::unique_ptr<SqliteConnection>> connections,
    ReaderLimits limits,
    FatalLatch& fatal
)
    : limits_(limits), fatal_(fatal) {
    for (std::unique_ptr<SqliteConnection>& connection : connections) {
        threads_.emplace_back([this, mine = std::move(connection)]() mutable {
            run(std::move(mine));
        });
    }
}

SqliteReaders::~SqliteReaders() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void SqliteReaders::submit(QueuedWork work) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < limits_.queue_max) {
            queue_.push_back(std::move(work));
        }
    }
    if (work.waiter) {
        work.waiter->resume(Error(Code::kThrottled, "queue", "too many reads are waiting"));
        return;
    }
    wake_.notify_one();
}

void SqliteReaders::run(std::unique_ptr<SqliteConnection> connection) {
    while (true) {
        QueuedWork next;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                break;
            }
            next = std::move(queue_.front());
            queue_.pop_front();
        }
        Result<void> outcome = read(*connection, next.work);
        if (connection->damage()) {
            fatal_.trip(*connection->damage());
        }
        next.waiter->resume(std::move(outcome));
    }
    if (fatal_.refusal()) {
        connection->keep_log_on_close();
    }
}

Result<void> SqliteReaders::read(SqliteConnection& connection, const Work& work) {
    if (const std::optional<Error> refusal = fatal_.refusal()) {
        return *refusal;
    }
    LAMBENT_TRY(connection.control("BEGIN"));
    connection.limit_time(limits_.time_max);
    Result<void> outcome = call_work(work, connection);
    connection.limit_time(std::chrono::hours(24));
    if (connection.in_transaction()) {
        LAMBENT_TRY(connection.control("ROLLBACK"));
    }
    return outcome;
}

}  // namespace lambent::sql
