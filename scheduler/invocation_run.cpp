#include "scheduler/invocation_run.h"

#include "scheduler/response_stream.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

using std::chrono::microseconds;

microseconds init_time(const runtime::InitOutcome& init) {
    return init.runtime_boot + init.function_init;
}

microseconds start_time(const runtime::InitOutcome& init) {
    return init.cell_claim + init.mount_and_limits + init_time(init);
}

bool is_crash(runtime::OutcomeKind kind) {
    return kind == runtime::OutcomeKind::kExited || kind == runtime::OutcomeKind::kOutOfMemory ||
           kind == runtime::OutcomeKind::kTimeout;
}

}  // namespace

InvocationRun::InvocationRun(
    Context& context, Invocation invocation, EnvironmentLease lease, Waits waits
)
    : context_(context),
      invocation_(std::move(invocation)),
      lease_(std::move(lease)),
      began_(context.clock.steady_now()),
      deadline_(began_ + std::chrono::seconds(lease_->function->timeout_s)),
      event_bytes_(invocation_.delivery == Delivery::kAsync ? invocation_.payload.size() : 0) {
    open_record(waits);
}

void InvocationRun::open_record(Waits waits) {
    const runtime::Function& function = *lease_->function;
    record_.request_id = invocation_.request_id;
    record_.function = function.name;
    record_.revision_id = function.revision_id;
    record_.log_stream = lease_->log->name();
    record_.started_ms = unix_ms(context_.clock.wall_now());
    record_.memory_mb = function.memory_mb;
    record_.phases.admission = waits.admission;
    was_frozen_ = std::exchange(lease_->frozen, false);
    microseconds waited = waits.for_environment;
    if (lease_->boot) {
        const runtime::InitOutcome boot = *std::exchange(lease_->boot, std::nullopt);
        record_.source =
            boot.start == runtime::StartKind::kStem ? StartSource::kStem : StartSource::kBoot;
        if (!lease_->provisioned) {
            add_boot_phases(boot);
            waited = std::max(waited - start_time(boot), microseconds(0));
        }
        if (lease_->environment) {
            record_.init_duration = round_for_report(init_time(boot));
        }
    }
    // Its init lies before the invocation, which reports and pays for it all the same, as on
    // Lambda.
    if (lease_->provisioned) {
        record_.source = StartSource::kProvisioned;
    }
    record_.phases.queue_wait = invocation_.queued + waited;
}

void InvocationRun::add_boot_phases(const runtime::InitOutcome& init) {
    record_.phases.cell_claim += init.cell_claim;
    record_.phases.mount_and_limits += init.mount_and_limits;
    record_.phases.runtime_boot += init.runtime_boot;
    record_.phases.function_init += init.function_init;
    record_.memory_peak_bytes = std::max(record_.memory_peak_bytes, init.memory_peak_bytes);
}

microseconds InvocationRun::elapsed() const {
    return std::chrono::duration_cast<microseconds>(context_.clock.steady_now() - began_);
}

Task<Result<InvocationResult>> InvocationRun::run() {
    runtime::LogStream& log = *lease_->log;
    if (invocation_.log_tail == LogTail::kLast4Kb) {
        log.begin_tail(context_.log_tail_bytes);
    }
    Result<runtime::InvokeOutcome> outcome = runtime::InvokeOutcome();
    if (!lease_->environment) {
        outcome = co_await repeat_init();
    }
    log.append(start_line(invocation_.request_id, lease_->function->version()));
    if (lease_->environment) {
        outcome = co_await deliver();
    }
    const EnvironmentFate fate = close_record(outcome);
    if (outcome.has_error()) {
        const Error error = outcome.error();
        finish(std::move(outcome), fate);
        co_return error;
    }
    co_return finish(std::move(outcome), fate);
}

// Lambda repeats an init that failed inside the invocation, under the function's own timeout; its
// time is part of Duration. What it ends with is the invocation's outcome unless it succeeds.
Task<Result<runtime::InvokeOutcome>> InvocationRun::repeat_init() {
    LAMBENT_CO_TRY(
        runtime::InitOutcome init,
        co_await context_.fleet.repeat_init(*lease_, deadline_, invocation_.request_id)
    );
    suppressed_init_ = elapsed();
    add_boot_phases(init);
    runtime::InvokeOutcome outcome;
    if (!lease_->environment) {
        lease_->log->append(
            init_report_line(init_time(init), InitPhase::kInvoke, init.kind, init.error_type)
        );
        outcome.kind = init.kind;
        outcome.payload = std::move(init.payload);
        outcome.error_type = std::move(init.error_type);
        outcome.memory_peak_bytes = init.memory_peak_bytes;
        outcome.reusable = false;
    }
    co_return outcome;
}

Task<Result<runtime::InvokeOutcome>> InvocationRun::deliver() {
    runtime::InvokeRequest request;
    request.request_id = invocation_.request_id;
    request.payload = std::move(invocation_.payload);
    request.client_context = std::move(invocation_.client_context);
    request.trace_id = std::move(invocation_.trace_id);
    if (const auto colon = invocation_.function.find(':'); colon != std::string::npos) {
        request.qualifier = invocation_.function.substr(colon + 1);
    }
    if (invocation_.stream != nullptr) {
        invocation_.stream->run_by(lease_->function->version());
        request.sink = invocation_.stream;
    }
    request.deadline = deadline_;
    const auto left =
        std::chrono::duration_cast<WallTime::duration>(deadline_ - context_.clock.steady_now());
    request.deadline_wall = context_.clock.wall_now() + left;
    return lease_->environment->invoke(std::move(request));
}

EnvironmentFate InvocationRun::close_record(const Result<runtime::InvokeOutcome>& outcome) {
    EnvironmentFate fate = EnvironmentFate::kLost;
    microseconds invoked{0};
    if (outcome.has_error()) {
        record_.outcome = runtime::OutcomeKind::kExited;
        record_.error_type = "Sandbox.Failure";
    } else {
        record_.outcome = outcome->kind;
        record_.error_type = outcome->error_type;
        record_.phases.handler = outcome->handler;
        record_.phases.response_transfer = outcome->response_transfer;
        record_.memory_peak_bytes = std::max(record_.memory_peak_bytes, outcome->memory_peak_bytes);
        invoked = outcome->handler + outcome->response_transfer;
        if (outcome->reusable && !is_crash(outcome->kind)) {
            fate = EnvironmentFate::kKept;
        }
    }
    // A platform that failed, or an init that did, has no handler time; the clock knows.
    const microseconds whole = elapsed();
    const microseconds duration = invoked.count() > 0 ? suppressed_init_ + invoked : whole;
    record_.duration = round_for_report(duration);
    if (was_frozen_) {
        record_.phases.freeze = std::max(whole - duration, microseconds(0));  // to thaw it
    }
    context_.meter.meter(record_, *lease_->function, event_bytes_);
    return fate;
}

InvocationResult InvocationRun::finish(
    Result<runtime::InvokeOutcome> outcome, EnvironmentFate fate
) {
    runtime::LogStream& log = *lease_->log;
    log.append(end_line(record_.request_id));
    log.append(report_line(record_, fate));
    InvocationResult result;
    if (invocation_.log_tail == LogTail::kLast4Kb) {
        result.log_tail = log.take_tail();
    }
    result.executed_version = lease_->function->version();
    lease_->last_record = context_.records.add(record_);
    lease_->invocations += 1;
    if (fate == EnvironmentFate::kKept) {
        lease_.give_back(outcome.has_value() ? outcome->in_handler : microseconds(0));
    }
    if (outcome.has_value()) {
        result.outcome = std::move(outcome).value();
    }
    result.record = std::move(record_);
    return result;
}

}  // namespace lambent::scheduler
