#include "runtime/environment/sandbox_environment_factory.h"

#include "base/async/task_scope.h"
#include "runtime/environment/cell_plan.h"
#include "runtime/environment/runtime_api.h"
#include "runtime/environment/sandbox_environment.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace lambent::runtime {
namespace {

constexpr char kBootstrap[] = "/var/task/bootstrap";

// A provided.* function brings its own program, and its own faults.
bool is_own_program(const LaunchPlan& plan) {
    return plan.argv.front() == kBootstrap;
}

bool has_bootstrap(const std::string& package_directory) {
    std::error_code ignored;
    return std::filesystem::exists(package_directory + "/bootstrap", ignored);
}

StartedEnvironment failed_start(GuestFailure failure) {
    StartedEnvironment started;
    started.init.kind = failure.kind;
    started.init.error_type = std::move(failure.error_type);
    started.init.payload = std::move(failure.payload);
    return started;
}

}  // namespace

struct SandboxEnvironmentFactory::Parts {
    boost::asio::any_io_executor executor;
    sandbox::Sandbox& sandbox;
    PackageStore& packages;
    const RuntimeCatalog& runtimes;
    PlatformDoor& door;
    EnvironmentConfig config;
    Logger log;
    TaskScope leftovers;

    CellSite site_of(const StartRequest& request, const Package& package) const {
        CellSite site;
        site.package_directory = package.directory;
        site.support_directory = runtimes.support_directory();
        site.region = config.region;
        site.log_stream = request.log->name();
        if (request.initialization == Initialization::kProvisioned) {
            site.initialization_type = "provisioned-concurrency";
        }
        if (request.function->endpoint_open()) {
            auto [access_key, secret_key] = door.credentials(request.function->name);
            CellSite::Platform platform;
            platform.port = config.platform_port;
            platform.access_key = std::move(access_key);
            platform.secret_key = std::move(secret_key);
            site.platform = std::move(platform);
        }
        return site;
    }

    std::unique_ptr<SandboxEnvironment> assemble(
        const StartRequest& request, std::unique_ptr<sandbox::Cell> cell
    ) {
        EnvironmentParts parts;
        parts.function = request.function;
        parts.function_arn = request.function->arn(config.region);
        parts.log = request.log;
        parts.channel =
            std::make_unique<RuntimeApi>(executor, cell->take_listener(kRuntimeApiPort), log);
        if (request.function->endpoint_open()) {
            parts.door =
                door.open(cell->take_listener(config.platform_port), request.function->name);
        }
        parts.cell = std::move(cell);
        auto core = std::make_unique<EnvironmentCore>(executor, std::move(parts), log);
        return std::make_unique<SandboxEnvironment>(std::move(core), leftovers);
    }
};

SandboxEnvironmentFactory::SandboxEnvironmentFactory(
    boost::asio::any_io_executor executor,
    sandbox::Sandbox& sandbox,
    PackageStore& packages,
    const RuntimeCatalog& runtimes,
    PlatformDoor& door,
    EnvironmentConfig config,
    Logger log
)
    : parts_(new Parts{
          executor,
          sandbox,
          packages,
          runtimes,
          door,
          std::move(config),
          log,
          TaskScope(executor, log)}) {}

SandboxEnvironmentFactory::~SandboxEnvironmentFactory() = default;

Task<> SandboxEnvironmentFactory::stop() {
    co_await parts_->leftovers.join();
}

Task<Result<StartedEnvironment>> SandboxEnvironmentFactory::start(StartRequest request) {
    LAMBENT_CO_TRY(const LaunchPlan plan, parts_->runtimes.plan(*request.function));
    LAMBENT_CO_TRY(const Package package, parts_->packages.find(request.function->package_sha256));
    if (is_own_program(plan) && !has_bootstrap(package.directory)) {
        co_return failed_start(no_bootstrap(request.request_id));
    }
    if (!plan.notice.empty()) {
        request.log->append(plan.notice);
    }
    sandbox::CellSpec spec = plan_cell(*request.function, plan, parts_->site_of(request, package));
    auto cell = co_await parts_->sandbox.launch(std::move(spec));
    if (cell.has_error()) {
        if (is_own_program(plan) && cell.error().subject() == "exec") {
            co_return failed_start(
                not_executable(request.request_id, kBootstrap, cell.error().message())
            );
        }
        co_return cell.error();
    }
    auto environment = parts_->assemble(request, std::move(*cell));
    auto init = co_await environment->initialise(request.request_id, request.init_deadline);
    StartedEnvironment started;
    if (init.has_value() && init->kind == OutcomeKind::kSuccess) {
        started.environment = std::move(environment);
    } else {
        co_await environment->close();
    }
    if (init.has_error()) {
        co_return init.error();
    }
    started.init = std::move(*init);
    co_return started;
}

}  // namespace lambent::runtime
