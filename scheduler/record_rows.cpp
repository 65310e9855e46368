#include "scheduler/record_rows.h"

#include "scheduler/packed_records.h"

#include <algorithm>
#include <utility>

namespace lambent::scheduler {
namespace {

// A row for each record; what databases of that time hold is let go.
constexpr char kRowEach[] = "CREATE TABLE invocation_record (sequence BIGINT PRIMARY KEY)";

constexpr char kBatches[] = R"(
DROP TABLE invocation_record;
CREATE TABLE record_batch (
    last_sequence BIGINT PRIMARY KEY,
    first_sequence BIGINT NOT NULL,
    records BLOB NOT NULL
)
)";

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

// The newest batch with a record numbered below `before`, or no row.
constexpr std::string_view kNextBatch =
    "SELECT first_sequence, records FROM record_batch WHERE first_sequence < $1"
    " ORDER BY last_sequence DESC LIMIT 1";

}  // namespace

std::vector<sql::Migration> RecordRows::migrations() {
    return {{"scheduler.records", 1, kRowEach}, {"scheduler.records", 2, kBatches}};
}

Result<std::uint64_t> RecordRows::last_sequence() {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT last_sequence FROM record_batch ORDER BY last_sequence DESC LIMIT 1")
    );
    return found.rows.empty() ? 0 : static_cast<std::uint64_t>(sql::as_int(found.rows[0][0]));
}

Result<void> RecordRows::insert(std::uint64_t first, std::uint64_t last, std::string packed) {
    std::vector<sql::Value> values = {number(last), number(first), sql::Blob{std::move(packed)}};
    LAMBENT_TRY(session.run("INSERT INTO record_batch VALUES ($1, $2, $3)", std::move(values)));
    return {};
}

Result<void> RecordRows::remove_before(std::uint64_t sequence) {
    LAMBENT_TRY(session.run("DELETE FROM record_batch WHERE last_sequence < $1", {number(sequence)})
    );
    return {};
}

Result<std::vector<InvocationRecord>> RecordRows::recent(
    const RecordQuery& query, std::uint64_t before
) {
    std::vector<InvocationRecord> found;
    while (found.size() < query.limit) {
        LAMBENT_TRY(const sql::Rows next, session.run(kNextBatch, {number(before)}));
        if (next.rows.empty()) {
            break;
        }
        const auto first = static_cast<std::uint64_t>(sql::as_int(next.rows[0][0]));
        LAMBENT_TRY(
            std::vector<InvocationRecord> batch, unpack_records(sql::as_blob(next.rows[0][1]))
        );
        batch.resize(std::min<std::uint64_t>(batch.size(), before - first));
        for (auto one = batch.rbegin(); one != batch.rend() && found.size() < query.limit; ++one) {
            if (query.matches(*one)) {
                found.push_back(std::move(*one));
            }
        }
        before = first;
    }
    return found;
}

}  // namespace lambent::scheduler
