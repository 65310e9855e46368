#pragma once

#include "base/async/one_shot.h"
#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "runtime/environment/environment.h"
#include "runtime/logs/log_store.h"
#include "scheduler/config.h"
#include "scheduler/dispatch.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// One environment with what the scheduler knows of it. Owned by the Fleet.
struct Slot {
    EnvironmentId id = 0;
    runtime::FunctionPtr function;
    std::shared_ptr<runtime::LogStream> log;            // shared with the environment
    std::unique_ptr<runtime::Environment> environment;  // null while it boots, or when init failed
    std::optional<runtime::InitOutcome> boot;           // until its first invocation tells it
    SteadyTime created;
    SteadyTime used;  // last taken or given back
    std::uint64_t invocations = 0;
    std::uint64_t last_record = 0;  // whose `freeze` phase the next freeze is
    bool frozen = false;
    bool provisioned = false;  // as Dispatch says: it may become an ordinary one
    runtime::StartFrom from = runtime::StartFrom::kAnything;
    bool prewarmed = false;  // booted ahead: the call that finds it idle has a warm start
    enum class Cut { kNo, kUnderWay, kDone };  // closed under a running invocation
    Cut cut = Cut::kNo;
    bool given_up = false;  // nobody uses it any more
};

class Fleet;

// The right to use one environment. Destroyed without give_back, it closes the environment: a flow
// that ends in any unforeseen way leaves nothing half used behind. Move-only.
class EnvironmentLease {
  public:
    EnvironmentLease(Fleet& fleet, Slot& slot) : fleet_(&fleet), slot_(&slot) {}
    EnvironmentLease(EnvironmentLease&& other) noexcept
        : fleet_(other.fleet_), slot_(std::exchange(other.slot_, nullptr)) {}
    EnvironmentLease& operator=(EnvironmentLease&& other) noexcept {
        std::swap(fleet_, other.fleet_);
        std::swap(slot_, other.slot_);
        return *this;
    }
    EnvironmentLease(const EnvironmentLease&) = delete;
    EnvironmentLease& operator=(const EnvironmentLease&) = delete;
    ~EnvironmentLease();

    Slot* operator->() const { return slot_; }
    Slot& operator*() const { return *slot_; }
    // Back into service: to the next call that waits, or to the pool. `in_handler`: how long the
    // handler took, as the guest said; 0: it said nothing.
    void give_back(std::chrono::microseconds in_handler);

  private:
    Fleet* fleet_;
    Slot* slot_;
};

// All environments that exist: the shell around Dispatch. Boots and closes them in flows of its
// own, freezes idle ones, hands leases to calls. Owned by the Scheduler; event loop's thread only;
// outlives every lease.
class Fleet {
  public:
    using FrozenHook = std::function<void(std::uint64_t record, std::chrono::microseconds took)>;

    Fleet(
        boost::asio::any_io_executor executor,
        runtime::EnvironmentFactory& factory,
        runtime::LogStore& logs,
        const Clock& clock,
        const SchedulerConfig& config,
        Logger log
    );

    void on_frozen(FrozenHook hook) { frozen_hook_ = std::move(hook); }

    // A warm environment at once, or nothing.
    std::optional<EnvironmentLease> take_warm(const runtime::FunctionPtr& function);
    // Boots one if need be. The lease may hold a failed init (no environment, but a boot report):
    // then the call may try repeat_init. kThrottled when there is no capacity for too long.
    Task<Result<EnvironmentLease>> wait(runtime::FunctionPtr function, StartPreference start);
    // Boots the leased slot again; after a success it holds an environment.
    Task<Result<runtime::InitOutcome>> repeat_init(
        Slot& slot, SteadyTime deadline, std::string request_id
    );

    void set_current(const std::string& name, const runtime::FunctionPtr& current);
    std::size_t evict(const std::string& function);
    // So many environments of a version are booted ahead and kept; see Dispatch. Without a version
    // there are none of that key any more.
    void provision(const std::string& key, const runtime::FunctionPtr& version, std::size_t wanted);
    Dispatch::ProvisionState provisioned(const std::string& key) const {
        return dispatch_.provisioned(key);
    }
    // Does what is due by the clock. A timer calls it; so do tests that moved the clock.
    void tick();
    std::optional<SteadyTime> next_due() const { return dispatch_.next_due(); }
    // Every slot with its state, by age.
    std::vector<std::pair<const Slot*, EnvironmentState>> all() const;

    void refuse_waiting(RefusalReason reason);
    // Ends inits and closes leased environments: their invocations end as crashes or errors.
    Task<> cut_invocations();
    // Ends boots, closes everything. No invocation runs any more.
    Task<> close_all();

  private:
    friend class EnvironmentLease;
    using Waiting = OneShot<Result<EnvironmentLease>>;

    void carry_out();
    void start_boot(const StartBoot& action);
    Task<> boot(Slot& slot);
    std::chrono::milliseconds init_limit_of(const Slot& slot) const;
    Task<Result<runtime::StartedEnvironment>> start(
        const Slot& slot, SteadyTime deadline, std::string request_id
    );
    using Restarted = OneShot<Result<runtime::StartedEnvironment>>;
    Task<> restart(
        const Slot& slot, SteadyTime deadline, std::string request_id, Restarted& restarted
    );
    void booted(Slot& slot, Result<runtime::StartedEnvironment> started);
    void boot_failed(Slot& slot, std::optional<Error> platform_error);
    void start_close(EnvironmentId id);
    Task<> close(Slot& slot);
    Task<> cut(Slot& slot);
    void remove(EnvironmentId id);
    void freeze(Slot& slot);
    void answer(CallId call, Result<EnvironmentLease> result);
    void arm_timer();
    void discard_dead();

    boost::asio::any_io_executor executor_;
    runtime::EnvironmentFactory& factory_;
    runtime::LogStore& logs_;
    const Clock& clock_;
    SchedulerConfig config_;
    Logger log_;
    Dispatch dispatch_;
    std::unordered_map<EnvironmentId, std::unique_ptr<Slot>> slots_;
    std::unordered_map<CallId, Waiting*> waiting_;  // in the frames of wait()
    CallId last_call_ = 0;
    FrozenHook frozen_hook_;
    boost::asio::steady_timer timer_;
    std::optional<SteadyTime> armed_for_;
    std::shared_ptr<Fleet*> self_;  // a timer that fires too late finds it gone
    bool closing_ = false;          // what is provisioned would be booted anew as it is closed
    TaskScope boots_;
    TaskScope closes_;
};

}  // namespace lambent::scheduler
