#include "runtime/logs/sql_log_store.h"

#include "base/async/task_scope.h"
#include "runtime/logs/log_buffer.h"
#include "runtime/logs/log_pattern.h"
#include "runtime/logs/log_rows.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <utility>

namespace lambent::runtime {
namespace {

namespace asio = boost::asio;

Error no_group(const std::string& name) {
    return Error(Code::kNotFound, "group", "The specified log group does not exist: " + name);
}

// Waits for the timer or for whoever cancels it; false when the flow itself is cancelled.
Task<bool> wait_on(asio::steady_timer& timer) {
    boost::system::error_code woken;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() == asio::cancellation_type::none;
}

// Runs `ask` on a reading connection and hands out what it answered.
template <class Answer>
Task<Result<Answer>> read_answer(
    sql::Driver& driver, std::function<Result<Answer>(sql::Session&)> ask
) {
    const auto answer = std::make_shared<Answer>();  // the closure's and ours
    sql::Work work = [answer, ask = std::move(ask)](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*answer, ask(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver.read(std::move(work)));
    co_return std::move(*answer);
}

// One flush, as the writing connection sees it.
struct Flush {
    LogBuffer::Batches batches;
    std::vector<RemovedBytes> to_remove;  // of each group
    std::vector<RemovedBytes> removed;

    Result<void> run(sql::Session& session) {
        for (const LogGroupRow& group : batches.groups) {
            LAMBENT_TRY(insert_log_group(session, group));
        }
        for (const LogBatchRow& row : batches.rows) {
            LAMBENT_TRY(insert_log_batch(session, row));
        }
        if (!to_remove.empty()) {
            LAMBENT_TRY(removed, remove_oldest_logs(session, to_remove));
        }
        return {};
    }
};

}  // namespace

struct SqlLogStore::Parts {
    Parts(
        const asio::any_io_executor& executor,
        sql::Driver& database,
        const Clock& clock,
        LogStoreConfig with,
        Logger logger
    )
        : driver(database),
          config(with),
          log(logger),
          buffer(std::make_shared<LogBuffer>(clock, with)),
          wake(executor),
          flushed(executor),
          background(executor, std::move(logger)) {}

    sql::Driver& driver;
    const LogStoreConfig config;
    Logger log;
    std::shared_ptr<LogBuffer> buffer;  // the store's and the open streams'
    asio::steady_timer wake;            // of the background flow
    asio::steady_timer flushed;         // never expires: cancelled when a flush has ended
    bool flushing = false;
    TaskScope background;
};

SqlLogStore::SqlLogStore(
    asio::any_io_executor executor,
    sql::Driver& driver,
    const Clock& clock,
    LogStoreConfig config,
    Logger log
)
    : parts_(std::make_unique<Parts>(executor, driver, clock, config, std::move(log))) {}

SqlLogStore::~SqlLogStore() {
    parts_->buffer->discard();
}

std::vector<sql::Migration> SqlLogStore::migrations() {
    return log_migrations();
}

Task<Result<void>> SqlLogStore::start() {
    std::function<Result<LogTotals>(sql::Session&)> ask = read_log_totals;
    LAMBENT_CO_TRY(
        const LogTotals totals, co_await read_answer<LogTotals>(parts_->driver, std::move(ask))
    );
    parts_->buffer->restore(totals);
    parts_->buffer->on_plenty([this] { parts_->wake.cancel(); });
    parts_->background.spawn("log_writer", write_now_and_then());
    co_return Result<void>();
}

Task<> SqlLogStore::stop() {
    co_await parts_->background.cancel_and_join();
    co_await flush();
}

Task<> SqlLogStore::write_now_and_then() {
    bool goes_on = true;
    while (goes_on) {
        const bool at_once = parts_->buffer->wants_write();
        parts_->wake.expires_after(
            at_once ? std::chrono::milliseconds(0) : parts_->config.flush_interval
        );
        goes_on = co_await wait_on(parts_->wake);
        if (goes_on) {
            co_await flush();
        }
    }
}

Task<> SqlLogStore::flush() {
    Parts& parts = *parts_;
    while (parts.flushing) {
        parts.flushed.expires_at(asio::steady_timer::time_point::max());
        if (!co_await wait_on(parts.flushed)) {
            co_return;
        }
    }
    if (parts.buffer->empty()) {
        co_return;
    }
    const auto flush = std::make_shared<Flush>();  // the closure's and ours
    flush->batches = parts.buffer->take();
    flush->to_remove = parts.buffer->excess(flush->batches);
    sql::Work work = [flush](sql::Session& session) {
        return flush->run(session);
    };
    parts.flushing = true;
    const Result<void> written = co_await parts.driver.write(std::move(work));
    parts.flushing = false;
    parts.flushed.cancel();
    if (written.has_value()) {
        parts.buffer->stored(flush->batches, flush->removed);
    } else {
        parts.buffer->lost(flush->batches);
        parts.log.warn("log_lines_lost", {{"reason", written.error().message()}});
    }
}

std::shared_ptr<LogStream> SqlLogStore::open(const std::string& group, const std::string& stream) {
    return parts_->buffer->open(group, stream);
}

Task<Result<void>> SqlLogStore::create_group(std::string name) {
    if (parts_->buffer->find(name) != nullptr) {
        co_return Error(Code::kConflict, "group", "The specified log group already exists");
    }
    parts_->buffer->ensure(name);
    co_await flush();
    co_return Result<void>();
}

Task<Result<void>> SqlLogStore::remove_group(std::string name) {
    co_await flush();
    const LogGroupRow* known = parts_->buffer->find(name);
    if (known == nullptr) {
        co_return no_group(name);
    }
    sql::Work work = [group_id = known->id](sql::Session& session) {
        return delete_log_group(session, group_id);
    };
    parts_->buffer->forget(name);
    co_return co_await parts_->driver.write(std::move(work));
}

Task<Result<std::vector<LogGroup>>> SqlLogStore::groups(std::string prefix) {
    co_await flush();
    co_return parts_->buffer->groups(prefix);
}

Task<Result<std::vector<LogStreamInfo>>> SqlLogStore::streams(std::string group) {
    co_await flush();
    const LogGroupRow* known = parts_->buffer->find(group);
    if (known == nullptr) {
        co_return no_group(group);
    }
    using Streams = std::vector<LogStreamInfo>;
    std::function<Result<Streams>(sql::Session&)> ask = [group_id = known->id](sql::Session& in) {
        return read_log_streams(in, group_id);
    };
    co_return co_await read_answer<Streams>(parts_->driver, std::move(ask));
}

Task<Result<std::vector<LogEvent>>> SqlLogStore::query(LogQuery query) {
    LAMBENT_CO_TRY(const LogPattern pattern, LogPattern::parse(query.pattern));
    co_await flush();
    const LogGroupRow* known = parts_->buffer->find(query.group);
    if (known == nullptr) {
        co_return no_group(query.group);
    }
    using Events = std::vector<LogEvent>;
    std::function<Result<Events>(sql::Session&)> ask =
        [group_id = known->id, query, pattern](sql::Session& session) {
            return search_logs(session, group_id, query, pattern);
        };
    co_return co_await read_answer<Events>(parts_->driver, std::move(ask));
}

std::uint64_t SqlLogStore::dropped_lines() const {
    return parts_->buffer->dropped_lines();
}

}  // namespace lambent::runtime
