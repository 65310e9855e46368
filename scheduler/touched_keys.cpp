#include "scheduler/touched_keys.h"

namespace lambent::scheduler {

void TouchedKeys::add(const std::string& key) {
    const std::lock_guard guard(mutex_);
    keys_[key] = wake_ups_;
    added_ += 1;
}

std::vector<std::string> TouchedKeys::to_wake() {
    const std::lock_guard guard(mutex_);
    wake_ups_ += 1;
    std::erase_if(keys_, [this](const auto& entry) {
        return entry.second + kWakeUpsKept < wake_ups_;
    });
    std::vector<std::string> keys;
    keys.reserve(keys_.size());
    for (const auto& [key, at] : keys_) {
        keys.push_back(key);
    }
    return keys;
}

std::uint64_t TouchedKeys::count() const {
    const std::lock_guard guard(mutex_);
    return added_;
}

}  // namespace lambent::scheduler
