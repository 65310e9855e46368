#pragma once

#include "api/admin/admin_service.h"
#include "base/async/offload.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "runtime/functions/package_store.h"
#include "runtime/languages/runtime_catalog.h"
#include "scheduler/find_function.h"

namespace lambent::app {

// Everything borrowed; all of it outlives the tools.
struct StartRooms {
    scheduler::FindFunction find_function;
    runtime::SandboxEnvironmentFactory& environments;
    runtime::PackageStore& packages;
    const runtime::RuntimeCatalog& runtimes;
    WorkerPool& workers;
};

api::admin::StartTools start_tools(StartRooms rooms);

}  // namespace lambent::app
