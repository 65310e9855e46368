#include "base/sql/sqlite_writer.h"

#include "base/failpoint.h"

#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

namespace lambent::sql {
namespace {

// How long nothing must have been written before the log is emptied for the next burst.
constexpr std::chrono::milliseconds kIdle(250);
// Groups between two looks at the disk's room.
constexpr int kWatchEvery = 32;
// A closure that meets a full disk takes its whole transaction down; so many run alone after it.
constexpr int kAloneAfterFull = 256;
// SQLite's own upper limit.
constexpr char kGrow[] = "PRAGMA max_page_count = 1073741823";
// SQLite raises this to the present size.
constexpr char kDoNotGrow[] = "PRAGMA max_page_count = 1";

// For the calling thread alone, on Linux.
void give_way() {
    constexpr int kNice = 5;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kNice);
}

Result<void> without_rows(const Result<Rows>& rows) {
    if (rows.has_error()) {
        return rows.error();
    }
    return {};
}

}  // namespace

struct SqliteWriter::Alone {
    std::function<Result<void>(SqliteConnection&)> job;
    std::promise<Result<void>> done;
};

SqliteWriter::SqliteWriter(
    std::unique_ptr<SqliteConnection> connection, WriterLimits limits, FatalLatch& fatal
)
    : connection_(std::move(connection)),
      limits_(limits),
      fatal_(fatal),
      next_checkpoint_frames_(limits.checkpoint_frames),
      thread_([this] { run(); }) {}

SqliteWriter::~SqliteWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void SqliteWriter::submit(QueuedWork work) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && queue_.size() < limits_.queue_max) {
            queue_.push_back(std::move(work));
        }
    }
    if (work.waiter) {
        work.waiter->resume(Error(Code::kThrottled, "queue", "too many writes are waiting"));
        return;
    }
    wake_.notify_one();
}

Result<void> SqliteWriter::run_alone(std::function<Result<void>(SqliteConnection&)> job) {
    Alone alone{std::move(job), {}};
    {
        const std::lock_guard lock(mutex_);
        LAMBENT_ASSERT(alone_ == nullptr);
        alone_ = &alone;
    }
    wake_.notify_one();
    return alone.done.get_future().get();
}

SqliteWriter::Wake SqliteWriter::next(std::vector<QueuedWork>& group, Alone*& alone) {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] {
        return stopping_ || alone_ != nullptr || !queue_.empty();
    };
    if (log_is_empty_) {
        wake_.wait(lock, has_work);
    } else if (!wake_.wait_for(lock, kIdle, has_work)) {
        return Wake::kIdle;
    }
    alone = std::exchange(alone_, nullptr);
    const std::size_t size = std::min(queue_.size(), limits_.group_max);
    for (std::size_t i = 0; i < size; ++i) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    return alone == nullptr && group.empty() ? Wake::kStop : Wake::kWork;
}

void SqliteWriter::run() {
    if (limits_.gives_way) {
        give_way();
    }
    std::vector<QueuedWork> group;
    while (true) {
        Alone* alone = nullptr;
        const Wake wake = next(group, alone);
        if (wake == Wake::kStop) {
            break;
        }
        if (wake == Wake::kIdle) {
            checkpoint(SqliteConnection::Checkpoint::kRestart);
            log_is_empty_ = true;  // or a reader is in the way: not before the next write
            continue;
        }
        if (alone != nullptr) {
            alone->done.set_value(alone->job(*connection_));
            watch_for_damage();
        }
        watch_the_disk();
        run_groups(group);
        group.clear();
        log_is_empty_ = connection_->log_frames() == 0;
        if (connection_->log_frames() >= next_checkpoint_frames_) {
            checkpoint(SqliteConnection::Checkpoint::kPassive);
        }
    }
    if (fatal_.refusal()) {
        connection_->keep_log_on_close();
    }
    connection_.reset();
}

void SqliteWriter::run_groups(std::vector<QueuedWork>& all) {
    std::span<QueuedWork> rest(all);
    std::vector<Result<void>> outcomes;
    while (!rest.empty()) {
        outcomes.clear();
        const std::size_t size = alone_for_ > 0 ? 1 : rest.size();
        alone_for_ -= alone_for_ > 0 ? 1 : 0;
        const std::size_t done = run_group(rest.first(size), outcomes);
        watch_for_damage();
        name_failure(outcomes);
        for (std::size_t i = 0; i < done; ++i) {
            rest[i].waiter->resume(std::move(outcomes[i]));
        }
        failpoint("sql.group.answered");
        rest = rest.subspan(done);
    }
}

std::size_t SqliteWriter::run_group(
    std::span<QueuedWork> all, std::vector<Result<void>>& outcomes
) {
    std::optional<Error> failure = fatal_.refusal();
    if (!failure) {
        const Result<Rows> begun = connection_->control("BEGIN IMMEDIATE");
        failure = begun.has_error() ? std::optional(begun.error()) : std::nullopt;
    }
    if (failure) {
        outcomes.assign(all.size(), *failure);
        return all.size();
    }
    failpoint("sql.group.begun");
    for (const QueuedWork& queued : all) {
        outcomes.push_back(run_in_savepoint(queued.work));
        if (!connection_->in_transaction()) {
            // SQLite gave the whole transaction up (a full disk, mostly): so far nothing is stored.
            const Error& reason = outcomes.back().has_error()
                                      ? outcomes.back().error()
                                      : Error(Code::kUnavailable, "the transaction is gone");
            failure = Error(Code::kUnavailable, reason.subject(), reason.message());
            alone_for_ = kAloneAfterFull;
            break;
        }
    }
    failpoint("sql.group.complete");
    if (!failure) {
        const Result<Rows> committed = connection_->control("COMMIT");
        failure = committed.has_error() ? std::optional(committed.error()) : std::nullopt;
    }
    failpoint("sql.group.committed");
    if (connection_->in_transaction()) {
        (void)connection_->control("ROLLBACK");
    }
    for (Result<void>& outcome : outcomes) {
        if (failure && outcome.has_value()) {
            outcome = *failure;
        }
    }
    return outcomes.size();
}

// The failure that trips the latch is final as well: who asked need not ask again to hear of it.
void SqliteWriter::name_failure(std::vector<Result<void>>& outcomes) const {
    const std::optional<Error> refusal = fatal_.refusal();
    for (Result<void>& outcome : outcomes) {
        if (refusal && outcome.has_error() && may_pass(outcome.error())) {
            outcome = *refusal;
        }
    }
}

Result<void> SqliteWriter::run_in_savepoint(const Work& work) {
    LAMBENT_TRY(connection_->control("SAVEPOINT closure"));
    const Result<void> outcome = call_work(work, *connection_);
    failpoint("sql.closure.done");
    if (!connection_->in_transaction()) {
        return outcome;
    }
    if (outcome.has_error()) {
        LAMBENT_TRY(connection_->control("ROLLBACK TO closure"));
    }
    LAMBENT_TRY(without_rows(connection_->control("RELEASE closure")));
    return outcome;
}

void SqliteWriter::checkpoint(SqliteConnection::Checkpoint mode) {
    if (fatal_.refusal()) {
        return;
    }
    failpoint("sql.checkpoint.begun");
    const Result<bool> emptied = connection_->checkpoint(mode);
    failpoint("sql.checkpoint.done");
    watch_for_damage();
    // A reader in the way, or a full disk: try again a while later, not after every group.
    const bool all_moved = emptied.has_value() && *emptied;
    next_checkpoint_frames_ =
        limits_.checkpoint_frames + (all_moved ? 0 : connection_->log_frames());
}

void SqliteWriter::watch_for_damage() {
    if (connection_->damage()) {
        fatal_.trip(*connection_->damage());
    }
}

void SqliteWriter::watch_the_disk() {
    if (limits_.disk_reserve_bytes == 0 || groups_unwatched_++ % kWatchEvery != 0) {
        return;
    }
    struct statvfs disk {};
    if (::statvfs(limits_.path.c_str(), &disk) != 0) {
        return;
    }
    const std::uint64_t room = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    // Back only when there is clearly more, or the two would alternate.
    const std::uint64_t wanted =
        may_grow_ ? limits_.disk_reserve_bytes : 2 * limits_.disk_reserve_bytes;
    if ((room >= wanted) != may_grow_) {
        may_grow_ = !may_grow_;
        (void)connection_->control(may_grow_ ? kGrow : kDoNotGrow);
    }
}

}  // namespace lambent::sql
