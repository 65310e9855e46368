#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/invocation.h"
#include "scheduler/record_ring.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::scheduler {

// The rows of invocation records, by running number, inside a transaction of the caller's.
struct RecordRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    Result<std::uint64_t> last_sequence();  // zero when there is none
    Result<void> insert(std::uint64_t sequence, const InvocationRecord& record);
    Result<void> remove_before(std::uint64_t sequence);
    // Newest first, of those numbered below `before`.
    Result<std::vector<InvocationRecord>> recent(const RecordQuery& query, std::uint64_t before);
};

}  // namespace lambent::scheduler
