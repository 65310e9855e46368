#include "scheduler/record_rows.h"

#include <array>
#include <utility>

namespace lambent::scheduler {
namespace {

using runtime::OutcomeKind;
using std::chrono::microseconds;

constexpr char kSchema[] = R"(
CREATE TABLE invocation_record (
    sequence BIGINT PRIMARY KEY,
    request_id TEXT NOT NULL,
    function TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    log_stream TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error_type TEXT NOT NULL,
    memory_mb BIGINT NOT NULL,
    memory_peak_bytes BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    init_duration_us BIGINT NOT NULL,
    billed_ms BIGINT NOT NULL,
    gb_seconds DOUBLE PRECISION NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    queue_wait_us BIGINT NOT NULL,
    admission_us BIGINT NOT NULL,
    cell_claim_us BIGINT NOT NULL,
    mount_and_limits_us BIGINT NOT NULL,
    runtime_boot_us BIGINT NOT NULL,
    extension_init_us BIGINT NOT NULL,
    function_init_us BIGINT NOT NULL,
    handler_us BIGINT NOT NULL,
    response_transfer_us BIGINT NOT NULL,
    freeze_us BIGINT NOT NULL
);
CREATE INDEX invocation_record_function ON invocation_record (function, sequence);
CREATE INDEX invocation_record_request ON invocation_record (request_id, sequence)
)";

constexpr std::string_view kInsert =
    "INSERT INTO invocation_record VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
    " $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)";

// In the order of the columns.
constexpr std::array kPhases = {
    &Phases::queue_wait,
    &Phases::admission,
    &Phases::cell_claim,
    &Phases::mount_and_limits,
    &Phases::runtime_boot,
    &Phases::extension_init,
    &Phases::function_init,
    &Phases::handler,
    &Phases::response_transfer,
    &Phases::freeze,
};
constexpr std::size_t kFirstPhase = 16;

constexpr std::array kOutcomes = {
    OutcomeKind::kSuccess,
    OutcomeKind::kFunctionError,
    OutcomeKind::kTimeout,
    OutcomeKind::kOutOfMemory,
    OutcomeKind::kExited,
    OutcomeKind::kTooLarge,
};

OutcomeKind outcome_named(const std::string& name) {
    for (const OutcomeKind kind : kOutcomes) {
        if (runtime::to_string(kind) == name) {
            return kind;
        }
    }
    return OutcomeKind::kExited;
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::vector<sql::Value> values_of(std::uint64_t sequence, const InvocationRecord& record) {
    std::vector<sql::Value> values = {
        number(sequence),
        record.request_id,
        record.function,
        record.revision_id,
        record.log_stream,
        record.started_ms,
        std::string(to_string(record.source)),
        std::string(runtime::to_string(record.outcome)),
        record.error_type,
        std::int64_t{record.memory_mb},
        number(record.memory_peak_bytes),
        std::int64_t{record.duration.count()},
        std::int64_t{record.init_duration.count()},
        record.billed_ms,
        record.gb_seconds,
        record.cost_usd,
    };
    for (const auto phase : kPhases) {
        values.emplace_back(std::int64_t{(record.phases.*phase).count()});
    }
    return values;
}

InvocationRecord record_of(const sql::Row& row) {
    InvocationRecord record;
    record.request_id = sql::as_text(row[1]);
    record.function = sql::as_text(row[2]);
    record.revision_id = sql::as_text(row[3]);
    record.log_stream = sql::as_text(row[4]);
    record.started_ms = sql::as_int(row[5]);
    record.source = start_source_named(sql::as_text(row[6]));
    record.outcome = outcome_named(sql::as_text(row[7]));
    record.error_type = sql::as_text(row[8]);
    record.memory_mb = static_cast<std::uint32_t>(sql::as_int(row[9]));
    record.memory_peak_bytes = static_cast<std::uint64_t>(sql::as_int(row[10]));
    record.duration = microseconds(sql::as_int(row[11]));
    record.init_duration = microseconds(sql::as_int(row[12]));
    record.billed_ms = sql::as_int(row[13]);
    record.gb_seconds = sql::as_double(row[14]);
    record.cost_usd = sql::as_double(row[15]);
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        record.phases.*kPhases[i] = microseconds(sql::as_int(row[kFirstPhase + i]));
    }
    return record;
}

}  // namespace

std::vector<sql::Migration> RecordRows::migrations() {
    return {{"scheduler.records", 1, kSchema}};
}

Result<std::uint64_t> RecordRows::last_sequence() {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT sequence FROM invocation_record ORDER BY sequence DESC LIMIT 1")
    );
    return found.rows.empty() ? 0 : static_cast<std::uint64_t>(sql::as_int(found.rows[0][0]));
}

Result<void> RecordRows::insert(std::uint64_t sequence, const InvocationRecord& record) {
    LAMBENT_TRY(session.run(kInsert, values_of(sequence, record)));
    return {};
}

Result<void> RecordRows::remove_before(std::uint64_t sequence) {
    LAMBENT_TRY(session.run("DELETE FROM invocation_record WHERE sequence < $1", {number(sequence)})
    );
    return {};
}

Result<std::vector<InvocationRecord>> RecordRows::recent(
    const RecordQuery& query, std::uint64_t before
) {
    std::string statement = "SELECT * FROM invocation_record WHERE sequence < $1";
    std::vector<sql::Value> parameters = {number(before), number(query.limit)};
    const auto restrict_to = [&](const char* column, const std::string& value) {
        if (!value.empty()) {
            parameters.emplace_back(value);
            statement += std::string(" AND ") + column + " = $" + std::to_string(parameters.size());
        }
    };
    restrict_to("function", query.function);
    restrict_to("request_id", query.request_id);
    statement += " ORDER BY sequence DESC LIMIT $2";
    LAMBENT_TRY(const sql::Rows found, session.run(statement, std::move(parameters)));
    std::vector<InvocationRecord> records;
    records.reserve(found.rows.size());
    for (const sql::Row& row : found.rows) {
        records.push_back(record_of(row));
    }
    return records;
}

}  // namespace lambent::scheduler
