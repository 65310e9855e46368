#include "scheduler/fleet.h"

#include "base/ids.h"
#include "base/time_format.h"

#include <algorithm>

namespace lambent::scheduler {
namespace asio = boost::asio;
namespace {

Error error_of(RefusalReason reason) {
    switch (reason) {
        case RefusalReason::kNoCapacity:
            return Error(
                Code::kThrottled,
                "ConcurrentInvocationLimitExceeded",
                "Rate Exceeded: no memory or start slot became free in time."
            );
        case RefusalReason::kScalingRate:
            return Error(Code::kThrottled, "FunctionInvocationRateLimitExceeded", "Rate Exceeded.");
        case RefusalReason::kFunctionGone:
            return Error(Code::kNotFound, "function", "The function was deleted.");
        case RefusalReason::kStopping:
            break;
    }
    return Error(Code::kUnavailable, "The service is stopping.");
}

}  // namespace

EnvironmentLease::~EnvironmentLease() {
    if (slot_ != nullptr) {
        fleet_->dispatch_.discard(slot_->id);
        fleet_->carry_out();
    }
}

void EnvironmentLease::give_back(std::chrono::microseconds in_handler) {
    Slot& slot = *std::exchange(slot_, nullptr);
    const SteadyTime now = fleet_->clock_.steady_now();
    slot.used = now;
    fleet_->dispatch_.release(slot.id, now, in_handler);
    slot.provisioned = fleet_->dispatch_.is_provisioned(slot.id);
    fleet_->carry_out();
}

Fleet::Fleet(
    asio::any_io_executor executor,
    runtime::EnvironmentFactory& factory,
    runtime::LogStore& logs,
    const Clock& clock,
    const SchedulerConfig& config,
    Logger log
)
    : executor_(executor),
      factory_(factory),
      logs_(logs),
      clock_(clock),
      config_(config),
      log_(std::move(log)),
      dispatch_(DispatchLimits::of(config)),
      timer_(executor),
      self_(std::make_shared<Fleet*>(this)),
      boots_(executor, log_),
      closes_(executor, log_) {}

// --- Calls

std::optional<EnvironmentLease> Fleet::take_warm(const runtime::FunctionPtr& function) {
    const SteadyTime now = clock_.steady_now();
    while (const std::optional<EnvironmentId> id = dispatch_.take_idle(function, now)) {
        Slot& slot = *slots_.at(*id);
        slot.used = now;
        if (slot.environment->alive()) {
            return EnvironmentLease(*this, slot);
        }
        dispatch_.discard(*id);
        carry_out();
    }
    return std::nullopt;
}

Task<Result<EnvironmentLease>> Fleet::wait(runtime::FunctionPtr function, StartPreference start) {
    // Also when the frame is destroyed while it waits, nothing points into it any more.
    struct Registration {
        Fleet& fleet;
        CallId call;
        ~Registration() {
            if (fleet.waiting_.erase(call) > 0) {
                fleet.dispatch_.forget(call);
            }
        }
    };
    Waiting granted(executor_);
    const CallId call = ++last_call_;
    waiting_.emplace(call, &granted);
    const Registration registration{*this, call};
    dispatch_.wait(call, function, start, clock_.steady_now());
    carry_out();
    co_return co_await granted.wait();
}

void Fleet::answer(CallId call, Result<EnvironmentLease> result) {
    const auto found = waiting_.find(call);
    if (found == waiting_.end()) {
        return;  // the lease in `result`, if any, closes its environment
    }
    Waiting* const waiting = found->second;
    waiting_.erase(found);
    waiting->set(std::move(result));
}

// --- Actions

// Carrying one out may lead to more; those come at the end of the same queue.
void Fleet::carry_out() {
    while (std::optional<Action> action = dispatch_.next_action()) {
        if (const auto* start = std::get_if<StartBoot>(&*action)) {
            start_boot(*start);
        } else if (const auto* serve = std::get_if<Serve>(&*action)) {
            answer(serve->call, EnvironmentLease(*this, *slots_.at(serve->environment)));
        } else if (const auto* refuse = std::get_if<Refuse>(&*action)) {
            answer(refuse->call, error_of(refuse->reason));
        } else if (const auto* close = std::get_if<Close>(&*action)) {
            start_close(close->environment);
        } else if (const auto* freeze_one = std::get_if<Freeze>(&*action)) {
            freeze(*slots_.at(freeze_one->environment));
        }
    }
    arm_timer();
}

void Fleet::start_boot(const StartBoot& action) {
    if (closing_) {
        return;
    }
    auto slot = std::make_unique<Slot>();
    slot->id = action.environment;
    slot->function = action.function;
    slot->provisioned = action.reason == BootReason::kProvision;
    slot->prewarmed = action.reason == BootReason::kPrewarm;
    slot->from = action.start == StartPreference::kForceBoot ? runtime::StartFrom::kBoot
                                                             : runtime::StartFrom::kAnything;
    slot->created = clock_.steady_now();
    slot->used = slot->created;
    const std::string stream = log_stream_date(clock_.wall_now()) + "/[" +
                               action.function->version() + "]" + random_hex(16);
    slot->log = logs_.open(action.function->log_group(), stream);
    Slot& added = *slot;
    slots_.emplace(action.environment, std::move(slot));
    boots_.spawn("boot", boot(added));
}

// An environment that was cut under its invocation is closed by the time that gives it up, or soon.
void Fleet::start_close(EnvironmentId id) {
    Slot& slot = *slots_.at(id);
    slot.given_up = true;
    if (!slot.environment || slot.cut == Slot::Cut::kDone) {
        remove(id);
    } else if (slot.cut == Slot::Cut::kNo) {
        closes_.spawn("close", close(slot));
    }
}

Task<> Fleet::close(Slot& slot) {
    co_await slot.environment->close();
    remove(slot.id);
    carry_out();
}

Task<> Fleet::cut(Slot& slot) {
    slot.cut = Slot::Cut::kUnderWay;
    co_await slot.environment->close();
    slot.cut = Slot::Cut::kDone;
    if (slot.given_up) {
        remove(slot.id);
        carry_out();
    }
}

void Fleet::remove(EnvironmentId id) {
    slots_.erase(id);
    dispatch_.closed(id);
}

void Fleet::freeze(Slot& slot) {
    if (dispatch_.state(slot.id) != EnvironmentState::kIdle || !slot.environment->alive()) {
        return;
    }
    const std::chrono::microseconds took = slot.environment->freeze();
    slot.frozen = true;
    if (frozen_hook_ && slot.last_record != 0) {
        frozen_hook_(slot.last_record, took);
    }
}

// --- Functions and time

void Fleet::set_current(const std::string& name, const runtime::FunctionPtr& current) {
    dispatch_.set_current(name, current, clock_.steady_now());
    carry_out();
}

std::size_t Fleet::evict(const std::string& function) {
    const std::size_t evicted = dispatch_.evict(function);
    carry_out();
    return evicted;
}

void Fleet::provision(
    const std::string& key, const runtime::FunctionPtr& version, std::size_t wanted
) {
    if (version) {
        dispatch_.provision(version, wanted, clock_.steady_now());
    } else {
        dispatch_.unprovision(key, clock_.steady_now());
    }
    for (const auto& [id, slot] : slots_) {
        slot->provisioned = dispatch_.is_provisioned(id);
    }
    carry_out();
}

void Fleet::tick() {
    armed_for_.reset();
    discard_dead();
    dispatch_.tick(clock_.steady_now());
    carry_out();
}

void Fleet::discard_dead() {
    for (const auto& [id, slot] : slots_) {
        if (dispatch_.state(id) == EnvironmentState::kIdle && !slot->environment->alive()) {
            dispatch_.discard(id);
        }
    }
}

// Most calls find the timer armed for something earlier, and leave it so.
void Fleet::arm_timer() {
    const std::optional<SteadyTime> due = dispatch_.next_due();
    if (!due || (armed_for_ && *armed_for_ <= *due)) {
        return;
    }
    armed_for_ = due;
    timer_.expires_after(std::max(*due - clock_.steady_now(), SteadyTime::duration::zero()));
    timer_.async_wait([self = std::weak_ptr(self_)](const boost::system::error_code& failed) {
        const auto fleet = self.lock();
        if (fleet && !failed) {
            (*fleet)->tick();
        }
    });
}

std::vector<std::pair<const Slot*, EnvironmentState>> Fleet::all() const {
    std::vector<std::pair<const Slot*, EnvironmentState>> every;
    for (const auto& [id, slot] : slots_) {
        every.emplace_back(slot.get(), dispatch_.state(id));
    }
    std::sort(every.begin(), every.end(), [](const auto& a, const auto& b) {
        return a.first->id < b.first->id;
    });
    return every;
}

// --- The end

void Fleet::refuse_waiting(RefusalReason reason) {
    dispatch_.refuse_all(reason);
    carry_out();
}

Task<> Fleet::cut_invocations() {
    co_await boots_.cancel_and_join();
    for (const auto& [id, slot] : slots_) {
        if (slot->environment && dispatch_.state(id) == EnvironmentState::kLeased) {
            closes_.spawn("cut", cut(*slot));
        }
    }
}

Task<> Fleet::close_all() {
    closing_ = true;
    timer_.cancel();
    co_await boots_.cancel_and_join();
    for (const auto& [id, slot] : slots_) {
        if (dispatch_.state(id) == EnvironmentState::kIdle) {
            dispatch_.discard(id);
        }
    }
    dispatch_.close_replaced();
    carry_out();
    co_await closes_.join();
}

}  // namespace lambent::scheduler
