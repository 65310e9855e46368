#include "runtime/environment/sandbox_environment_factory.h"

#include "base/async/task_scope.h"
#include "runtime/environment/cell_channel.h"
#include "runtime/environment/cell_plan.h"
#include "runtime/environment/sandbox_environment.h"
#include "runtime/environment/stems/stem_pool.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace lambent::runtime {
namespace {

constexpr char kBootstrap[] = "/var/task/bootstrap";
// What a provided stem says when it cannot execute the bootstrap; its payload is the reason.
constexpr std::string_view kNotExecutable = "Runtime.InvalidEntrypoint";

// A provided.* function brings its own program, and its own faults.
bool is_own_program(const LaunchPlan& plan) {
    return plan.argv.front() == kBootstrap;
}

bool has_bootstrap(const std::string& package_directory) {
    std::error_code ignored;
    return std::filesystem::exists(package_directory + "/bootstrap", ignored);
}

// A stem in the hands of a flow, which may fail or be cancelled.
struct Taken {
    StemPool& pool;
    std::unique_ptr<Stem> stem;
    ~Taken() {
        if (stem) {
            pool.give_up(std::move(stem));
        }
    }
};

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
    StemPool stems;

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

    std::optional<StemKind> kind_of(const Function& function) const {
        const Result<LaunchPlan> plan = runtimes.plan(function);
        return plan.has_value() ? stem_kind(function, *plan) : std::nullopt;
    }

    std::unique_ptr<SandboxEnvironment> assemble(
        const StartRequest& request, EnvironmentParts parts
    ) {
        parts.function = request.function;
        parts.function_arn = request.function->arn(config.region);
        parts.log = request.log;
        if (request.function->endpoint_open()) {
            parts.door =
                door.open(parts.cell->take_listener(config.platform_port), request.function->name);
        }
        auto core = std::make_unique<EnvironmentCore>(executor, std::move(parts), log);
        return std::make_unique<SandboxEnvironment>(std::move(core), leftovers);
    }

    std::unique_ptr<SandboxEnvironment> assemble_booted(
        const StartRequest& request, std::unique_ptr<sandbox::Cell> cell
    ) {
        EnvironmentParts parts;
        const sandbox::LaunchTimings& launch = cell->timings();
        parts.timings = {launch.requested, launch.claimed, launch.walled};
        parts.output = cell->take_output();
        auto channel = std::make_unique<CellChannel>(executor, log);
        channel->serve_http(cell->take_listener(kRuntimeApiPort));
        channel->serve_frames(cell->take_channel());
        parts.channel = std::move(channel);
        parts.cell = std::move(cell);
        return assemble(request, std::move(parts));
    }

    std::unique_ptr<SandboxEnvironment> assemble_stem(
        const StartRequest& request,
        std::unique_ptr<Stem> stem,
        StartTimings timings,
        StartKind kind
    ) {
        EnvironmentParts parts;
        parts.kind = kind;
        parts.timings = timings;
        parts.output = std::move(stem->output);
        parts.channel = std::move(stem->channel);
        parts.cell = std::move(stem->cell);
        return assemble(request, std::move(parts));
    }

    Task<Result<StartedEnvironment>> initialise(
        const StartRequest& request, std::unique_ptr<SandboxEnvironment> environment
    );
    Task<Result<StartedEnvironment>> boot(
        const StartRequest& request,
        const LaunchPlan& plan,
        const Package& package,
        SteadyTime requested
    );
    // With a program, which the stem of an empty cell executes, it is a boot.
    Task<Result<StartedEnvironment>> start_stem(
        const StartRequest& request,
        const Package& package,
        std::unique_ptr<Stem> stem,
        const std::vector<std::string>& program,
        SteadyTime requested
    );
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
          TaskScope(executor, log),
          StemPool(
              executor,
              sandbox,
              StemPool::Site{runtimes.support_directory(), config.platform_port},
              config.stems,
              log
          )}) {}

SandboxEnvironmentFactory::~SandboxEnvironmentFactory() = default;

Task<> SandboxEnvironmentFactory::stop() {
    co_await parts_->stems.stop();
    co_await parts_->leftovers.join();
}

void SandboxEnvironmentFactory::expect(const Function& function) {
    if (const auto kind = parts_->kind_of(function)) {
        parts_->stems.expect(*kind);
    }
    parts_->stems.expect(empty_kind());  // for when all others are taken
}

std::size_t SandboxEnvironmentFactory::stems_ready(const Function& function) const {
    const auto kind = parts_->kind_of(function);
    return kind ? parts_->stems.ready(*kind) : 0;
}

std::size_t SandboxEnvironmentFactory::stems_wanted(const Function& function) const {
    const auto kind = parts_->kind_of(function);
    return kind ? parts_->stems.target(*kind) : 0;
}

Task<Result<StartedEnvironment>> SandboxEnvironmentFactory::start(StartRequest request) {
    const SteadyTime requested = std::chrono::steady_clock::now();
    LAMBENT_CO_TRY(const LaunchPlan plan, parts_->runtimes.plan(*request.function));
    auto finding = parts_->packages.find_checked(request.function->package_sha256);
    const SteadyTime sought = std::chrono::steady_clock::now();
    LAMBENT_CO_TRY(const Package package, co_await std::move(finding));
    // The function has no part in how long the check of its package takes.
    request.init_deadline += std::chrono::steady_clock::now() - sought;
    if (is_own_program(plan) && !has_bootstrap(package.directory)) {
        co_return failed_start(no_bootstrap(request.request_id));
    }
    if (!plan.notice.empty()) {
        request.log->append(plan.notice);
    }
    const bool may_take_stem = request.from == StartFrom::kAnything;
    if (const auto kind = may_take_stem ? stem_kind(*request.function, plan) : std::nullopt) {
        if (auto stem = parts_->stems.take(*kind)) {
            const std::vector<std::string> itself;
            auto started =
                co_await parts_->start_stem(request, package, std::move(stem), itself, requested);
            if (started.has_value()) {
                co_return started;
            }
            parts_->log.warn("stem_unfit", {{"reason", started.error().message()}});
        }
    }
    co_return co_await parts_->boot(request, plan, package, requested);
}

// Parameters of these three outlive them: they live in the frame of start().
Task<Result<StartedEnvironment>> SandboxEnvironmentFactory::Parts::boot(
    const StartRequest& request,
    const LaunchPlan& plan,
    const Package& package,
    SteadyTime requested
) {
    if (auto empty = stems.take(empty_kind())) {
        auto started =
            co_await start_stem(request, package, std::move(empty), plan.argv, requested);
        if (started.has_value()) {
            co_return started;
        }
        log.warn("empty_cell_unfit", {{"reason", started.error().message()}});
    }
    sandbox::CellSpec spec = plan_cell(*request.function, plan, site_of(request, package));
    auto cell = co_await sandbox.launch(std::move(spec));
    if (cell.has_error()) {
        if (is_own_program(plan) && cell.error().subject() == "exec") {
            co_return failed_start(
                not_executable(request.request_id, kBootstrap, cell.error().message())
            );
        }
        co_return cell.error();
    }
    auto environment = assemble_booted(request, std::move(*cell));
    co_return co_await initialise(request, std::move(environment));
}

// The launcher equips the stem and then tells it what it is, without the daemon between the two;
// meanwhile the daemon makes what it needs besides. An Error means that the stem is of no use;
// nothing of the function has run.
Task<Result<StartedEnvironment>> SandboxEnvironmentFactory::Parts::start_stem(
    const StartRequest& request,
    const Package& package,
    std::unique_ptr<Stem> stem,
    const std::vector<std::string>& program,
    SteadyTime requested
) {
    StartTimings timings;
    timings.requested = requested;
    Taken taken{stems, std::move(stem)};
    sandbox::Cell& cell = *taken.stem->cell;
    const auto variables = function_variables(*request.function, site_of(request, package));
    sandbox::Equipment equipment = plan_equipment(*request.function, package.directory);
    equipment.message = taken.stem->channel->frames().configuration(variables, program);
    timings.claimed = std::chrono::steady_clock::now();
    cell.begin_equip(std::move(equipment));
    if (!request.function->endpoint_open()) {
        cell.take_listener(config.platform_port).reset();  // nobody would answer there
    }
    const StartKind kind = program.empty() ? StartKind::kStem : StartKind::kBoot;
    auto environment = assemble_stem(request, std::move(taken.stem), timings, kind);
    auto started = co_await initialise(request, std::move(environment));
    if (started.has_value() && started->init.error_type == kNotExecutable) {
        co_return failed_start(not_executable(request.request_id, kBootstrap, started->init.payload)
        );
    }
    co_return started;
}

Task<Result<StartedEnvironment>> SandboxEnvironmentFactory::Parts::initialise(
    const StartRequest& request, std::unique_ptr<SandboxEnvironment> environment
) {
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
