#include "base/result.h"
#include "scheduler/dispatch.h"

#include <algorithm>

// The half of Dispatch that decides who boots and who may wait for memory.
namespace lambent::scheduler {

DispatchLimits DispatchLimits::of(const SchedulerConfig& config) {
    DispatchLimits limits;
    limits.boots_max = config.boots_max;
    limits.memory_budget_mb = config.memory_budget_mb;
    limits.memory_overlap_mb = config.memory_budget_mb / 4;
    limits.capacity_wait = config.capacity_wait;
    limits.pool.keep_alive = config.keep_alive;
    limits.waiting_min = config.waiting_min;
    limits.scaling = {
        static_cast<double>(config.scaling_per_second), static_cast<double>(config.scaling_burst)};
    limits.pool.freeze_after = config.freeze_after;
    return limits;
}

// Behind each environment as many calls may wait as it serves soon, and one at least: a call that
// waits behind one other takes twice as long. One that waits for a boot starts something that
// serves others after it. A function whose calls were never timed is given the benefit of the
// doubt.
std::size_t Dispatch::waiting_max(const PerFunction& per) const {
    constexpr std::size_t kPerBoot = 4;
    constexpr std::size_t kPerEnvironmentMax = 64;
    constexpr std::size_t kFew = 8;
    constexpr std::chrono::nanoseconds kSoon = std::chrono::milliseconds(25);
    const std::uint64_t kept_mb = memory_used_mb_ - memory_closing_mb_ - memory_idle_mb_;
    const std::uint64_t room_mb =
        limits_.memory_budget_mb - std::min(kept_mb, limits_.memory_budget_mb);
    const std::size_t bootable = room_mb / std::max<std::uint64_t>(charge_of(*per.current), 1);
    const std::size_t for_boots = kPerBoot * (per.starting + bootable);
    const std::size_t booted = per.environments - per.starting;
    const std::chrono::nanoseconds call_time = per.free_or_boot.call_time();
    if (call_time.count() <= 0) {
        return std::max(limits_.waiting_min, booted + for_boots);
    }
    const auto served_soon = static_cast<std::size_t>(kSoon / call_time);
    const std::size_t each = std::clamp<std::size_t>(served_soon, 1, kPerEnvironmentMax);
    return std::max(std::min(limits_.waiting_min, kFew), booted * each + for_boots);
}

void Dispatch::queue_for_boot(const std::string& name, PerFunction& per) {
    if (!per.wants_boot && per.uncovered() > 0) {
        per.wants_boot = true;
        boot_turns_.push_back(name);
    }
}

// What made room is closed when the boot for which it did is over, most likely: the end of a
// process keeps a processor busy for as long as a start from a stem takes. Not when memory is
// short.
void Dispatch::start_boots() {
    constexpr std::chrono::milliseconds kAfterBoot(15);
    if (!start_awaited_boots()) {
        return;
    }
    start_provisions();
    if (!replaced_.empty() && !replaced_due_) {
        replaced_due_ = now_ + kAfterBoot;
    }
}

void Dispatch::close_replaced() {
    replaced_due_.reset();
    for (const EnvironmentId id : std::exchange(replaced_, {})) {
        actions_.emplace_back(Close{id});
    }
}

// One boot per turn, function after function, so that a burst of one does not hold up the others.
// A function whose memory will be free as soon as idle environments are closed keeps its turn; one
// that has to wait for running calls lets others pass. False when memory is being made free, which
// is nobody else's.
bool Dispatch::start_awaited_boots() {
    auto turn = boot_turns_.begin();
    while (turn != boot_turns_.end() && boots_ < limits_.boots_max) {
        PerFunction& per = functions_.at(*turn);
        if (per.uncovered() == 0) {
            per.wants_boot = false;
            turn = boot_turns_.erase(turn);
            continue;
        }
        const Room room = make_room(charge_of(*per.current));
        if (room == Room::kAfterEviction) {
            return false;
        }
        if (room == Room::kNone) {
            ++turn;
            continue;
        }
        if (!per.scaling.take(now_)) {
            refuse_uncovered(per, RefusalReason::kScalingRate);
            continue;
        }
        start_boot(per, BootReason::kCall, std::nullopt);
        const auto done = turn++;
        boot_turns_.splice(boot_turns_.end(), boot_turns_, done);
        if (turn == boot_turns_.end()) {
            turn = done;
        }
    }
    return true;
}

void Dispatch::refuse_uncovered(PerFunction& per, RefusalReason reason) {
    for (std::size_t left = per.uncovered(); left > 0; --left) {
        actions_.emplace_back(Refuse{per.waiters.back().call, reason});
        per.waiters.pop_back();
    }
}

// Ahead of calls that may come: after those that wait, and only into memory that is free.
void Dispatch::start_prewarms(SteadyTime now) {
    while (boots_ < limits_.boots_max) {
        const auto due = pool_.take_due_prewarm(now);
        if (!due) {
            return;
        }
        const auto found = functions_.find(due->function);
        if (found == functions_.end()) {
            continue;
        }
        PerFunction& per = found->second;
        if (memory_used_mb_ + charge_of(*per.current) <= limits_.memory_budget_mb) {
            start_boot(per, BootReason::kPrewarm, due->keep);
        }
    }
}

void Dispatch::start_boot(
    PerFunction& per, BootReason reason, std::optional<std::chrono::milliseconds> prewarmed_for
) {
    const EnvironmentId id = ++last_id_;
    const std::uint64_t memory_mb = charge_of(*per.current);
    Node node{EnvironmentState::kStarting, per.current, memory_mb, prewarmed_for, now_, false, {}};
    node.provisioned = reason == BootReason::kProvision;
    environments_.emplace(id, std::move(node));
    const bool for_call = reason == BootReason::kCall && per.uncovered() > 0;
    const auto start = for_call ? per.waiters[per.covered()].start : StartPreference::kAny;
    per.starting += 1;
    per.environments += 1;
    boots_ += 1;
    memory_used_mb_ += memory_mb;
    actions_.emplace_back(StartBoot{id, per.current, reason, start});
}

// A function larger than the whole budget is charged the budget: it runs when nothing else does.
std::uint64_t Dispatch::charge_of(const runtime::Function& function) const {
    return std::min<std::uint64_t>(function.memory_mb, limits_.memory_budget_mb);
}

// Evicts only when that makes enough room. What is evicted takes milliseconds to end; a little of
// its memory may be promised again meanwhile.
Dispatch::Room Dispatch::make_room(std::uint64_t memory_mb) {
    if (memory_used_mb_ + memory_mb <= limits_.memory_budget_mb) {
        return Room::kFits;
    }
    const std::uint64_t kept_mb = memory_used_mb_ - memory_closing_mb_;
    if (kept_mb - memory_idle_mb_ + memory_mb > limits_.memory_budget_mb) {
        return Room::kNone;
    }
    while (memory_used_mb_ - memory_closing_mb_ + memory_mb > limits_.memory_budget_mb) {
        const std::optional<EnvironmentId> longest_idle = pool_.evict_longest_idle();
        LAMBENT_ASSERT(longest_idle.has_value());
        move(*longest_idle, EnvironmentEvent::kDiscarded);
        replaced_.push_back(*longest_idle);
    }
    const std::uint64_t then_mb = memory_used_mb_ + memory_mb;
    const std::uint64_t over_mb = then_mb - std::min(then_mb, limits_.memory_budget_mb);
    if (over_mb <= limits_.memory_overlap_mb) {
        return Room::kFits;
    }
    close_replaced();
    return Room::kAfterEviction;
}

}  // namespace lambent::scheduler
