#include "base/sql/sqlite_driver.h"

#include "base/files/own_entry.h"
#include "base/sql/fatal_latch.h"
#include "base/sql/sqlite_connection.h"
#include "base/sql/sqlite_file.h"
#include "base/sql/sqlite_log.h"
#include "base/sql/sqlite_migrations.h"
#include "base/sql/sqlite_readers.h"
#include "base/sql/sqlite_writer.h"
#include "base/sql/waiter.h"
#include "base/unique_fd.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace lambent::sql {
namespace {

namespace asio = boost::asio;

// Beside the file, since closing any descriptor of the file itself would drop SQLite's own locks.
Result<UniqueFd> hold(const std::string& path) {
    const std::string name = path + ".lock";
    LAMBENT_TRY(require_own_entry(name));
    UniqueFd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock) {
        return errno_error("cannot open " + name, errno);
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return Error(Code::kConflict, "database", "another process holds the database " + path);
    }
    return lock;
}

Result<void> quick_check(SqliteConnection& connection, const std::string& path) {
    LAMBENT_TRY(const Rows found, connection.control("PRAGMA quick_check(1)"));
    const bool sound = found.rows.size() == 1 && found.rows[0][0] == Value("ok");
    if (!sound) {
        connection.keep_log_on_close();
        const Value& first = found.rows.empty() ? Value("nothing") : found.rows[0][0];
        return Error(
            Code::kCorrupted,
            "database",
            "the database " + path + " is damaged (" + as_text(first) +
                "); it is left as it is: restore it from a copy"
        );
    }
    return {};
}

// Hands `work` to the threads behind `target` and waits for its outcome.
template <class Target>
Task<Result<void>> run_on(Target& target, Work work) {
    auto start = [&target, work = std::move(work)](auto handler) mutable {
        using Handler = std::decay_t<decltype(handler)>;
        QueuedWork queued;
        queued.work = std::move(work);
        queued.waiter = std::make_unique<HandlerWaiter<Handler>>(std::move(handler));
        target.submit(std::move(queued));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        std::move(start), asio::use_awaitable
    );
}

}  // namespace

struct SqliteDriver::Parts {
    explicit Parts(std::function<void(const Error&)> on_fatal) : fatal(std::move(on_fatal)) {}

    // Destroyed from the last to the first: the writer closes after the readers, so that it is the
    // one that empties the log, and the lock goes last.
    UniqueFd lock;
    FatalLatch fatal;
    std::optional<SqliteWriter> writer;
    std::optional<SqliteReaders> readers;
};

SqliteDriver::SqliteDriver(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteDriver::~SqliteDriver() = default;

Result<std::unique_ptr<SqliteDriver>> SqliteDriver::open(
    const std::string& path, SqliteConfig config
) {
    auto parts = std::make_unique<Parts>(std::move(config.on_fatal));
    LAMBENT_TRY(parts->lock, hold(path));
    LAMBENT_TRY(const LastStop stop, prepare_file(path));
    if (stop == LastStop::kUnclean && config.durability == SqliteConfig::Durability::kFull) {
        LAMBENT_TRY(check_log(path + "-wal"));
    }
    const Synchronous synchronous = config.durability == SqliteConfig::Durability::kFull
                                        ? Synchronous::kFull
                                        : Synchronous::kNormal;
    LAMBENT_TRY(auto writing, SqliteConnection::open(path, Access::kReadWrite, synchronous));
    if (stop == LastStop::kUnclean) {
        LAMBENT_TRY(quick_check(*writing, path));
        // What is torn at the log's end goes now, so that a second crash adds nothing to it.
        LAMBENT_TRY(writing->checkpoint(SqliteConnection::Checkpoint::kRestart));
    }
    std::vector<std::unique_ptr<SqliteConnection>> reading;
    for (std::size_t i = 0; i < config.readers; ++i) {
        LAMBENT_TRY(auto one, SqliteConnection::open(path, Access::kReadOnly, synchronous));
        reading.push_back(std::move(one));
    }
    WriterLimits writer_limits;
    writer_limits.gives_way = config.durability == SqliteConfig::Durability::kRelaxed;
    writer_limits.queue_max = config.queue_max;
    writer_limits.group_max = config.group_max;
    writer_limits.checkpoint_frames = config.checkpoint_frames;
    writer_limits.disk_reserve_bytes = config.disk_reserve_bytes;
    writer_limits.path = path;
    parts->writer.emplace(std::move(writing), writer_limits, parts->fatal);
    const ReaderLimits reader_limits{config.queue_max, config.read_time_max};
    parts->readers.emplace(std::move(reading), reader_limits, parts->fatal);
    return std::unique_ptr<SqliteDriver>(new SqliteDriver(std::move(parts)));
}

Result<void> SqliteDriver::migrate(std::vector<Migration> migrations) {
    return parts_->writer->run_alone([&migrations](SqliteConnection& connection) {
        return apply_migrations(connection, migrations);
    });
}

Task<Result<void>> SqliteDriver::write(Work work) {
    return run_on(*parts_->writer, std::move(work));
}

Task<Result<void>> SqliteDriver::read(Work work) {
    return run_on(*parts_->readers, std::move(work));
}

std::string SqliteDriver::engine() {
    return std::string("SQLite ") + ::sqlite3_libversion();
}

}  // namespace lambent::sql
