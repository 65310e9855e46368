#include "runtime/environment/environment_core.h"

#include "runtime/environment/cell_plan.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lambent::runtime {
namespace {

std::chrono::microseconds between(SteadyTime from, SteadyTime to) {
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

// Runs its action unless released: for flows that may be cancelled at any co_await.
template <class Action>
class Unless {
  public:
    explicit Unless(Action action) : action_(std::move(action)) {}
    ~Unless() {
        if (armed_) {
            action_();
        }
    }
    Unless(const Unless&) = delete;
    Unless& operator=(const Unless&) = delete;
    void release() { armed_ = false; }

  private:
    Action action_;
    bool armed_ = true;
};

}  // namespace

EnvironmentCore::EnvironmentCore(
    const boost::asio::any_io_executor& executor, EnvironmentParts parts, const Logger& log
)
    : parts_(std::move(parts)),
      log_(log),
      output_(executor, std::move(parts_.output), *parts_.log),
      watch_(executor, [this] { cut(); }),
      scope_(executor, log) {
    parts_.channel->on_broken([this] { cut_off(); });
    scope_.spawn("guest_output", output_.read_all());
    scope_.spawn("guest_deadline", watch_.run());
    scope_.spawn("guest_exit", watch_exit());
}

Task<Result<InitOutcome>> EnvironmentCore::initialise(std::string request_id, SteadyTime deadline) {
    Unless cancelled([this] { give_up(); });
    watch_.arm(deadline);
    LAMBENT_CO_TRY(co_await walls());
    GuestInit init = co_await parts_.channel->initialised();
    watch_.disarm();
    InitOutcome outcome;
    if (init.signal == InitSignal::kNone) {
        LAMBENT_CO_TRY(GuestFailure failure, co_await find_failure(std::move(request_id)));
        outcome.kind = failure.kind;
        outcome.error_type = std::move(failure.error_type);
        outcome.payload = std::move(failure.payload);
    } else if (init.signal == InitSignal::kError) {
        outcome.kind = OutcomeKind::kFunctionError;
        outcome.error_type = std::move(init.error_type);
        outcome.payload = std::move(init.payload);
    }
    output_.drain();
    fill_phases(outcome, init);
    outcome.memory_peak_bytes = memory_peak();
    if (outcome.kind == OutcomeKind::kSuccess) {
        LAMBENT_CO_TRY(parts_.cell->set_cpu(cpu_limit(*parts_.function)));
        cancelled.release();
    }
    co_return outcome;
}

// Waits until the cell is what its function needs.
Task<Result<void>> EnvironmentCore::walls() {
    if (!parts_.timings.walled) {
        LAMBENT_CO_TRY(co_await parts_.cell->equipped());
        parts_.timings.walled = parts_.cell->equip_timings().limited;
    }
    co_return Result<void>();
}

void EnvironmentCore::fill_phases(InitOutcome& outcome, const GuestInit& init) const {
    const StartTimings& start = parts_.timings;
    const SteadyTime walled = *start.walled;
    SteadyTime booted = init.opened == SteadyTime() ? init.ended : init.opened;
    if (parts_.kind == StartKind::kStem) {
        booted = walled;  // its runtime has booted long before it was wanted
    }
    booted = std::max(booted, walled);
    outcome.start = parts_.kind;
    outcome.cell_claim = between(start.requested, start.claimed);
    outcome.mount_and_limits = between(start.claimed, walled);
    outcome.runtime_boot = between(walled, booted);
    outcome.function_init = between(booted, init.ended);
}

Task<Result<InvokeOutcome>> EnvironmentCore::invoke(InvokeRequest request) {
    if (over_) {
        co_return Error(Code::kUnavailable, "environment", "the environment has ended");
    }
    Unless cancelled([this] { give_up(); });
    LAMBENT_CO_TRY(thaw());
    ChannelEvent event;
    event.request_id = request.request_id;
    event.payload = std::move(request.payload);
    event.client_context = std::move(request.client_context);
    event.trace_id = std::move(request.trace_id);
    event.function_arn = parts_.function_arn;
    if (!request.qualifier.empty()) {
        event.function_arn += ":" + request.qualifier;
    }
    event.deadline = request.deadline_wall;
    event.sink = std::move(request.sink);
    const SteadyTime offered = std::chrono::steady_clock::now();
    watch_.arm(request.deadline);
    GuestAnswer answer = co_await parts_.channel->exchange(std::move(event));
    watch_.disarm();
    InvokeOutcome outcome;
    if (answer.kind == AnswerKind::kNone) {
        outcome.handler = between(offered, std::chrono::steady_clock::now());
        LAMBENT_CO_TRY(GuestFailure failure, co_await find_failure(std::move(request.request_id)));
        outcome.kind = failure.kind;
        outcome.error_type = std::move(failure.error_type);
        outcome.payload = std::move(failure.payload);
        outcome.reusable = false;
    } else {
        outcome = outcome_of(std::move(answer));
        cancelled.release();
    }
    output_.drain();
    outcome.memory_peak_bytes = memory_peak();
    co_return outcome;
}

Task<Result<GuestFailure>> EnvironmentCore::find_failure(std::string request_id) {
    if (cut_) {
        co_return timed_out(request_id, parts_.function->timeout_s);
    }
    if (broken_) {
        co_return broke_protocol(request_id);
    }
    const sandbox::ExitReport report = co_await parts_.cell->exited();
    memory_peak_bytes_ = std::max(memory_peak_bytes_, report.memory_peak_bytes);
    switch (report.verdict) {
        case sandbox::ExitVerdict::kExited:
        case sandbox::ExitVerdict::kSignalled:
        case sandbox::ExitVerdict::kOutOfMemory:
            co_return died(request_id, report);
        case sandbox::ExitVerdict::kKilled:
        case sandbox::ExitVerdict::kLost:
            break;
    }
    co_return Error(Code::kUnavailable, "environment", "the cell was ended by the platform");
}

Task<> EnvironmentCore::watch_exit() {
    const sandbox::ExitReport report = co_await parts_.cell->exited();
    over_ = true;
    memory_peak_bytes_ = std::max(memory_peak_bytes_, report.memory_peak_bytes);
    const auto action = parts_.channel->end(EnvironmentFsm::Event::kExit);
    if (action == EnvironmentFsm::Action::kRetire) {
        log_.info(
            "environment_died_idle",
            {{"function", parts_.function->name}, {"verdict", to_string(report.verdict)}}
        );
    }
}

void EnvironmentCore::cut() {
    if (parts_.channel->end(EnvironmentFsm::Event::kDeadline) != EnvironmentFsm::Action::kCut) {
        return;  // it answered in the same moment
    }
    memory_peak();  // while the cell is still there to be asked
    cut_ = true;
    over_ = true;
    parts_.cell->kill();
}

void EnvironmentCore::cut_off() {
    log_.warn("guest_broke_protocol", {{"function", parts_.function->name}});
    broken_ = true;
    over_ = true;
    parts_.channel->end(EnvironmentFsm::Event::kExit);
    parts_.cell->kill();
}

// The flow that used the environment is gone, so nobody knows what the guest is doing.
void EnvironmentCore::give_up() {
    over_ = true;
    parts_.channel->end(EnvironmentFsm::Event::kClose);
    parts_.cell->kill();
}

Result<void> EnvironmentCore::thaw() {
    if (!frozen_) {
        return {};
    }
    LAMBENT_TRY(parts_.cell->thaw());
    frozen_ = false;
    return {};
}

std::chrono::microseconds EnvironmentCore::freeze() {
    const SteadyTime started = std::chrono::steady_clock::now();
    if (over_ || frozen_) {
        return std::chrono::microseconds(0);
    }
    const Result<void> frozen = parts_.cell->freeze();
    if (frozen.has_error()) {
        log_.error("freeze_failed", {{"reason", frozen.error().message()}});
        give_up();  // a guest that cannot be stopped must not run unobserved
        return std::chrono::microseconds(0);
    }
    frozen_ = true;
    const auto took = between(started, std::chrono::steady_clock::now());
    return std::max(took, std::chrono::microseconds(1));  // zero says that nothing was frozen
}

Task<> EnvironmentCore::close() {
    over_ = true;
    watch_.disarm();
    parts_.door.reset();
    parts_.channel->end(EnvironmentFsm::Event::kClose);
    parts_.cell->kill();
    co_await parts_.cell->exited();
    output_.drain();
    co_await parts_.channel->close();
    co_await scope_.cancel_and_join();
    closed_ = true;
}

std::uint64_t EnvironmentCore::memory_peak() {
    const Result<std::uint64_t> peak = parts_.cell->memory_peak_bytes();
    if (peak.has_value()) {
        memory_peak_bytes_ = std::max(memory_peak_bytes_, *peak);
    }
    return memory_peak_bytes_;
}

}  // namespace lambent::runtime
