#include "sandbox/launcher/slot_pool.h"

#include "sandbox/launcher/host_state.h"

namespace lambent::sandbox {
namespace {

// Two host users each, out of the range of one daemon.
constexpr std::uint32_t kSlotsMax = kHostUidsPerDaemon / 2;
// Emptying a used group is quicker than making one.
constexpr std::size_t kCleanGroupsMax = 32;

}  // namespace

Result<std::uint32_t> SlotPool::free_number() {
    std::uint32_t number = 0;
    while (numbers_.contains(number)) {
        ++number;
    }
    if (number >= kSlotsMax) {
        return Error(Code::kThrottled, "cells", "there are too many cells");
    }
    numbers_.insert(number);
    return number;
}

Result<Slot> SlotPool::make() {
    Slot slot;
    if (!clean_groups_.empty()) {
        slot.group = std::move(clean_groups_.back());
        clean_groups_.pop_back();
    } else {
        const std::string name = prefix_ + std::to_string(groups_made_++);
        LAMBENT_TRY(slot.group, tree_.make(name));
    }
    LAMBENT_TRY(slot.network, NetworkSlot::make());
    LAMBENT_TRY(slot.number, free_number());
    return slot;
}

Result<Slot> SlotPool::take() {
    if (ready_.empty()) {
        return make();
    }
    Slot slot = std::move(ready_.back());
    ready_.pop_back();
    return slot;
}

void SlotPool::give_back(Slot slot) {
    numbers_.erase(slot.number);
    if (slot.group && clean_groups_.size() < kCleanGroupsMax && slot.group->recycle()) {
        clean_groups_.push_back(std::move(slot.group));
    }
}

Result<bool> SlotPool::refill_one() {
    if (ready_.size() >= ready_wanted_) {
        return false;
    }
    LAMBENT_TRY(Slot slot, make());
    ready_.push_back(std::move(slot));
    return true;
}

void SlotPool::clear() {
    ready_.clear();
    clean_groups_.clear();
}

}  // namespace lambent::sandbox
