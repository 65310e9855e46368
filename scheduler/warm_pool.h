#pragma once

#include "base/clock.h"
#include "runtime/functions/function.h"
#include "scheduler/environment_fsm.h"
#include "scheduler/policy/keep_alive.h"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// Whether two descriptions of a function are the same code and configuration.
bool same_revision(const runtime::FunctionPtr& one, const runtime::FunctionPtr& other);

// Which idle environment to use next, which to let go, and which function to boot ahead of its next
// call. Pure: it holds ids, never environments, and is told the time. The most recently used one of
// a function is taken first, so that the others grow old; how old they may grow, its IdlePolicy
// says. The one idle for longest over all functions is the first to be evicted. Owned by Dispatch.
class WarmPool {
  public:
    struct Limits {
        KeepAlive keep_alive;
        std::chrono::milliseconds freeze_after{100};
    };
    explicit WarmPool(Limits limits);
    WarmPool(Limits limits, std::unique_ptr<IdlePolicy> policy);

    // `now` never runs backwards between calls.
    void put(EnvironmentId id, const runtime::FunctionPtr& function, SteadyTime now);
    // One that was booted ahead of a call.
    void put_prewarmed(
        EnvironmentId id,
        const runtime::FunctionPtr& function,
        std::chrono::milliseconds keep,
        SteadyTime now
    );
    // The most recently used environment of exactly this revision, for a call.
    std::optional<EnvironmentId> take(const runtime::FunctionPtr& function, SteadyTime now);
    bool holds(const std::string& function) const;
    // A call of the function has to wait for an environment; it is the call for which one would
    // have been booted ahead.
    void missed(const std::string& function, SteadyTime now);
    // Takes one out wherever it stands; false when it is not here.
    bool remove(EnvironmentId id);

    std::optional<EnvironmentId> evict_longest_idle();
    std::vector<EnvironmentId> evict_all(const std::string& function);
    // The function is gone: nothing of it is left.
    std::vector<EnvironmentId> forget(const std::string& function);
    // Environments of `current`'s function that are of another revision.
    std::vector<EnvironmentId> evict_stale(const runtime::FunctionPtr& current);
    // Those that are kept no longer, and the longest idle while all take more than they may.
    std::vector<EnvironmentId> evict_expired(SteadyTime now);

    // A function that is to be booted ahead by now; each is told once.
    struct DuePrewarm {
        std::string function;
        std::chrono::milliseconds keep{0};
    };
    std::optional<DuePrewarm> take_due_prewarm(SteadyTime now);
    std::optional<SteadyTime> next_prewarm() const;

    // Those idle for long enough to freeze that were not reported before.
    std::vector<EnvironmentId> due_to_freeze(SteadyTime now);
    // When evict_expired or due_to_freeze has something to say.
    std::optional<SteadyTime> next_due() const;

    std::size_t size() const { return entries_.size(); }

  private:
    using Ages = std::list<EnvironmentId>;
    using Expiries = std::set<std::pair<SteadyTime, EnvironmentId>>;
    using Prewarms = std::multimap<SteadyTime, DuePrewarm>;
    struct Entry {
        runtime::FunctionPtr function;
        SteadyTime since;
        Ages::iterator age;
        Expiries::iterator expiry;  // end: kept for ever
    };

    void add(
        EnvironmentId id,
        const runtime::FunctionPtr& function,
        std::chrono::milliseconds keep,
        SteadyTime now
    );
    void drop(EnvironmentId id);
    void cancel_prewarms(const std::string& function);

    Limits limits_;
    std::unique_ptr<IdlePolicy> policy_;
    std::unordered_map<EnvironmentId, Entry> entries_;
    std::unordered_map<std::string, std::vector<EnvironmentId>> by_function_;  // newest last
    Ages ages_;                                                                // longest idle first
    Expiries expiries_;                                                        // next first
    Prewarms prewarms_;                                                        // next first
    std::unordered_map<std::string, std::vector<Prewarms::iterator>> prewarms_by_function_;
    std::uint64_t memory_mb_ = 0;
    // The first of ages_ that was not reported to freeze; those before it all were.
    Ages::iterator unreported_ = ages_.end();
};

}  // namespace lambent::scheduler
