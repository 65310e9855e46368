#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/invocation.h"
#include "scheduler/record_ring.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::scheduler {

// Invocation records on disk, many to a row, by running number, inside a transaction of the
// caller's. Those of a function, or one of an id, are looked for from the newest on.
struct RecordRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    Result<std::uint64_t> last_sequence();  // zero when there is none
    // `packed` (packed_records.h) holds those numbered from `first` to `last`.
    Result<void> insert(std::uint64_t first, std::uint64_t last, std::string packed);
    // Rows whose records are all numbered below.
    Result<void> remove_before(std::uint64_t sequence);
    // Newest first, of those numbered below `before`.
    Result<std::vector<InvocationRecord>> recent(const RecordQuery& query, std::uint64_t before);
};

}  // namespace lambent::scheduler
