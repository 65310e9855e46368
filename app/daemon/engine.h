#pragma once

#include "api/wire/credentials.h"
#include "app/daemon/cell_door.h"
#include "app/daemon/foundation.h"
#include "app/daemon/ground.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "runtime/logs/sql_log_store.h"
#include "sandbox/namespace_sandbox.h"
#include "scheduler/concurrency_settings.h"
#include "scheduler/provisioned_concurrency.h"
#include "scheduler/scaling/auto_scaling.h"
#include "scheduler/scaling/provisioned_capacity.h"
#include "scheduler/scheduler.h"
#include "scheduler/streamed_invocations.h"

#include <chrono>
#include <memory>
#include <string>

namespace lambent::app {

// The floor that runs functions: cells, environments, the scheduler and what it is told to keep
// ready. Members in the order in which they need one another. Owned by House.
class Engine {
  public:
    // `foundation` is borrowed for the call; its launcher is taken.
    Engine(const Ground& ground, Foundation& foundation, api::Credentials& credentials);

    // Reads functions and their settings.
    Task<Result<void>> open();
    void start();
    // Stems for what is likely to be called: the functions there are, and each language at Lambda's
    // smallest size.
    void raise_stems();
    // Running invocations end, within `drain`.
    Task<> drain(std::chrono::milliseconds drain);
    // Cells go; logs and records to disk.
    Task<> close();

    scheduler::FindFunction function_finder() const;
    bool is_function(const std::string& name) const;

  private:
    scheduler::Scheduler::Ports scheduler_ports(const Clock& clock);
    Stores& stores_;

  public:
    runtime::SqlLogStore logs;
    runtime::RuntimeCatalog runtimes;
    CellDoor cell_door;
    std::unique_ptr<sandbox::NamespaceSandbox> sandbox;
    runtime::SandboxEnvironmentFactory environments;
    scheduler::RateCard rate_card;
    scheduler::RecordStore records;
    scheduler::Scheduler scheduler;
    scheduler::StreamedInvocations streams;
    scheduler::ConcurrencySettings concurrency;
    scheduler::ProvisionedConcurrency provisioned;
    scheduler::ProvisionedCapacity capacity;
    scheduler::AutoScaling scaling;
};

}  // namespace lambent::app
