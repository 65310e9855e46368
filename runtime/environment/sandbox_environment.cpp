#include "runtime/environment/sandbox_environment.h"

#include <utility>

namespace lambent::runtime {
namespace {

Task<> take_down(std::unique_ptr<EnvironmentCore> core) {
    co_await core->close();
}

}  // namespace

SandboxEnvironment::~SandboxEnvironment() {
    if (!core_->closed()) {
        leftovers_.spawn("environment_dropped", take_down(std::move(core_)));
    }
}

Task<Result<InitOutcome>> SandboxEnvironment::initialise(
    std::string request_id, SteadyTime deadline
) {
    co_return co_await core_->initialise(std::move(request_id), deadline);
}

Task<Result<InvokeOutcome>> SandboxEnvironment::invoke(InvokeRequest request) {
    co_return co_await core_->invoke(std::move(request));
}

Task<> SandboxEnvironment::close() {
    co_await core_->close();
}

}  // namespace lambent::runtime
