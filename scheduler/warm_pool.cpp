#include "scheduler/warm_pool.h"

#include "base/result.h"

#include <algorithm>

namespace lambent::scheduler {

bool same_revision(const runtime::FunctionPtr& one, const runtime::FunctionPtr& other) {
    return one == other ||
           (one && other && one->name == other->name && one->revision_id == other->revision_id);
}

WarmPool::WarmPool(Limits limits) : WarmPool(limits, make_idle_policy(limits.keep_alive)) {}

WarmPool::WarmPool(Limits limits, std::unique_ptr<IdlePolicy> policy)
    : limits_(std::move(limits)), policy_(std::move(policy)) {}

void WarmPool::put(EnvironmentId id, const runtime::FunctionPtr& function, SteadyTime now) {
    const IdlePlan plan = policy_->idle(function->key(), now);
    if (plan.prewarm) {
        const auto added =
            prewarms_.emplace(plan.prewarm->at, DuePrewarm{function->key(), plan.prewarm->keep});
        prewarms_by_function_[function->key()].push_back(added);
    }
    add(id, function, plan.keep, now);
}

void WarmPool::put_prewarmed(
    EnvironmentId id,
    const runtime::FunctionPtr& function,
    std::chrono::milliseconds keep,
    SteadyTime now
) {
    add(id, function, keep, now);
}

void WarmPool::add(
    EnvironmentId id,
    const runtime::FunctionPtr& function,
    std::chrono::milliseconds keep,
    SteadyTime now
) {
    const auto age = ages_.insert(ages_.end(), id);
    if (unreported_ == ages_.end()) {
        unreported_ = age;
    }
    // Most environments expire later than all others: found without a search.
    const auto expiry = keep == IdlePlan::kForever
                            ? expiries_.end()
                            : expiries_.emplace_hint(expiries_.end(), now + keep, id);
    const bool added = entries_.emplace(id, Entry{function, now, age, expiry}).second;
    LAMBENT_ASSERT(added);
    memory_mb_ += function->memory_mb;
    by_function_[function->key()].push_back(id);
}

std::optional<EnvironmentId> WarmPool::take(const runtime::FunctionPtr& function, SteadyTime now) {
    const auto found = by_function_.find(function->key());
    if (found == by_function_.end() || found->second.empty()) {
        return std::nullopt;
    }
    const EnvironmentId id = found->second.back();
    if (!same_revision(entries_.at(id).function, function)) {
        return std::nullopt;
    }
    found->second.pop_back();  // keeps its capacity: a busy function fills it again
    drop(id);
    policy_->called(function->key(), now);
    return id;
}

bool WarmPool::holds(const std::string& function) const {
    const auto found = by_function_.find(function);
    return found != by_function_.end() && !found->second.empty();
}

void WarmPool::missed(const std::string& function, SteadyTime now) {
    policy_->called(function, now);
    const auto found = prewarms_by_function_.find(function);
    if (found != prewarms_by_function_.end()) {
        prewarms_.erase(found->second.back());
        found->second.pop_back();
        if (found->second.empty()) {
            prewarms_by_function_.erase(found);
        }
    }
}

void WarmPool::drop(EnvironmentId id) {
    const auto found = entries_.find(id);
    if (unreported_ == found->second.age) {
        ++unreported_;
    }
    ages_.erase(found->second.age);
    if (found->second.expiry != expiries_.end()) {
        expiries_.erase(found->second.expiry);
    }
    memory_mb_ -= found->second.function->memory_mb;
    entries_.erase(found);
}

bool WarmPool::remove(EnvironmentId id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
        return false;
    }
    const auto list = by_function_.find(found->second.function->key());
    std::erase(list->second, id);
    if (list->second.empty()) {
        by_function_.erase(list);
    }
    drop(id);
    return true;
}

std::optional<EnvironmentId> WarmPool::evict_longest_idle() {
    if (ages_.empty()) {
        return std::nullopt;
    }
    const EnvironmentId id = ages_.front();
    remove(id);
    return id;
}

std::vector<EnvironmentId> WarmPool::evict_all(const std::string& function) {
    std::vector<EnvironmentId> evicted;
    if (const auto found = by_function_.find(function); found != by_function_.end()) {
        evicted = std::move(found->second);
        by_function_.erase(found);
    }
    std::for_each(evicted.begin(), evicted.end(), [this](EnvironmentId id) { drop(id); });
    cancel_prewarms(function);
    return evicted;
}

std::vector<EnvironmentId> WarmPool::forget(const std::string& function) {
    policy_->forget(function);
    return evict_all(function);
}

void WarmPool::cancel_prewarms(const std::string& function) {
    if (const auto found = prewarms_by_function_.find(function);
        found != prewarms_by_function_.end()) {
        for (const Prewarms::iterator prewarm : found->second) {
            prewarms_.erase(prewarm);
        }
        prewarms_by_function_.erase(found);
    }
}

std::vector<EnvironmentId> WarmPool::evict_stale(const runtime::FunctionPtr& current) {
    std::vector<EnvironmentId> stale;
    if (const auto found = by_function_.find(current->key()); found != by_function_.end()) {
        const auto is_stale = [&](EnvironmentId id) {
            return !same_revision(entries_.at(id).function, current);
        };
        std::copy_if(
            found->second.begin(), found->second.end(), std::back_inserter(stale), is_stale
        );
    }
    std::for_each(stale.begin(), stale.end(), [this](EnvironmentId id) { remove(id); });
    return stale;
}

std::vector<EnvironmentId> WarmPool::evict_expired(SteadyTime now) {
    std::vector<EnvironmentId> expired;
    while (!expiries_.empty() && expiries_.begin()->first <= now) {
        expired.push_back(expiries_.begin()->second);
        remove(expired.back());
    }
    while (memory_mb_ > policy_->idle_memory_max_mb()) {
        expired.push_back(ages_.front());
        remove(expired.back());
    }
    return expired;
}

std::optional<WarmPool::DuePrewarm> WarmPool::take_due_prewarm(SteadyTime now) {
    const auto next = prewarms_.begin();
    if (next == prewarms_.end() || next->first > now) {
        return std::nullopt;
    }
    DuePrewarm due = std::move(next->second);
    const auto of_function = prewarms_by_function_.find(due.function);
    std::erase(of_function->second, next);
    if (of_function->second.empty()) {
        prewarms_by_function_.erase(of_function);
    }
    prewarms_.erase(next);
    return due;
}

std::optional<SteadyTime> WarmPool::next_prewarm() const {
    return prewarms_.empty() ? std::nullopt : std::optional(prewarms_.begin()->first);
}

std::vector<EnvironmentId> WarmPool::due_to_freeze(SteadyTime now) {
    std::vector<EnvironmentId> due;
    while (unreported_ != ages_.end() &&
           entries_.at(*unreported_).since + limits_.freeze_after <= now) {
        due.push_back(*unreported_);
        ++unreported_;
    }
    return due;
}

std::optional<SteadyTime> WarmPool::next_due() const {
    std::optional<SteadyTime> due;
    if (!expiries_.empty()) {
        due = expiries_.begin()->first;
    }
    if (Ages::const_iterator(unreported_) != ages_.end()) {
        const SteadyTime freeze = entries_.at(*unreported_).since + limits_.freeze_after;
        due = due ? std::min(*due, freeze) : freeze;
    }
    return due;
}

}  // namespace lambent::scheduler
