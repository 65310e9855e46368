#pragma once

#include "base/clock.h"
#include "runtime/functions/function.h"
#include "scheduler/config.h"
#include "scheduler/environment_fsm.h"
#include "scheduler/free_or_boot.h"
#include "scheduler/invocation.h"
#include "scheduler/token_bucket.h"
#include "scheduler/warm_pool.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace lambent::scheduler {

// Why an environment boots: calls wait, or the keep-alive policy expects one.
enum class BootReason { kCall, kPrewarm, kProvision };

// What Dispatch wants done; the shell (Fleet) does it and reports back.
struct StartBoot {  // answer: boot_succeeded or boot_failed
    EnvironmentId environment = 0;
    runtime::FunctionPtr function;
    BootReason reason = BootReason::kCall;
    StartPreference start = StartPreference::kAny;  // of the call that it is for
};
struct Serve {  // the call has the environment now; answer: release or discard
    CallId call = 0;
    EnvironmentId environment = 0;
};
struct Freeze {  // if it is still idle
    EnvironmentId environment = 0;
};
struct Close {  // answer: closed
    EnvironmentId environment = 0;
};
enum class RefusalReason { kNoCapacity, kScalingRate, kFunctionGone, kStopping };
struct Refuse {  // the call gets an error; no answer
    CallId call = 0;
    RefusalReason reason = RefusalReason::kNoCapacity;
};
using Action = std::variant<StartBoot, Serve, Freeze, Close, Refuse>;

struct DispatchLimits {
    std::uint32_t boots_max = 4;
    std::uint64_t memory_budget_mb = 4'096;
    // Of environments that are being closed may be promised again before they are gone: a start
    // does not wait for the ends of those that made room for it.
    std::uint64_t memory_overlap_mb = 0;
    std::chrono::milliseconds capacity_wait{10'000};
    std::size_t waiting_min = 8;            // see SchedulerConfig
    TokenBucket::Rate scaling{100, 1'000};  // environments of one function
    WarmPool::Limits pool;

    static DispatchLimits of(const SchedulerConfig& config);
};

// Decides which call gets which environment, who boots and who waits. Pure: events come in through
// the methods, actions are fetched with next_action. It promises: an environment serves one call
// at a time; a waiting call is served by whichever comes first, a freed environment or a finished
// boot, in the order of arrival, and no boot begins for it while a running call is expected to end
// before that; boots of many functions take turns; a call never gets an
// environment of a revision that is not current any more; no call waits for capacity longer than
// capacity_wait; no more calls wait than are likely to be served soon. Owned by Fleet.
class Dispatch {
  public:
    explicit Dispatch(DispatchLimits limits);

    // --- Calls. take_idle leases an environment at once; without one, and while processors are so
    // crowded that a running one will be free sooner than an idle one could answer, wait.
    std::optional<EnvironmentId> take_idle(const runtime::FunctionPtr& function, SteadyTime now);
    void wait(
        CallId call, const runtime::FunctionPtr& function, StartPreference start, SteadyTime now
    );
    void forget(CallId call);  // the waiting call has gone; nothing happens when it does not wait
    // Closes what made room for boots now; otherwise it happens a little after them.
    void close_replaced();
    void refuse_all(RefusalReason reason);

    // --- Environments.
    void boot_succeeded(EnvironmentId id, SteadyTime now);
    // The call that must be told and that may repeat the init, outside the limit on boots: a
    // hanging init would block a slot for up to 15 minutes. Without a call the environment is
    // discarded.
    std::optional<CallId> boot_failed(EnvironmentId id);
    void repeat_succeeded(EnvironmentId id);
    // `in_handler`: how long its handler took, as the guest said; 0: it said nothing.
    void release(EnvironmentId id, SteadyTime now, std::chrono::nanoseconds in_handler = {});
    void discard(EnvironmentId id);
    void closed(EnvironmentId id);

    // --- Functions. From now on only `current` serves calls; null: the function is gone.
    void set_current(const std::string& name, const runtime::FunctionPtr& current, SteadyTime now);
    std::size_t evict(const std::string& function);

    // --- Provisioned concurrency: so many environments of this version are booted ahead, kept
    // however long they are idle, and replaced. They serve whoever calls it.
    void provision(const runtime::FunctionPtr& function, std::size_t wanted, SteadyTime now);
    void unprovision(const std::string& key, SteadyTime now);
    struct ProvisionState {
        std::size_t ready = 0;
        bool has_failed = false;    // the last boot did
        bool lacks_memory = false;  // everything that is provisioned is more than the budget
    };
    ProvisionState provisioned(const std::string& key) const;
    bool is_provisioned(EnvironmentId id) const { return environments_.at(id).provisioned; }

    // --- Time.
    void tick(SteadyTime now);
    std::optional<SteadyTime> next_due() const;

    std::optional<Action> next_action();
    EnvironmentState state(EnvironmentId id) const { return environments_.at(id).state; }
    std::uint64_t memory_used_mb() const { return memory_used_mb_; }
    // Waiting calls of the function that have no boot because running ones should end sooner.
    std::size_t patient(const std::string& function) const;
    std::uint64_t memory_idle_mb() const { return memory_idle_mb_; }

  private:
    struct Waiter {
        CallId call = 0;
        StartPreference start = StartPreference::kAny;
        SteadyTime deadline;
    };
    struct Provision {
        std::size_t wanted = 0;
        std::size_t count = 0;            // environments, starting ones included
        std::vector<EnvironmentId> idle;  // most recently used last
        std::size_t failures = 0;         // of boots, since the last that succeeded
        SteadyTime not_before;            // of the next boot
    };
    struct PerFunction {
        explicit PerFunction(TokenBucket::Rate scaling_rate) : scaling(scaling_rate) {}

        runtime::FunctionPtr current;
        std::deque<Waiter> waiters;
        std::size_t starting = 0;  // boots of the current revision
        std::size_t patient = 0;   // waiting calls that count on running ones to end
        SteadyTime patient_until;
        std::size_t environments = 0;  // of the current revision, starting ones included
        TokenBucket scaling;
        bool wants_boot = false;      // stands in boot_turns_
        bool listed_patient = false;  // stands in patient_
        FreeOrBoot free_or_boot;
        Provision provision;
        // Waiting calls for which something is under way.
        std::size_t covered() const { return std::min(starting + patient, waiters.size()); }
        std::size_t uncovered() const { return waiters.size() - covered(); }
    };
    struct Node {
        EnvironmentState state = EnvironmentState::kStarting;
        runtime::FunctionPtr function;
        std::uint64_t memory_mb = 0;
        // Booted ahead of a call, to be kept this long for it.
        std::optional<std::chrono::milliseconds> prewarmed_for;
        SteadyTime boot_began;
        bool provisioned = false;
        SteadyTime idle_since;  // when provisioned
    };
    enum class Room { kFits, kAfterEviction, kNone };
    enum class Freshness { kBooted, kUsed };

    PerFunction& per_function(const runtime::FunctionPtr& function, SteadyTime now);
    std::optional<EnvironmentId> lease_idle(PerFunction& per, SteadyTime now);
    std::optional<SteadyTime> serve_from_idle(PerFunction& per, SteadyTime now);
    void replace_revision(PerFunction& per, const runtime::FunctionPtr& function, SteadyTime now);
    void serve_or_pool(EnvironmentId id, SteadyTime now, Freshness freshness);
    void move(EnvironmentId id, EnvironmentEvent event);
    bool is_current(const Node& node) const;
    void close_evicted(const std::vector<EnvironmentId>& evicted);

    std::size_t waiting_max(const PerFunction& per) const;
    void queue_for_boot(const std::string& name, PerFunction& per);
    void start_boots();
    void start_boot(
        PerFunction& per, BootReason reason, std::optional<std::chrono::milliseconds> prewarmed_for
    );
    void start_prewarms(SteadyTime now);
    void start_provisions();
    void leave_provision(Node& node);
    void provision_failed(Node& node);
    bool keep_provisioned(EnvironmentId id, Node& node);
    static std::optional<EnvironmentId> take_provisioned(PerFunction& per);
    void tick_provisions();
    std::optional<SteadyTime> next_provision_due() const;
    std::uint64_t charge_of(const runtime::Function& function) const;
    Room make_room(std::uint64_t memory_mb);
    bool start_awaited_boots();
    void expire_waiters(PerFunction& per, SteadyTime now);
    void wait_for_running(const std::string& name, PerFunction& per, SteadyTime now);
    void end_patience(SteadyTime now);
    void refuse_uncovered(PerFunction& per, RefusalReason reason);

    DispatchLimits limits_;
    WarmPool pool_;
    std::unordered_map<std::string, PerFunction> functions_;
    std::unordered_map<EnvironmentId, Node> environments_;
    std::list<std::string> boot_turns_;  // functions with unserved calls, next turn first
    std::list<std::string> patient_;     // functions with patient calls, perhaps served meanwhile
    std::set<std::string> provisioned_;  // keys of versions with a provision
    std::deque<std::pair<SteadyTime, EnvironmentId>> freezes_;  // of provisioned ones, next first
    SteadyTime next_look_;                                      // for provisioned ones that died
    std::vector<EnvironmentId> replaced_;  // made room for boots, are closed when those are over
    std::optional<SteadyTime> replaced_due_;
    std::deque<Action> actions_;
    EnvironmentId last_id_ = 0;
    SteadyTime now_;  // as last told
    std::size_t boots_ = 0;
    std::uint64_t memory_used_mb_ = 0;  // all environments, also closing ones
    std::uint64_t memory_idle_mb_ = 0;
    std::uint64_t memory_closing_mb_ = 0;
};

}  // namespace lambent::scheduler
