#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "scheduler/invocation.h"
#include "scheduler/record_ring.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// What invocations did, took and cost. Adding a record is a copy into memory. Owned by the
// composition root; event loop's thread only.
class RecordStore {
  public:
    explicit RecordStore(std::size_t capacity = 10'000) : ring_(capacity, 1) {}

    std::uint64_t add(const InvocationRecord& record) { return ring_.add(record); }
    // The environment was frozen after the invocation of that record.
    void note_freeze(std::uint64_t sequence, std::chrono::microseconds took);

    // Newest first; an empty function means all of them.
    Task<Result<std::vector<InvocationRecord>>> recent(std::string function, std::size_t limit);
    Task<Result<std::optional<InvocationRecord>>> find(std::string request_id);

  private:
    RecordRing ring_;
};

}  // namespace lambent::scheduler
