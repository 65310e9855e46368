#include "scheduler/dispatch.h"

#include <algorithm>

// The part of Dispatch that keeps provisioned concurrency: environments that are booted ahead,
// never expire, and are replaced when they die.
namespace lambent::scheduler {
namespace {

constexpr std::chrono::seconds kLookEvery{1};  // for those that have died
constexpr std::chrono::seconds kPauseMax{60};  // after a boot that failed

std::chrono::seconds pause_after(std::size_t failures) {
    constexpr std::size_t kDoublingsMax = 6;
    const auto doublings = std::min(failures - 1, kDoublingsMax);
    return std::min(std::chrono::seconds(1LL << doublings), kPauseMax);
}

}  // namespace

void Dispatch::provision(const runtime::FunctionPtr& function, std::size_t wanted, SteadyTime now) {
    Provision& provision = per_function(function, now).provision;
    provision.wanted = wanted;
    provision.failures = 0;
    provision.not_before = now;
    while (provision.count > wanted && !provision.idle.empty()) {
        const EnvironmentId id = provision.idle.front();
        provision.idle.erase(provision.idle.begin());
        Node& node = environments_.at(id);
        leave_provision(node);
        memory_idle_mb_ += node.memory_mb;
        pool_.put(id, node.function, now);
    }
    if (wanted > 0) {
        provisioned_.insert(function->key());
    } else {
        provisioned_.erase(function->key());
    }
    start_boots();
}

void Dispatch::unprovision(const std::string& key, SteadyTime now) {
    if (const auto found = functions_.find(key); found != functions_.end()) {
        provision(found->second.current, 0, now);
    }
}

Dispatch::ProvisionState Dispatch::provisioned(const std::string& key) const {
    ProvisionState state;
    const auto found = functions_.find(key);
    if (found == functions_.end()) {
        return state;
    }
    state.has_failed = found->second.provision.failures > 0;
    for (const auto& [id, node] : environments_) {
        const bool is_ready =
            node.state == EnvironmentState::kIdle || node.state == EnvironmentState::kLeased;
        state.ready += node.provisioned && is_ready && node.function->key() == key ? 1 : 0;
    }
    std::uint64_t wanted_mb = 0;
    for (const std::string& name : provisioned_) {
        const PerFunction& per = functions_.at(name);
        wanted_mb += per.provision.wanted * charge_of(*per.current);
    }
    state.lacks_memory = wanted_mb > limits_.memory_budget_mb;
    return state;
}

// After those that calls wait for.
void Dispatch::start_provisions() {
    for (const std::string& name : provisioned_) {
        PerFunction& per = functions_.at(name);
        Provision& provision = per.provision;
        while (provision.count < provision.wanted && provision.not_before <= now_ &&
               boots_ < limits_.boots_max) {
            if (make_room(charge_of(*per.current)) != Room::kFits) {
                return;
            }
            provision.count += 1;
            start_boot(per, BootReason::kProvision, std::nullopt);
        }
    }
}

void Dispatch::leave_provision(Node& node) {
    node.provisioned = false;
    functions_.at(node.function->key()).provision.count -= 1;
}

void Dispatch::provision_failed(Node& node) {
    Provision& provision = functions_.at(node.function->key()).provision;
    provision.failures += 1;
    provision.not_before = now_ + pause_after(provision.failures);
    leave_provision(node);
}

// True when the environment, which has become idle, stays with the provision.
bool Dispatch::keep_provisioned(EnvironmentId id, Node& node) {
    Provision& provision = functions_.at(node.function->key()).provision;
    if (provision.count > provision.wanted) {
        leave_provision(node);
        return false;
    }
    provision.idle.push_back(id);
    node.idle_since = now_;
    freezes_.emplace_back(now_ + limits_.pool.freeze_after, id);
    return true;
}

std::optional<EnvironmentId> Dispatch::take_provisioned(PerFunction& per) {
    if (per.provision.idle.empty()) {
        return std::nullopt;
    }
    const EnvironmentId id = per.provision.idle.back();
    per.provision.idle.pop_back();
    return id;
}

void Dispatch::tick_provisions() {
    next_look_ = now_ + kLookEvery;
    while (!freezes_.empty() && freezes_.front().first <= now_) {
        const auto [due, id] = freezes_.front();
        freezes_.pop_front();
        const auto found = environments_.find(id);
        if (found == environments_.end()) {
            continue;
        }
        const Node& node = found->second;
        if (node.provisioned && node.state == EnvironmentState::kIdle &&
            node.idle_since + limits_.pool.freeze_after == due) {
            actions_.emplace_back(Freeze{id});
        }
    }
}

std::optional<SteadyTime> Dispatch::next_provision_due() const {
    std::optional<SteadyTime> due;
    if (!provisioned_.empty()) {
        due = next_look_;
    }
    if (!freezes_.empty()) {
        due = due ? std::min(*due, freezes_.front().first) : freezes_.front().first;
    }
    return due;
}

}  // namespace lambent::scheduler
