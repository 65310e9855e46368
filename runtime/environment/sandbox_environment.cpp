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

}  // namespace lambent::runtime
