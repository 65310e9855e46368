#pragma once

#include "base/async/task_scope.h"
#include "runtime/environment/environment.h"
#include "runtime/environment/environment_core.h"

#include <memory>
#include <utility>

namespace lambent::runtime {

// The handle that the scheduler owns. Whoever drops it without closing it (a flow that was
// cancelled) leaves the rest to `leftovers`: the cell is killed, and what stood around it is taken
// down in the background.
class SandboxEnvironment final : public Environment {
  public:
    SandboxEnvironment(std::unique_ptr<EnvironmentCore> core, TaskScope& leftovers)
        : core_(std::move(core)), leftovers_(leftovers) {}
    ~SandboxEnvironment() override;
    SandboxEnvironment(const SandboxEnvironment&) = delete;
    SandboxEnvironment& operator=(const SandboxEnvironment&) = delete;

    Task<Result<InitOutcome>> initialise(std::string request_id, SteadyTime deadline) {
        return core_->initialise(std::move(request_id), deadline);
    }

    const FunctionPtr& function() const override { return core_->function(); }
    LogStream& log() override { return core_->log(); }
    Task<Result<InvokeOutcome>> invoke(InvokeRequest request) override {
        return core_->invoke(std::move(request));
    }
    bool alive() const override { return core_->alive(); }
    std::chrono::microseconds freeze() override { return core_->freeze(); }
    Task<> close() override { return core_->close(); }

  private:
    std::unique_ptr<EnvironmentCore> core_;
    TaskScope& leftovers_;
};

}  // namespace lambent::runtime
