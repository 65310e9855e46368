#include "scheduler/record_store.h"

#include "scheduler/record_rows.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lambent::scheduler {
namespace {

constexpr std::uint64_t kFirst = 1;

}  // namespace

RecordStore::RecordStore(
    const boost::asio::any_io_executor& executor,
    sql::Driver& driver,
    RecordConfig config,
    Logger log
)
    : driver_(driver),
      config_(config),
      log_(log),
      ring_(config.kept_in_memory, kFirst),
      written_(kFirst),
      timer_(executor),
      self_(std::make_shared<RecordStore*>(this)),
      flows_(executor, std::move(log)) {}

std::vector<sql::Migration> RecordStore::migrations() {
    return RecordRows::migrations();
}

std::uint64_t RecordStore::add(const InvocationRecord& record) {
    if (!armed_ && !writing_) {
        arm_timer();
    }
    return ring_.add(record);
}

void RecordStore::note_freeze(std::uint64_t number, std::chrono::microseconds took) {
    if (InvocationRecord* record = ring_.at(number)) {
        record->phases.freeze += took;
    }
}

// --- Reading

Task<Result<std::vector<InvocationRecord>>> RecordStore::recent(RecordQuery query) {
    if (ring_.recent(query).size() < query.limit) {
        co_await flush();  // from here on ring and rows are told apart by their numbers
    }
    std::vector<InvocationRecord> found = ring_.recent(query);
    if (found.size() >= query.limit) {
        co_return found;
    }
    query.limit -= found.size();
    constexpr std::uint64_t kAll = std::numeric_limits<std::int64_t>::max();
    const std::uint64_t before = row_offset_ ? *row_offset_ + ring_.oldest() : kAll;
    const auto rows = std::make_shared<std::vector<InvocationRecord>>();  // the closure's and ours
    sql::Work work = [rows, query, before](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*rows, RecordRows{session}.recent(query, before));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    std::move(rows->begin(), rows->end(), std::back_inserter(found));
    co_return found;
}

Task<Result<std::vector<InvocationRecord>>> RecordStore::recent(
    std::string function, std::size_t limit
) {
    RecordQuery query;
    query.function = std::move(function);
    query.limit = limit;
    return recent(std::move(query));
}

Task<Result<std::optional<InvocationRecord>>> RecordStore::find(std::string request_id) {
    RecordQuery query;
    query.request_id = std::move(request_id);
    query.limit = 1;
    LAMBENT_CO_TRY(const std::vector<InvocationRecord> found, co_await recent(std::move(query)));
    co_return found.empty() ? std::nullopt : std::optional(found.front());
}

// --- Writing

void RecordStore::arm_timer() {
    armed_ = true;
    timer_.expires_after(config_.flush_after);
    timer_.async_wait([self = std::weak_ptr(self_)](const boost::system::error_code& failed) {
        const auto store = self.lock();
        if (store && !failed) {
            (*store)->flows_.spawn("write_records", (*store)->write_pending());
        }
    });
}

Task<> RecordStore::flush() {
    co_await flows_.join();
    if (written_ < ring_.next() && !writing_) {
        flows_.spawn("write_records", write_pending());
    }
    co_await flows_.join();
}

Task<> RecordStore::write_pending() {
    writing_ = true;
    timer_.cancel();
    armed_ = false;
    const std::uint64_t end = ring_.next();
    while (written_ < end) {
        const std::uint64_t first = std::max(written_, ring_.oldest());
        if (first > written_) {
            log_.warn("records_lost", {{"count", first - written_}});
        }
        std::vector<InvocationRecord> batch;
        for (std::uint64_t n = first; n < end && batch.size() < config_.batch_max; ++n) {
            batch.push_back(*ring_.at(n));
        }
        const std::uint64_t next = first + batch.size();
        const Result<void> done = co_await write_batch(std::move(batch), first);
        if (done.has_error()) {
            log_.warn(
                "records_lost", {{"count", next - first}, {"reason", done.error().message()}}
            );
        }
        written_ = next;
    }
    writing_ = false;
    if (written_ < ring_.next()) {
        arm_timer();
    }
}

Task<Result<void>> RecordStore::write_batch(
    std::vector<InvocationRecord> batch, std::uint64_t first
) {
    const auto offset = std::make_shared<std::optional<std::uint64_t>>(row_offset_);  // both sides'
    sql::Work work = [offset, batch = std::move(batch), first, kept = config_.kept_on_disk](
                         sql::Session& session
                     ) -> Result<void> {
        RecordRows rows{session};
        if (!*offset) {
            LAMBENT_TRY(const std::uint64_t last, rows.last_sequence());
            *offset = last + 1 - kFirst;
        }
        std::uint64_t row = **offset + first;
        for (const InvocationRecord& record : batch) {
            LAMBENT_TRY(rows.insert(row++, record));
        }
        return row > kept ? rows.remove_before(row - kept) : Result<void>();
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    row_offset_ = *offset;
    co_return Result<void>();
}

}  // namespace lambent::scheduler
