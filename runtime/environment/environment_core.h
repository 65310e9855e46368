#pragma once

#include "base/async/task_scope.h"
#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/deadline_watch.h"
#include "runtime/environment/environment.h"
#include "runtime/environment/guest_outcomes.h"
#include "runtime/environment/guest_output.h"
#include "runtime/environment/runtime_channel.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "sandbox/cell.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace lambent::runtime {

// When the cell was wanted, in hand, and had its mounts, limits and walls; the last is not known
// yet of one that is being equipped.
struct StartTimings {
    SteadyTime requested;
    SteadyTime claimed;
    std::optional<SteadyTime> walled;
};

// What an environment is made of. Nothing here is null but the door.
struct EnvironmentParts {
    FunctionPtr function;
    std::string function_arn;
    std::shared_ptr<LogStream> log;  // shared with the scheduler
    std::unique_ptr<sandbox::Cell> cell;
    UniqueFd output;
    StartTimings timings;
    StartKind kind = StartKind::kBoot;
    std::unique_ptr<RuntimeChannel> channel;
    std::unique_ptr<PlatformDoor::Lease> door;  // null unless the endpoint is open
};

// A cell, the channel into it, its output and its one timer, and the flows that watch them. Must be
// closed, and awaited, before it is destroyed: SandboxEnvironment sees to that. Event loop's thread
// only.
class EnvironmentCore {
  public:
    EnvironmentCore(
        const boost::asio::any_io_executor& executor, EnvironmentParts parts, const Logger& log
    );

    // Waits for the guest to be ready, to fail, to die, or for the deadline, which kills it.
    Task<Result<InitOutcome>> initialise(std::string request_id, SteadyTime deadline);
    Task<Result<InvokeOutcome>> invoke(InvokeRequest request);
    std::chrono::microseconds freeze();
    Task<> close();

    const FunctionPtr& function() const { return parts_.function; }
    LogStream& log() { return *parts_.log; }
    bool alive() const { return !over_; }
    bool closed() const { return closed_; }

  private:
    Task<> watch_exit();
    void cut();
    void cut_off();
    void give_up();
    Task<Result<void>> walls();
    Result<void> thaw();
    // Why the guest has not answered: cut by the deadline, or dead by itself.
    Task<Result<GuestFailure>> find_failure(std::string request_id);
    void fill_phases(InitOutcome& outcome, const GuestInit& init) const;
    std::uint64_t memory_peak();

    EnvironmentParts parts_;
    Logger log_;
    GuestOutput output_;
    DeadlineWatch watch_;
    TaskScope scope_;
    std::uint64_t memory_peak_bytes_ = 0;
    bool frozen_ = false;
    bool cut_ = false;     // the deadline has killed it
    bool broken_ = false;  // killed because of what it said on the wire
    bool over_ = false;    // dead, dying, or of no more use
    bool closed_ = false;
};

}  // namespace lambent::runtime
