#include "app/daemon/engine.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace lambent::app {
namespace {

runtime::EnvironmentConfig environment_config(const DaemonOptions& options) {
    runtime::EnvironmentConfig config;
    config.region = options.region;
    config.stems = options.stems;
    return config;
}

scheduler::SchedulerConfig scheduler_config(const DaemonOptions& options) {
    auto config = scheduler::SchedulerConfig::for_this_machine();
    config.keep_alive = options.keep_alive;
    config.account_concurrency = options.account_concurrency;
    config.requests_per_slot = options.requests_per_slot;
    if (options.memory_budget_bytes > 0) {
        config.memory_budget_mb = std::max<std::uint64_t>(1, options.memory_budget_bytes >> 20);
    }
    return config;
}

}  // namespace

Engine::Engine(const Ground& ground, Foundation& foundation, api::Credentials& credentials)
    : stores_(ground.stores),
      logs(
          ground.loop,
          *ground.stores.logs_db,
          ground.clocks.machine,
          runtime::LogStoreConfig{},
          ground.log_of("logs")
      ),
      runtimes(runtime::RuntimeCatalog::discover(foundation.installation.runtime_support)),
      cell_door(credentials),
      sandbox(sandbox::NamespaceSandbox::attach(
          std::move(foundation.launcher), ground.loop, ground.log_of("sandbox")
      )),
      environments(
          ground.loop,
          *sandbox,
          ground.stores.packages,
          runtimes,
          cell_door,
          environment_config(ground.options),
          ground.log_of("runtime")
      ),
      records(
          ground.loop, *ground.stores.logs_db, scheduler::RecordConfig{}, ground.log_of("scheduler")
      ),
      scheduler(
          ground.loop,
          scheduler_ports(ground.clocks.machine),
          scheduler_config(ground.options),
          rate_card,
          ground.log_of("scheduler")
      ),
      streams(ground.loop, scheduler, ground.log_of("scheduler")),
      concurrency(
          *ground.stores.main_db, ground.clocks.machine, ground.options.account_concurrency
      ),
      provisioned(concurrency, ground.stores.aliases, scheduler),
      capacity(concurrency, provisioned, function_finder()),
      scaling(
          ground.loop,
          *ground.stores.main_db,
          capacity,
          ground.clocks.of_triggers(),
          ground.log_of("scaling")
      ) {
    concurrency.listen([this](const std::string& function) {
        scheduler.reserve(function, concurrency.reserved(function));
        provisioned.refresh(function);
    });
    stores_.aliases.listen([this](const std::string& function) { provisioned.refresh(function); });
}

scheduler::FindFunction Engine::function_finder() const {
    return [this](const std::string& name) {
        return stores_.qualified_functions.find(name);
    };
}

bool Engine::is_function(const std::string& name) const {
    return stores_.functions.find(name) != nullptr;
}

scheduler::Scheduler::Ports Engine::scheduler_ports(const Clock& clock) {
    return {function_finder(), environments, logs, records, clock};
}

Task<Result<void>> Engine::open() {
    LAMBENT_CO_TRY(co_await logs.start());
    LAMBENT_CO_TRY(co_await stores_.functions.load());
    LAMBENT_CO_TRY(co_await stores_.aliases.load());
    std::function<bool(const std::string&)> exists = [this](const std::string& function) {
        return is_function(function);
    };
    LAMBENT_CO_TRY(co_await concurrency.load(std::move(exists)));
    LAMBENT_CO_TRY(co_await scaling.load());
    co_return Result<void>();
}

void Engine::start() {
    scaling.start();
}

void Engine::raise_stems() {
    for (const char* runtime : {"provided.al2023", "nodejs20.x", "python3.12"}) {
        runtime::Function usual;
        usual.runtime = runtime;
        environments.expect(usual);
    }
    for (const runtime::FunctionPtr& function : stores_.functions.list()) {
        environments.expect(*function);
    }
}

Task<> Engine::drain(std::chrono::milliseconds drain) {
    co_await scheduler.stop(drain);
    co_await streams.join();
}

Task<> Engine::close() {
    co_await environments.stop();
    co_await sandbox->stop();
    co_await records.flush();
    co_await logs.stop();
}

}  // namespace lambent::app
