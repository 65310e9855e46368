#include "scheduler/scheduler.h"

#include "scheduler/cancellation_shield.h"
#include "scheduler/concurrency_limiter.h"
#include "scheduler/fleet.h"
#include "scheduler/invocation_run.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <set>

namespace lambent::scheduler {
namespace asio = boost::asio;
namespace {

std::chrono::microseconds between(SteadyTime from, SteadyTime to) {
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

ConcurrencyLimiter::Limits limits_of(const SchedulerConfig& config) {
    ConcurrencyLimiter::Limits limits;
    limits.account_slots = config.account_concurrency;
    limits.requests_per_slot = config.requests_per_slot;
    return limits;
}

Error stopping() {
    return Error(Code::kUnavailable, "The service is stopping.");
}

}  // namespace

struct Scheduler::Parts {
    enum class Life { kOpen, kDraining, kCut };
    // What one invocation holds before it runs.
    struct Admission {
        runtime::FunctionPtr function;
        ConcurrencySlot slot;
        std::optional<EnvironmentLease> lease;  // none yet: it must wait for one
        InvocationRun::Waits waits;
        SteadyTime when;
    };

    Parts(
        const asio::any_io_executor& executor,
        Ports given,
        const SchedulerConfig& config,
        const RateCard& rate_card,
        const Logger& logger
    )
        : ports(std::move(given)),
          slots(limits_of(config)),
          fleet(executor, ports.environments, ports.logs, ports.clock, config, logger),
          context{
              fleet, ports.records, ports.clock, BillingMeter(rate_card), config.log_tail_bytes},
          log(logger),
          emptied(executor) {
        fleet.on_frozen([&records = ports.records](std::uint64_t record, auto took) {
            records.note_freeze(record, took);
        });
    }

    Result<Admission> admit(const Invocation& invocation);
    void claim(Result<Admission>& admitted, Result<EnvironmentLease> claimed);
    void count(Result<InvocationResult>& result);
    Task<> wait_until_empty(std::chrono::milliseconds time_max);

    Ports ports;
    ConcurrencyLimiter slots;
    Fleet fleet;
    InvocationRun::Context context;
    SchedulerCounters counters;
    Logger log;
    Life life = Life::kOpen;
    asio::steady_timer emptied;  // cancelled when the last invocation has ended
};

Scheduler::Scheduler(
    asio::any_io_executor executor,
    Ports ports,
    SchedulerConfig config,
    const RateCard& rate_card,
    Logger log
)
    : parts_(std::make_unique<Parts>(executor, std::move(ports), config, rate_card, log)) {}

Scheduler::~Scheduler() = default;

Task<Result<InvocationResult>> Scheduler::invoke(Invocation invocation) {
    CancellationShield shield;
    auto filter = shield.filter();
    co_await asio::this_coro::reset_cancellation_state(filter, asio::disable_cancellation());
    std::optional<Result<InvocationResult>> result;
    {
        Result<Parts::Admission> admitted = parts_->admit(invocation);
        if (admitted.has_value() && !admitted->lease) {
            auto claimed = co_await parts_->fleet.wait(admitted->function, invocation.start);
            parts_->claim(admitted, std::move(claimed));
        }
        if (admitted.has_error()) {
            result = admitted.error();
        } else {
            EnvironmentLease& lease = *admitted->lease;
            InvocationRun run(
                parts_->context, std::move(invocation), std::move(lease), admitted->waits
            );
            result = co_await run.run();
            parts_->count(*result);
        }
    }
    if (parts_->life != Parts::Life::kOpen && parts_->slots.taken() == 0) {
        parts_->emptied.cancel();
    }
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    shield.rethrow();
    co_return *std::move(result);
}

// The part of a call that waits for nothing.
Result<Scheduler::Parts::Admission> Scheduler::Parts::admit(const Invocation& invocation) {
    const SteadyTime arrived = ports.clock.steady_now();
    if (life != Life::kOpen) {
        return stopping();
    }
    runtime::FunctionPtr function = ports.find_function(invocation.function);
    if (!function) {
        return Error(Code::kNotFound, "function", "Function not found: " + invocation.function);
    }
    auto slot = slots.acquire(function->name, function->key(), invocation.delivery, arrived);
    if (slot.has_error()) {
        counters.throttles += 1;
        return slot.error();
    }
    Admission admitted{std::move(function), std::move(slot).value(), std::nullopt, {}, {}};
    if (invocation.start == StartPreference::kAny) {
        admitted.lease = fleet.take_warm(admitted.function);
    }
    admitted.when = ports.clock.steady_now();
    admitted.waits.admission = between(arrived, admitted.when);
    return admitted;
}

void Scheduler::Parts::claim(Result<Admission>& admitted, Result<EnvironmentLease> claimed) {
    if (claimed.has_error()) {
        counters.throttles += claimed.error().code() == Code::kThrottled ? 1 : 0;
        admitted = claimed.error();
        return;
    }
    admitted->lease = std::move(claimed).value();
    admitted->waits.for_environment = between(admitted->when, ports.clock.steady_now());
}

void Scheduler::Parts::count(Result<InvocationResult>& result) {
    counters.invocations += 1;
    if (result.has_value()) {
        const StartSource source = result->record.source;
        const bool cold = source == StartSource::kStem || source == StartSource::kBoot;
        counters.cold_starts += cold ? 1 : 0;
        counters.errors += result->outcome.kind == runtime::OutcomeKind::kSuccess ? 0 : 1;
        const bool cut = result->outcome.kind == runtime::OutcomeKind::kExited;
        if (life == Life::kCut && cut) {
            result = stopping();
        }
    }
}

void Scheduler::retire(const std::string& function) {
    parts_->fleet.set_current(function, parts_->ports.find_function(function));
}

void Scheduler::reserve(const std::string& function, std::optional<std::uint32_t> slots) {
    parts_->slots.reserve(function, slots, parts_->ports.clock.steady_now());
}

void Scheduler::provision(
    const std::string& function, const std::string& version, std::uint32_t slots
) {
    parts_->slots.provision(function, version, slots, parts_->ports.clock.steady_now());
    const runtime::FunctionPtr found = parts_->ports.find_function(version);
    parts_->fleet.provision(version, slots > 0 ? found : runtime::FunctionPtr(), slots);
}

Scheduler::ProvisionState Scheduler::provisioned(const std::string& version) const {
    const Dispatch::ProvisionState known = parts_->fleet.provisioned(version);
    ProvisionState state;
    state.ready = static_cast<std::uint32_t>(known.ready);
    state.in_use = parts_->slots.provisioned_taken(version);
    state.has_failed = known.has_failed;
    state.lacks_memory = known.lacks_memory;
    return state;
}

std::uint32_t Scheduler::take_provisioned_peak(const std::string& version) {
    return parts_->slots.take_provisioned_peak(version);
}

std::size_t Scheduler::evict(const std::string& function) {
    std::set<std::string> keys{function};
    for (const auto& [slot, state] : parts_->fleet.all()) {
        if (slot->function->name == function) {
            keys.insert(slot->function->key());
        }
    }
    std::size_t evicted = 0;
    for (const std::string& key : keys) {
        evicted += parts_->fleet.evict(key);
    }
    return evicted;
}

std::vector<EnvironmentInfo> Scheduler::environments() const {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const SteadyTime now = parts_->ports.clock.steady_now();
    std::vector<EnvironmentInfo> infos;
    for (const auto& [slot, state] : parts_->fleet.all()) {
        const bool idle = state == EnvironmentState::kIdle;
        if (state == EnvironmentState::kClosing || (idle && !slot->environment->alive())) {
            continue;
        }
        EnvironmentInfo info;
        info.function = slot->function->name;
        info.version = slot->function->version();
        info.revision_id = slot->function->revision_id;
        info.state = idle                                 ? EnvironmentInfo::State::kIdle
                     : state == EnvironmentState::kLeased ? EnvironmentInfo::State::kBusy
                                                          : EnvironmentInfo::State::kStarting;
        info.memory_mb = slot->function->memory_mb;
        info.age = duration_cast<milliseconds>(now - slot->created);
        info.idle = idle ? duration_cast<milliseconds>(now - slot->used) : milliseconds(0);
        info.invocations = slot->invocations;
        info.log_stream = slot->log->name();
        info.frozen = slot->frozen;
        info.provisioned = slot->provisioned;
        infos.push_back(std::move(info));
    }
    return infos;
}

const SchedulerCounters& Scheduler::counters() const {
    return parts_->counters;
}

void Scheduler::tick() {
    parts_->fleet.tick();
}

std::optional<SteadyTime> Scheduler::next_due() const {
    return parts_->fleet.next_due();
}

Task<> Scheduler::stop(std::chrono::milliseconds drain) {
    Parts& parts = *parts_;
    parts.life = Parts::Life::kDraining;
    parts.fleet.refuse_waiting(RefusalReason::kStopping);
    co_await parts.wait_until_empty(drain);
    if (parts.slots.taken() > 0) {
        parts.life = Parts::Life::kCut;
        co_await parts.fleet.cut_invocations();
        constexpr std::chrono::milliseconds kKillTimeMax{5'000};
        co_await parts.wait_until_empty(kKillTimeMax);
        if (parts.slots.taken() > 0) {
            parts.log.error("invocations_left", {{"count", parts.slots.taken()}});
        }
    }
    co_await parts.fleet.close_all();
}

Task<> Scheduler::Parts::wait_until_empty(std::chrono::milliseconds time_max) {
    if (slots.taken() > 0) {
        emptied.expires_after(time_max);
        boost::system::error_code woken;
        co_await emptied.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

}  // namespace lambent::scheduler
