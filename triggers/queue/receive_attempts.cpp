#include "triggers/queue/receive_attempts.h"

namespace lambent::triggers {

ReceiveAttempts::Deliveries ReceiveAttempts::find(const std::string& id, std::int64_t now_ms) {
    while (!ends_.empty() && ends_.front().first <= now_ms) {
        const auto found = attempts_.find(ends_.front().second);
        if (found != attempts_.end() && found->second.first <= now_ms) {
            attempts_.erase(found);
        }
        ends_.pop_front();
    }
    const auto found = attempts_.find(id);
    return found == attempts_.end() ? Deliveries() : found->second.second;
}

void ReceiveAttempts::add(const std::string& id, Deliveries deliveries, std::int64_t now_ms) {
    const std::int64_t until = now_ms + kRememberedMs;
    attempts_.insert_or_assign(id, std::pair(until, std::move(deliveries)));
    ends_.emplace_back(until, id);
}

}  // namespace lambent::triggers
