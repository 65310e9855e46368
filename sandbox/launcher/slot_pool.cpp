#include "sandbox/launcher/slot_pool.h"

#include "sandbox/launcher/host_state.h"

#include <algorithm>

namespace lambent::sandbox {
namespace {

// Two host users each, out of the range of one daemon.
constexpr std::uint32_t kSlotsMax = kHostUidsPerDaemon / 2;
// Emptying a used group is quicker than making one.
constexpr std::size_t kCleanGroupsMax = 32;
constexpr std::uint32_t kReadyMax = 32;

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

Result<SlotPool::Group> SlotPool::any_group() {
    while (clean_groups_.empty() && !used_groups_.empty()) {
        clean_one();
    }
    if (clean_groups_.empty()) {
        return tree_.make(prefix_ + std::to_string(groups_made_++));
    }
    Group group = std::move(clean_groups_.back());
    clean_groups_.pop_back();
    return group;
}

Result<Slot> SlotPool::make() {
    Slot slot;
    LAMBENT_TRY(slot.group, any_group());
    LAMBENT_TRY(slot.network, NetworkSlot::make());
    LAMBENT_TRY(slot.number, free_number());
    return slot;
}

Result<Slot> SlotPool::take() {
    if (ready_.empty()) {
        ready_wanted_ = std::min(kReadyMax, std::max(2 * ready_wanted_, 1U));
        return make();
    }
    Slot slot = std::move(ready_.back());
    ready_.pop_back();
    return slot;
}

void SlotPool::give_back(Slot slot) {
    numbers_.erase(slot.number);
    if (slot.group) {
        used_groups_.push_back(std::move(slot.group));
    }
}

void SlotPool::clean_one() {
    Group group = std::move(used_groups_.back());
    used_groups_.pop_back();
    if (clean_groups_.size() < kCleanGroupsMax && group->recycle()) {
        clean_groups_.push_back(std::move(group));
    }
}

// The cheapest step towards a ready slot first, each less than two milliseconds.
Result<bool> SlotPool::work_ahead() {
    const bool wanted = ready_.size() < ready_wanted_;
    if (wanted && !clean_groups_.empty()) {
        LAMBENT_TRY(make_one_ready());
        return true;
    }
    if (!used_groups_.empty()) {
        clean_one();
        return true;
    }
    if (wanted) {
        LAMBENT_TRY(Group group, any_group());
        clean_groups_.push_back(std::move(group));
    }
    return wanted;
}

Result<void> SlotPool::make_one_ready() {
    LAMBENT_TRY(Slot slot, make());
    ready_.push_back(std::move(slot));
    return {};
}

void SlotPool::clear() {
    ready_.clear();
    clean_groups_.clear();
    used_groups_.clear();
}

}  // namespace lambent::sandbox
