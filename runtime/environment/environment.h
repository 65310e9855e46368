#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "runtime/environment/invoke_outcome.h"
#include "runtime/environment/response_sink.h"
#include "runtime/functions/function.h"
#include "runtime/logs/log_store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lambent::runtime {

// One event for one environment.
struct InvokeRequest {
    std::string request_id;
    std::string payload;
    std::string client_context;  // JSON, decoded; empty when there is none
    std::string trace_id;        // X-Amzn-Trace-Id
    std::string qualifier;       // by which the caller named the function; often empty
    SteadyTime deadline;         // enforced here
    WallTime deadline_wall;      // told to the function (Lambda-Runtime-Deadline-Ms)
    // Who wants the response while it is written, instead of in the outcome; shared with that one.
    // Null: nobody does.
    std::shared_ptr<ResponseSink> sink;
};

// A booted, initialised function in its cell, which handles one invocation at a time. Owned by the
// scheduler's warm pool or by the invocation that leases it. Event loop's thread only.
class Environment {
  public:
    virtual ~Environment() = default;

    virtual const FunctionPtr& function() const = 0;
    virtual LogStream& log() = 0;

    // Thaws, delivers the event, waits for the answer or the deadline. By the time it returns the
    // guest's output up to the answer is in the log. A timeout kills the cell.
    // An Error means that the platform failed; the environment is then unusable.
    virtual Task<Result<InvokeOutcome>> invoke(InvokeRequest request) = 0;

    // False once the cell has died (also while idle).
    virtual bool alive() const = 0;
    // Stops the guest's background threads until the next invoke; how long it took.
    virtual std::chrono::microseconds freeze() = 0;
    // Kills the cell and waits until nothing of it is left.
    virtual Task<> close() = 0;
};

// Why it is booted, as the function may read in AWS_LAMBDA_INITIALIZATION_TYPE.
enum class Initialization { kOnDemand, kProvisioned };

// kBoot: not from a stem, although one may be ready.
enum class StartFrom { kAnything, kBoot };

struct StartRequest {
    FunctionPtr function;
    SteadyTime init_deadline;        // 10 s, or the function's own timeout in a suppressed init
    std::shared_ptr<LogStream> log;  // shared with the scheduler, which writes platform lines
    std::string request_id;          // of the invocation that waits, for error documents
    Initialization initialization = Initialization::kOnDemand;
    StartFrom from = StartFrom::kAnything;
};

struct StartedEnvironment {
    InitOutcome init;
    std::unique_ptr<Environment> environment;  // null unless init.kind is kSuccess
};

// Boots environments. Implemented by SandboxEnvironmentFactory; FakeEnvironmentFactory in tests.
class EnvironmentFactory {
  public:
    virtual ~EnvironmentFactory() = default;
    virtual Task<Result<StartedEnvironment>> start(StartRequest request) = 0;
};

}  // namespace lambent::runtime
