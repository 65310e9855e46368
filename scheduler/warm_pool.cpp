#include "scheduler/warm_pool.h"

#include "base/result.h"

#include <algorithm>

namespace lambent::scheduler {

bool same_revision(const runtime::FunctionPtr& one, const runtime::FunctionPtr& other) {
    return one == other ||
           (one && other && one->name == other->name && one->revision_id == other->revision_id);
}

void WarmPool::put(EnvironmentId id, const runtime::FunctionPtr& function, SteadyTime now) {
    const auto age = ages_.insert(ages_.end(), id);
    if (unreported_ == ages_.end()) {
        unreported_ = age;
    }
    const bool added = entries_.emplace(id, Entry{function, now, age}).second;
    LAMBENT_ASSERT(added);
    by_function_[function->name].push_back(id);
}

std::optional<EnvironmentId> WarmPool::take(const runtime::FunctionPtr& function) {
    const auto found = by_function_.find(function->name);
    if (found == by_function_.end() || found->second.empty()) {
        return std::nullopt;
    }
    const EnvironmentId id = found->second.back();
    if (!same_revision(entries_.at(id).function, function)) {
        return std::nullopt;
    }
    found->second.pop_back();  // keeps its capacity: a busy function fills it again
    drop(id);
    return id;
}

void WarmPool::drop(EnvironmentId id) {
    const auto found = entries_.find(id);
    if (unreported_ == found->second.age) {
        ++unreported_;
    }
    ages_.erase(found->second.age);
    entries_.erase(found);
}

bool WarmPool::remove(EnvironmentId id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) {
        return false;
    }
    const auto list = by_function_.find(found->second.function->name);
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
    return evicted;
}

std::vector<EnvironmentId> WarmPool::evict_stale(const runtime::FunctionPtr& current) {
    std::vector<EnvironmentId> stale;
    if (const auto found = by_function_.find(current->name); found != by_function_.end()) {
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
    while (!ages_.empty() && entries_.at(ages_.front()).since + limits_.idle_expiry <= now) {
        expired.push_back(ages_.front());
        remove(ages_.front());
    }
    return expired;
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
    if (ages_.empty()) {
        return std::nullopt;
    }
    SteadyTime due = entries_.at(ages_.front()).since + limits_.idle_expiry;
    if (Ages::const_iterator(unreported_) != ages_.end()) {
        due = std::min(due, entries_.at(*unreported_).since + limits_.freeze_after);
    }
    return due;
}

}  // namespace lambent::scheduler
