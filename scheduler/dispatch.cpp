#include "scheduler/dispatch.h"

#include "base/result.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

using State = EnvironmentState;
using Event = EnvironmentEvent;

}  // namespace

Dispatch::Dispatch(DispatchLimits limits) : limits_(std::move(limits)), pool_(limits_.pool) {}

// --- Calls

std::optional<EnvironmentId> Dispatch::take_idle(
    const runtime::FunctionPtr& function, SteadyTime now
) {
    PerFunction& per = per_function(function, now);
    const bool others_first = per.patient > 0 && !per.waiters.empty();
    if (others_first || per.free_or_boot.crowded_until(per.waiters.size() + 1, now)) {
        return std::nullopt;
    }
    return lease_idle(per, now);
}

std::optional<EnvironmentId> Dispatch::lease_idle(PerFunction& per, SteadyTime now) {
    std::optional<EnvironmentId> id = take_provisioned(per);
    if (!id) {
        id = pool_.take(per.current, now);
    }
    if (id) {
        move(*id, Event::kTaken);
        per.free_or_boot.call_began(*id, now);
    }
    return id;
}

void Dispatch::wait(
    CallId call, const runtime::FunctionPtr& function, StartPreference start, SteadyTime now
) {
    PerFunction& per = per_function(function, now);
    if (per.waiters.size() >= waiting_max(per)) {
        actions_.emplace_back(Refuse{call, RefusalReason::kNoCapacity});
        return;
    }
    per.waiters.push_back(Waiter{call, start, now + limits_.capacity_wait});
    if (start == StartPreference::kAny) {
        if (!pool_.holds(function->key())) {
            pool_.missed(function->key(), now);
        }
        if (per.patient > 0) {
            serve_from_idle(per, now);  // to those who came before, and were held back
        }
        if (per.uncovered() > 0) {
            wait_for_running(function->key(), per, now);
        }
    }
    queue_for_boot(function->key(), per);
    start_boots();
}

void Dispatch::forget(CallId call) {
    for (auto& [name, per] : functions_) {
        std::erase_if(per.waiters, [call](const Waiter& waiter) { return waiter.call == call; });
        per.patient = std::min(per.patient, per.waiters.size());
    }
}

void Dispatch::refuse_all(RefusalReason reason) {
    for (auto& [name, per] : functions_) {
        for (const Waiter& waiter : per.waiters) {
            actions_.emplace_back(Refuse{waiter.call, reason});
        }
        per.waiters.clear();
        per.patient = 0;
    }
}

// --- Environments

void Dispatch::boot_succeeded(EnvironmentId id, SteadyTime now) {
    now_ = now;
    serve_or_pool(id, now, Freshness::kBooted);
    start_boots();
    start_prewarms(now);
}

std::optional<CallId> Dispatch::boot_failed(EnvironmentId id) {
    Node& node = environments_.at(id);
    std::optional<CallId> call;
    if (is_current(node)) {
        if (node.provisioned) {
            provision_failed(node);
        }
        PerFunction& per = functions_.at(node.function->key());
        if (!per.waiters.empty()) {
            call = per.waiters.front().call;
            per.waiters.pop_front();
        }
    }
    if (call) {
        move(id, Event::kBootFailedForCall);
    } else {
        discard(id);
    }
    start_boots();
    return call;
}

void Dispatch::repeat_succeeded(EnvironmentId id) {
    move(id, Event::kRepeatSucceeded);
}

void Dispatch::release(EnvironmentId id, SteadyTime now, std::chrono::nanoseconds in_handler) {
    now_ = now;
    if (const Node& node = environments_.at(id); is_current(node)) {
        PerFunction& per = functions_.at(node.function->key());
        per.free_or_boot.call_ended(id, now, in_handler);
        serve_or_pool(id, now, Freshness::kUsed);
        if (per.patient > 0) {
            serve_from_idle(per, now);
        }
    } else {
        discard(id);
    }
    if (!boot_turns_.empty()) {
        start_boots();
    }
}

void Dispatch::discard(EnvironmentId id) {
    const Node& node = environments_.at(id);
    if (node.state == State::kIdle && node.provisioned) {
        std::erase(functions_.at(node.function->key()).provision.idle, id);
    } else if (node.state == State::kIdle) {
        pool_.remove(id);
    } else if (node.state == State::kLeased && is_current(node)) {
        functions_.at(node.function->key()).free_or_boot.call_lost(id);
    }
    move(id, Event::kDiscarded);
    actions_.emplace_back(Close{id});
}

void Dispatch::closed(EnvironmentId id) {
    const auto found = environments_.find(id);
    LAMBENT_ASSERT(found != environments_.end() && found->second.state == State::kClosing);
    memory_used_mb_ -= found->second.memory_mb;
    memory_closing_mb_ -= found->second.memory_mb;
    environments_.erase(found);
    start_boots();
}

// A call that asked for a cold start is passed over by used environments; and when more of them are
// busy than are worth it, this one rests although calls wait.
void Dispatch::serve_or_pool(EnvironmentId id, SteadyTime now, Freshness freshness) {
    Node& node = environments_.at(id);
    if (!is_current(node)) {
        discard(id);
        return;
    }
    const auto prewarmed_for = std::exchange(node.prewarmed_for, std::nullopt);
    const bool booted = freshness == Freshness::kBooted;
    PerFunction& per = functions_.at(node.function->key());
    if (booted) {
        per.free_or_boot.boot_took(now - node.boot_began);
        per.provision.failures = node.provisioned ? 0 : per.provision.failures;
    }
    std::deque<Waiter>& waiters = per.waiters;
    const auto accepts = [booted](const Waiter& waiter) {
        return booted || waiter.start == StartPreference::kAny;
    };
    const bool rests = !booted && per.patient > 0 &&
                       per.free_or_boot.crowded_until(waiters.size(), now).has_value();
    const auto next = rests ? waiters.end() : std::find_if(waiters.begin(), waiters.end(), accepts);
    if (next != waiters.end()) {
        actions_.emplace_back(Serve{next->call, id});
        waiters.erase(next);
        per.patient -= !booted && per.patient > 0 ? 1 : 0;
        per.free_or_boot.call_began(id, now);
        move(id, booted ? Event::kBootSucceededForCall : Event::kReleasedToCall);
        return;
    }
    const bool stays_provisioned = node.provisioned && keep_provisioned(id, node);
    move(id, booted ? Event::kBootSucceededForPool : Event::kReleasedToPool);
    if (stays_provisioned) {
        return;
    }
    if (prewarmed_for) {
        pool_.put_prewarmed(id, node.function, *prewarmed_for, now);
    } else {
        pool_.put(id, node.function, now);
    }
    close_evicted(pool_.evict_expired(now));
}

void Dispatch::move(EnvironmentId id, EnvironmentEvent event) {
    Node& node = environments_.at(id);
    const std::optional<State> next = next_state(node.state, event);
    LAMBENT_ASSERT(next.has_value());
    if (node.state == State::kStarting) {
        boots_ -= 1;
        if (is_current(node)) {
            functions_.at(node.function->key()).starting -= 1;
        }
    }
    if (!node.provisioned) {  // those are idle and yet not to be had
        memory_idle_mb_ -= node.state == State::kIdle ? node.memory_mb : 0;
        memory_idle_mb_ += *next == State::kIdle ? node.memory_mb : 0;
    }
    if (*next == State::kClosing) {
        memory_closing_mb_ += node.memory_mb;
        if (is_current(node)) {
            PerFunction& per = functions_.at(node.function->key());
            per.environments -= 1;
            per.provision.count -= node.provisioned ? 1 : 0;
        }
    }
    node.state = *next;
}

bool Dispatch::is_current(const Node& node) const {
    const auto found = functions_.find(node.function->key());
    return found != functions_.end() && same_revision(found->second.current, node.function);
}

// --- Functions

// Learns of a new revision here at the latest, whether or not set_current came first.
Dispatch::PerFunction& Dispatch::per_function(
    const runtime::FunctionPtr& function, SteadyTime now
) {
    now_ = now;
    PerFunction& per = functions_.try_emplace(function->key(), limits_.scaling).first->second;
    if (per.current != function) {
        if (!same_revision(per.current, function)) {
            replace_revision(per, function, now);
        }
        per.current = function;
    }
    return per;
}

void Dispatch::set_current(
    const std::string& name, const runtime::FunctionPtr& current, SteadyTime now
) {
    if (current) {
        if (functions_.contains(name)) {
            per_function(current, now);
        }
    } else if (const auto found = functions_.find(name); found != functions_.end()) {
        for (const Waiter& waiter : found->second.waiters) {
            actions_.emplace_back(Refuse{waiter.call, RefusalReason::kFunctionGone});
        }
        const std::vector<EnvironmentId> idle = std::move(found->second.provision.idle);
        provisioned_.erase(name);
        functions_.erase(found);
        close_evicted(idle);
        boot_turns_.remove(name);
        close_evicted(pool_.forget(name));
    }
    start_boots();
}

// Calls that wait for a boot of the old revision need one of the new, and get the time for it.
void Dispatch::replace_revision(
    PerFunction& per, const runtime::FunctionPtr& function, SteadyTime now
) {
    per.current = function;
    per.starting = 0;
    per.patient = 0;
    per.free_or_boot.forget_calls();
    per.environments = 0;
    close_evicted(std::exchange(per.provision.idle, {}));
    per.provision.count = 0;
    for (Waiter& waiter : per.waiters) {
        waiter.deadline = now + limits_.capacity_wait;
    }
    close_evicted(pool_.evict_stale(function));
    queue_for_boot(function->key(), per);
}

std::size_t Dispatch::evict(const std::string& function) {
    const std::vector<EnvironmentId> evicted = pool_.evict_all(function);
    close_evicted(evicted);
    return evicted.size();
}

void Dispatch::close_evicted(const std::vector<EnvironmentId>& evicted) {
    for (const EnvironmentId id : evicted) {
        move(id, Event::kDiscarded);
        actions_.emplace_back(Close{id});
    }
}

// --- Time

void Dispatch::tick(SteadyTime now) {
    now_ = now;
    if (replaced_due_ && *replaced_due_ <= now) {
        close_replaced();
    }
    end_patience(now);
    tick_provisions();
    close_evicted(pool_.evict_expired(now));
    for (const EnvironmentId id : pool_.due_to_freeze(now)) {
        actions_.emplace_back(Freeze{id});
    }
    for (const std::string& name : boot_turns_) {
        expire_waiters(functions_.at(name), now);
    }
    start_boots();
    start_prewarms(now);
}

// The first calls in line are served by the boots that run already and wait for them however long
// they take; those behind have nothing to wait for but capacity.
void Dispatch::expire_waiters(PerFunction& per, SteadyTime now) {
    while (per.uncovered() > 0 && per.waiters[per.covered()].deadline <= now) {
        const auto late = per.waiters.begin() + static_cast<std::ptrdiff_t>(per.covered());
        actions_.emplace_back(Refuse{late->call, RefusalReason::kNoCapacity});
        per.waiters.erase(late);
    }
}

std::optional<SteadyTime> Dispatch::next_due() const {
    std::optional<SteadyTime> due = pool_.next_due();
    if (const auto provision = next_provision_due()) {
        due = due ? std::min(*due, *provision) : provision;
    }
    if (replaced_due_) {
        due = due ? std::min(*due, *replaced_due_) : replaced_due_;
    }
    if (const auto prewarm = pool_.next_prewarm(); prewarm && boots_ < limits_.boots_max) {
        due = due ? std::min(*due, *prewarm) : prewarm;
    }
    for (const std::string& name : boot_turns_) {
        const PerFunction& per = functions_.at(name);
        if (per.uncovered() > 0) {
            const SteadyTime deadline = per.waiters[per.covered()].deadline;
            due = due ? std::min(*due, deadline) : deadline;
        }
    }
    for (const std::string& name : patient_) {
        const auto found = functions_.find(name);
        if (found != functions_.end() && found->second.patient > 0) {
            const SteadyTime until = found->second.patient_until;
            due = due ? std::min(*due, until) : until;
        }
    }
    return due;
}

std::optional<Action> Dispatch::next_action() {
    if (actions_.empty()) {
        return std::nullopt;
    }
    std::optional<Action> action(std::move(actions_.front()));
    actions_.pop_front();
    return action;
}

}  // namespace lambent::scheduler
