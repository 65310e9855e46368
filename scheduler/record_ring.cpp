#include "scheduler/record_ring.h"

namespace lambent::scheduler {

std::uint64_t RecordRing::add(const InvocationRecord& record) {
    const std::size_t place = next_ % capacity_;
    if (slots_.size() <= place) {
        slots_.resize(place + 1);
    }
    slots_[place] = record;
    return next_++;
}

InvocationRecord* RecordRing::at(std::uint64_t sequence) {
    const bool held = sequence >= oldest() && sequence < next_;
    return held ? &slots_[sequence % capacity_] : nullptr;
}

std::vector<InvocationRecord> RecordRing::recent(const RecordQuery& query) const {
    std::vector<InvocationRecord> found;
    for (std::uint64_t s = next_; s > oldest() && found.size() < query.limit; --s) {
        if (query.matches(slot(s - 1))) {
            found.push_back(slot(s - 1));
        }
    }
    return found;
}

}  // namespace lambent::scheduler
