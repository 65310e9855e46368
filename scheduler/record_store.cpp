#include "scheduler/record_store.h"

namespace lambent::scheduler {

void RecordStore::note_freeze(std::uint64_t sequence, std::chrono::microseconds took) {
    if (InvocationRecord* record = ring_.at(sequence)) {
        record->phases.freeze = took;
    }
}

Task<Result<std::vector<InvocationRecord>>> RecordStore::recent(
    std::string function, std::size_t limit
) {
    co_return ring_.recent(function, limit);
}

Task<Result<std::optional<InvocationRecord>>> RecordStore::find(std::string request_id) {
    const InvocationRecord* found = ring_.find(request_id);
    co_return found != nullptr ? std::optional(*found) : std::nullopt;
}

}  // namespace lambent::scheduler
