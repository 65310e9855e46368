#include "triggers/queue/duplicates.h"

namespace lambent::triggers {

std::optional<Duplicates::Original> Duplicates::find(const std::string& key, std::int64_t now_ms) {
    forget(now_ms);
    const auto found = originals_.find(key);
    if (found == originals_.end()) {
        return std::nullopt;
    }
    const std::int64_t until_ms = found->second.until_ms;
    const bool counts = now_ms < until_ms && until_ms <= now_ms + kRememberedMs + kSetBackMs;
    return counts ? std::optional(found->second) : std::nullopt;
}

void Duplicates::add(std::string key, Original original) {
    ends_.emplace_back(original.until_ms, key);
    originals_.insert_or_assign(std::move(key), std::move(original));
}

void Duplicates::forget(std::int64_t now_ms) {
    while (!ends_.empty() && ends_.front().first <= now_ms) {
        const auto found = originals_.find(ends_.front().second);
        if (found != originals_.end() && found->second.until_ms <= now_ms) {
            originals_.erase(found);
        }
        ends_.pop_front();
    }
}

}  // namespace lambent::triggers
