#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "runtime/logs/log_batch.h"
#include "runtime/logs/log_pattern.h"
#include "runtime/logs/log_store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::runtime {

// Log groups, streams and batches as rows. A batch is one row per stream and flush: its packed
// lines, and what a search needs to leave it alone. Ids are given out by the store.
std::vector<sql::Migration> log_migrations();

struct LogGroupRow {
    std::int64_t id = 0;
    LogGroup group;
};

struct LogTotals {
    std::vector<LogGroupRow> groups;
    std::int64_t last_id = 0;  // of groups and streams
    std::uint64_t last_sequence = 0;
};
Result<LogTotals> read_log_totals(sql::Session& session);

Result<void> insert_log_group(sql::Session& session, const LogGroupRow& group);
Result<void> delete_log_group(sql::Session& session, std::int64_t group_id);

struct LogBatchRow {
    std::int64_t group_id = 0;
    std::int64_t stream_id = 0;  // proposed; a stream of that name that is there keeps its own
    std::string stream;
    std::int64_t stream_created_ms = 0;
    LogBatch batch;
};
Result<void> insert_log_batch(sql::Session& session, const LogBatchRow& row);

struct RemovedBytes {
    std::int64_t group_id = 0;
    std::uint64_t bytes = 0;
};
// Removes the oldest batches of each group until it has lost what is wanted of it, and streams that
// are empty then. What each has lost, which is a part of a batch more.
Result<std::vector<RemovedBytes>> remove_oldest_logs(
    sql::Session& session, const std::vector<RemovedBytes>& wanted
);

Result<std::vector<LogStreamInfo>> read_log_streams(sql::Session& session, std::int64_t group_id);
// The first `query.limit` matching lines by sequence, ordered by time.
Result<std::vector<LogEvent>> search_logs(
    sql::Session& session, std::int64_t group_id, const LogQuery& query, const LogPattern& pattern
);

}  // namespace lambent::runtime
