#pragma once

#include "base/clock.h"
#include "runtime/functions/function.h"
#include "scheduler/environment_fsm.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lambent::scheduler {

// Whether two descriptions of a function are the same code and configuration.
bool same_revision(const runtime::FunctionPtr& one, const runtime::FunctionPtr& other);

// Which idle environment to use next and which to let go. Pure: it holds ids, never environments,
// and is told the time. The most recently used one of a function is taken first, so that the others
// grow old and expire; the one idle for longest over all functions is the first to be evicted.
// Owned by Dispatch.
class WarmPool {
  public:
    struct Limits {
        std::chrono::milliseconds idle_expiry{std::chrono::minutes(10)};
        std::chrono::milliseconds freeze_after{100};
    };
    explicit WarmPool(Limits limits) : limits_(limits) {}

    // `now` never runs backwards between calls.
    void put(EnvironmentId id, const runtime::FunctionPtr& function, SteadyTime now);
    // The most recently used environment of exactly this revision.
    std::optional<EnvironmentId> take(const runtime::FunctionPtr& function);
    // Takes one out wherever it stands; false when it is not here.
    bool remove(EnvironmentId id);

    std::optional<EnvironmentId> evict_longest_idle();
    std::vector<EnvironmentId> evict_all(const std::string& function);
    // Environments of `current`'s function that are of another revision.
    std::vector<EnvironmentId> evict_stale(const runtime::FunctionPtr& current);
    std::vector<EnvironmentId> evict_expired(SteadyTime now);

    // Those idle for long enough to freeze that were not reported before.
    std::vector<EnvironmentId> due_to_freeze(SteadyTime now);
    // When evict_expired or due_to_freeze has something to say.
    std::optional<SteadyTime> next_due() const;

    std::size_t size() const { return entries_.size(); }

  private:
    using Ages = std::list<EnvironmentId>;
    struct Entry {
        runtime::FunctionPtr function;
        SteadyTime since;
        Ages::iterator age;
    };

    void drop(EnvironmentId id);

    Limits limits_;
    std::unordered_map<EnvironmentId, Entry> entries_;
    std::unordered_map<std::string, std::vector<EnvironmentId>> by_function_;  // newest last
    Ages ages_;                                                                // longest idle first
    // The first of ages_ that was not reported to freeze; those before it all were.
    Ages::iterator unreported_ = ages_.end();
};

}  // namespace lambent::scheduler
