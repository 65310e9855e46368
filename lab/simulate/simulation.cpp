#include "lab/simulate/simulation.h"

#include "scheduler/billing_meter.h"
#include "scheduler/concurrency_limiter.h"
#include "scheduler/dispatch.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace lambent::lab {
namespace {

using scheduler::EnvironmentId;
using std::chrono::microseconds;

// Freezing changes no decision; this is beyond the end of any trace.
constexpr std::chrono::milliseconds kNeverFreeze = std::chrono::hours(24 * 365 * 10);

scheduler::DispatchLimits limits_of(const SimulationConfig& config) {
    auto limits = scheduler::DispatchLimits::of(config.scheduler);
    limits.pool.freeze_after = kNeverFreeze;
    return limits;
}

// A call that was admitted.
struct Admitted {
    std::uint64_t number = 0;
    TraceCall call;
    scheduler::ConcurrencySlot slot;
};

// Something that ends at a known time: a boot, or the call that an environment serves.
struct Event {
    SteadyTime at;
    EnvironmentId environment = 0;
    std::optional<scheduler::ConcurrencySlot> slot;  // of the call
};

// Sooner first; ends of calls before ends of boots at the same time, then the older environment.
bool is_later(const Event& one, const Event& other) {
    if (one.at != other.at) {
        return one.at > other.at;
    }
    if (one.slot.has_value() != other.slot.has_value()) {
        return other.slot.has_value();
    }
    return one.environment > other.environment;
}

// One run. Everything that happens is an event of its heap, a time that Dispatch names, or a call.
class Simulation {
  public:
    Simulation(Trace& trace, const SimulationConfig& config, const StartHook& on_start)
        : trace_(trace),
          on_start_(on_start),
          dispatch_(limits_of(config)),
          slots_({config.scheduler.account_concurrency, config.scheduler.requests_per_slot}),
          meter_(config.rate_card),
          functions_(trace.function_count()) {
        result_.policy = to_string(config.scheduler.keep_alive);
    }

    SimulationResult run() {
        trace_.rewind();
        std::vector<TraceCall> calls;
        while (trace_.next(calls)) {
            for (const TraceCall& call : calls) {
                pass_until(time_of(call.at_us));
                arrive(call);
            }
        }
        pass_until(time_of(trace_.end_us()));
        result_.idle_gb_hours = idle_mb_hours_ / 1'024;
        while (!waiting_.empty()) {
            pass_until(now_ + std::chrono::seconds(1));
        }
        finish();
        return result_;
    }

  private:
    struct Function {
        runtime::FunctionPtr description;  // once it has been called
        std::uint32_t calls = 0;
        std::uint32_t cold = 0;
    };
    static SteadyTime time_of(std::int64_t us) { return SteadyTime(microseconds(us)); }

    // Everything up to that time, in order; what is due at the same time as an event comes after
    // it.
    void pass_until(SteadyTime end) {
        for (;;) {
            const std::optional<SteadyTime> due = dispatch_.next_due();
            const bool event_next = !events_.empty() && !(due && *due < events_.front().at);
            if (event_next && events_.front().at <= end) {
                end_event();
            } else if (!event_next && due && *due <= end) {
                move_clock(std::max(now_, *due));
                dispatch_.tick(now_);
                carry_out();
            } else {
                break;
            }
        }
        move_clock(end);
    }

    void move_clock(SteadyTime to) {
        if (to > now_) {
            const auto passed = std::chrono::duration<double, std::ratio<3'600>>(to - now_);
            idle_mb_hours_ += static_cast<double>(dispatch_.memory_idle_mb()) * passed.count();
            now_ = to;
        }
    }

    void arrive(const TraceCall& call) {
        const std::uint64_t number = number_++;
        const runtime::FunctionPtr& function = description_of(call.function);
        const std::string& name = function->name;
        auto slot = slots_.acquire(name, name, scheduler::Delivery::kSync, now_);
        if (slot.has_error()) {
            result_.throttles += 1;
            return;
        }
        Admitted admitted{number, call, std::move(*slot)};
        if (const auto id = dispatch_.take_idle(function, now_)) {
            serve(*id, std::move(admitted));
            return;
        }
        waiting_.emplace(number, std::move(admitted));
        dispatch_.wait(number, function, scheduler::StartPreference::kAny, now_);
        carry_out();
    }

    const runtime::FunctionPtr& description_of(std::uint32_t index) {
        runtime::FunctionPtr& known = functions_[index].description;
        if (!known) {
            auto made = std::make_shared<runtime::Function>();
            made->name = "f" + std::to_string(index);
            made->memory_mb = trace_.function(index).memory_mb;
            known = std::move(made);
        }
        return known;
    }

    // An environment tells its boot with its first invocation, as in the live record.
    void serve(EnvironmentId id, Admitted admitted) {
        const bool cold = fresh_.erase(id) > 0;
        Function& function = functions_[admitted.call.function];
        function.calls += 1;
        function.cold += cold ? 1 : 0;
        bill(admitted.call, *function.description, cold);
        if (on_start_) {
            on_start_(admitted.number, admitted.call, cold ? Start::kCold : Start::kWarm);
        }
        const SteadyTime end = now_ + microseconds(admitted.call.duration_us);
        push(Event{end, id, std::move(admitted.slot)});
    }

    void bill(const TraceCall& call, const runtime::Function& function, bool cold) {
        const std::uint32_t boot_us = cold ? trace_.function(call.function).boot_us : 0;
        record_.duration = microseconds(call.duration_us);
        record_.init_duration = microseconds(boot_us);
        record_.memory_mb = function.memory_mb;
        meter_.meter(record_, function, 0);
        result_.invocations += 1;
        result_.cold_starts += cold ? 1 : 0;
        result_.busy_gb_hours += record_.gb_seconds / 3'600;
        result_.cost_usd += record_.cost_usd;
    }

    void push(Event event) {
        events_.push_back(std::move(event));
        std::push_heap(events_.begin(), events_.end(), is_later);
    }

    void end_event() {
        std::pop_heap(events_.begin(), events_.end(), is_later);
        const Event event = std::move(events_.back());
        events_.pop_back();
        move_clock(event.at);
        if (event.slot) {
            dispatch_.release(event.environment, now_);
        } else {
            end_boot(event.environment);
        }
        carry_out();
    }

    void end_boot(EnvironmentId id) {
        const bool prewarmed = prewarming_.erase(id) > 0;
        fresh_.insert(id);
        dispatch_.boot_succeeded(id, now_);
        if (prewarmed && dispatch_.state(id) == scheduler::EnvironmentState::kIdle) {
            fresh_.erase(id);
        }
    }

    void carry_out() {
        while (const std::optional<scheduler::Action> action = dispatch_.next_action()) {
            if (const auto* boot = std::get_if<scheduler::StartBoot>(&*action)) {
                start_boot(*boot);
            } else if (const auto* given = std::get_if<scheduler::Serve>(&*action)) {
                const auto found = waiting_.find(given->call);
                serve(given->environment, std::move(found->second));
                waiting_.erase(found);
            } else if (const auto* close = std::get_if<scheduler::Close>(&*action)) {
                fresh_.erase(close->environment);
                dispatch_.closed(close->environment);
            } else if (const auto* refuse = std::get_if<scheduler::Refuse>(&*action)) {
                result_.throttles += 1;
                waiting_.erase(refuse->call);
            }
        }
    }

    void start_boot(const scheduler::StartBoot& boot) {
        const auto index = static_cast<std::uint32_t>(std::stoul(boot.function->name.substr(1)));
        result_.boots += 1;
        if (boot.reason == scheduler::BootReason::kPrewarm) {
            result_.prewarms += 1;
            prewarming_.insert(boot.environment);
        }
        const SteadyTime end = now_ + microseconds(trace_.function(index).boot_us);
        push(Event{end, boot.environment, std::nullopt});
    }

    void finish() {
        result_.hours = static_cast<double>(trace_.end_us()) / 3.6e9;
        std::vector<double> percents;
        for (const Function& function : functions_) {
            if (function.calls > 0) {
                percents.push_back(100.0 * function.cold / function.calls);
            }
        }
        result_.functions = percents.size();
        std::sort(percents.begin(), percents.end());
        for (std::size_t i = 0; i < kColdPercentiles.size() && !percents.empty(); ++i) {
            const double rank = kColdPercentiles.at(i) * static_cast<double>(percents.size() - 1);
            result_.cold_percent.at(i) = percents.at(static_cast<std::size_t>(rank + 0.5));
        }
    }

    Trace& trace_;
    const StartHook& on_start_;
    scheduler::Dispatch dispatch_;
    scheduler::ConcurrencyLimiter slots_;  // outlives the slots below
    scheduler::BillingMeter meter_;
    std::vector<Function> functions_;
    std::vector<Event> events_;  // a heap, the next on top
    std::unordered_map<scheduler::CallId, Admitted> waiting_;
    std::unordered_set<EnvironmentId> fresh_;  // booted, have not served yet
    std::unordered_set<EnvironmentId> prewarming_;
    scheduler::InvocationRecord record_;
    SteadyTime now_;
    std::uint64_t number_ = 0;
    double idle_mb_hours_ = 0;
    SimulationResult result_;
};

}  // namespace

SimulationConfig SimulationConfig::unlimited(scheduler::KeepAlive keep_alive) {
    constexpr std::uint32_t kAny = 1U << 30;
    SimulationConfig config;
    config.scheduler.keep_alive = keep_alive;
    config.scheduler.account_concurrency = kAny;
    config.scheduler.requests_per_slot = 0;
    config.scheduler.scaling_burst = kAny;
    config.scheduler.scaling_per_second = kAny;
    config.scheduler.memory_budget_mb = std::uint64_t{1} << 50;
    config.scheduler.boots_max = kAny;
    return config;
}

SimulationResult simulate(Trace& trace, const SimulationConfig& config, const StartHook& on_start) {
    return Simulation(trace, config, on_start).run();
}

}  // namespace lambent::lab
