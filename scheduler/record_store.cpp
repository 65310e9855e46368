#include "scheduler/record_store.h"

#include "scheduler/packed_records.h"
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
    const std::uint64_t number = ring_.add(record);
    if (!writing_ && is_plenty()) {
        writing_ = true;
        flows_.spawn("write_records", write_pending());
    } else if (!armed_ && !writing_) {
        arm_timer();
    }
    return number;
}

bool RecordStore::is_plenty() const {
    return ring_.next() - written_ > config_.kept_in_memory / 4;
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
        if (store && !failed && !(*store)->writing_) {
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
    while (written_ < end || is_plenty()) {
        Batch batch = pack_pending();
        if (batch.first > written_) {
            log_.warn("records_lost", {{"count", batch.first - written_}});
        }
        const std::uint64_t first = batch.first;
        const std::uint64_t next = batch.end;
        const Result<void> done = co_await write_batch(std::move(batch));
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

// Those that wait, up to a batch of them.
RecordStore::Batch RecordStore::pack_pending() {
    Batch batch;
    batch.first = std::max(written_, ring_.oldest());
    batch.end = std::min<std::uint64_t>(ring_.next(), batch.first + config_.batch_max);
    for (std::uint64_t n = batch.first; n < batch.end; ++n) {
        pack(*ring_.at(n), batch.packed);
    }
    return batch;
}

Task<Result<void>> RecordStore::write_batch(Batch batch) {
    const auto offset = std::make_shared<std::optional<std::uint64_t>>(row_offset_);  // both sides'
    sql::Work work = [offset,
                      batch = std::move(batch),
                      kept = config_.kept_on_disk](sql::Session& session) -> Result<void> {
        RecordRows rows{session};
        if (!*offset) {
            LAMBENT_TRY(const std::uint64_t last, rows.last_sequence());
            *offset = last + 1 - kFirst;
        }
        const std::uint64_t end = **offset + batch.end;
        LAMBENT_TRY(rows.insert(**offset + batch.first, end - 1, batch.packed));
        return end > kept ? rows.remove_before(end - kept) : Result<void>();
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    row_offset_ = *offset;
    co_return Result<void>();
}

}  // namespace lambent::scheduler
