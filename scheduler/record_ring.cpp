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

std::vector<InvocationRecord> RecordRing::recent(const std::string& function, std::size_t limit)
    const {
    std::vector<InvocationRecord> found;
    for (std::uint64_t s = next_; s > oldest() && found.size() < limit; --s) {
        const InvocationRecord& record = slot(s - 1);
        if (function.empty() || record.function == function) {
            found.push_back(record);
        }
    }
    return found;
}

const InvocationRecord* RecordRing::find(const std::string& request_id) const {
    for (std::uint64_t s = next_; s > oldest(); --s) {
        if (slot(s - 1).request_id == request_id) {
            return &slot(s - 1);
        }
    }
    return nullptr;
}

}  // namespace lambent::scheduler
