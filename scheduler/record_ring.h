#pragma once

#include "scheduler/invocation.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lambent::scheduler {

// Which records are asked for; what is empty does not restrict.
struct RecordQuery {
    std::string function;
    std::string request_id;  // attempts of an async event share theirs
    std::size_t limit = 100;

    bool matches(const InvocationRecord& record) const {
        return (function.empty() || record.function == function) &&
               (request_id.empty() || record.request_id == request_id);
    }
};

// The last invocation records, by running number. Pure. A full ring overwrites its oldest record
// and reuses its memory. Owned by the RecordStore.
class RecordRing {
  public:
    // `next_sequence` is the number of the first record.
    RecordRing(std::size_t capacity, std::uint64_t next_sequence)
        : capacity_(capacity), first_(next_sequence), next_(next_sequence) {}

    std::uint64_t add(const InvocationRecord& record);
    // Null when it has been overwritten.
    InvocationRecord* at(std::uint64_t sequence);

    // The newest that match, newest first.
    std::vector<InvocationRecord> recent(const RecordQuery& query) const;

    std::uint64_t oldest() const { return next_ - first_ > capacity_ ? next_ - capacity_ : first_; }
    std::uint64_t next() const { return next_; }

  private:
    const InvocationRecord& slot(std::uint64_t sequence) const {
        return slots_[sequence % capacity_];
    }

    std::size_t capacity_;
    std::uint64_t first_;
    std::uint64_t next_;
    std::vector<InvocationRecord> slots_;
};

}  // namespace lambent::scheduler
