#include "scheduler/fleet.h"
#include "scheduler/report_lines.h"

#include <algorithm>

// How the Fleet boots environments.
namespace lambent::scheduler {

Task<> Fleet::boot(Slot& slot) {
    const SteadyTime began = clock_.steady_now();
    Result<runtime::StartedEnvironment> started =
        co_await start(slot, began + init_limit_of(slot), std::string());
    booted(slot, std::move(started));
    carry_out();
}

// Provisioned environments may take long, since nobody waits for them (lambda-facts section 1).
std::chrono::milliseconds Fleet::init_limit_of(const Slot& slot) const {
    constexpr std::chrono::seconds kProvisionedMin{130};
    const std::chrono::milliseconds timeout = std::chrono::seconds(slot.function->timeout_s);
    return slot.provisioned ? std::max<std::chrono::milliseconds>(timeout, kProvisionedMin)
                            : config_.init_limit;
}

// A factory that throws (out of memory, cancelled by close_all) must not leave the slot behind.
Task<Result<runtime::StartedEnvironment>> Fleet::start(
    const Slot& slot, SteadyTime deadline, std::string request_id
) {
    runtime::StartRequest request;
    request.function = slot.function;
    request.init_deadline = deadline;
    request.log = slot.log;
    request.request_id = std::move(request_id);
    request.from = slot.from;
    request.initialization = slot.provisioned ? runtime::Initialization::kProvisioned
                                              : runtime::Initialization::kOnDemand;
    try {
        co_return co_await factory_.start(std::move(request));
    } catch (const std::exception& e) {
        co_return Error(Code::kInternal, e.what());
    }
}

void Fleet::booted(Slot& slot, Result<runtime::StartedEnvironment> started) {
    if (started.has_error()) {
        log_.error(
            "boot_failed",
            {{"function", slot.function->name}, {"reason", started.error().message()}}
        );
        boot_failed(slot, started.error());
        return;
    }
    const SteadyTime now = clock_.steady_now();
    slot.used = now;
    slot.environment = std::move(started->environment);
    slot.boot = std::move(started->init);
    const runtime::InitOutcome& init = *slot.boot;
    if (slot.environment) {
        if (slot.provisioned) {
            const auto took = init.runtime_boot + init.function_init;
            slot.log->append(init_report_line(took, InitPhase::kInit, init.kind, {}));
        }
        dispatch_.boot_succeeded(slot.id, now);
        if (slot.prewarmed && dispatch_.state(slot.id) == EnvironmentState::kIdle) {
            slot.boot.reset();
        }
        return;
    }
    const auto took = init.runtime_boot + init.function_init;
    slot.log->append(init_report_line(took, InitPhase::kInit, init.kind, init.error_type));
    boot_failed(slot, std::nullopt);
}

void Fleet::boot_failed(Slot& slot, std::optional<Error> platform_error) {
    const std::optional<CallId> call = dispatch_.boot_failed(slot.id);
    slot.provisioned = false;
    if (!call) {
        return;
    }
    EnvironmentLease lease(*this, slot);
    if (platform_error) {
        answer(*call, *platform_error);
    } else {
        answer(*call, std::move(lease));
    }
}

// In a flow of its own, which stop can cancel although the invocation's flow is shielded.
Task<Result<runtime::InitOutcome>> Fleet::repeat_init(
    Slot& slot, SteadyTime deadline, std::string request_id
) {
    Restarted restarted(executor_);
    boots_.spawn("repeat_init", restart(slot, deadline, std::move(request_id), restarted));
    LAMBENT_CO_TRY(runtime::StartedEnvironment started, co_await restarted.wait());
    slot.environment = std::move(started.environment);
    if (slot.environment) {
        dispatch_.repeat_succeeded(slot.id);
    }
    co_return std::move(started.init);
}

Task<> Fleet::restart(
    const Slot& slot, SteadyTime deadline, std::string request_id, Restarted& restarted
) {
    Result<runtime::StartedEnvironment> started =
        co_await start(slot, deadline, std::move(request_id));
    restarted.set(std::move(started));
}

}  // namespace lambent::scheduler
