#include "scheduler/scaling/auto_scaling.h"

#include "base/ids.h"

#include <algorithm>
#include <memory>
#include <utility>

// What is kept, and how it is changed; auto_scaling_flow.cpp has what happens by itself.
namespace lambent::scheduler {
namespace {

Error no_target(const std::string& resource) {
    return Error(Code::kNotFound, "target", "There is no scalable target " + resource + ".");
}

Error no_such(const char* subject, const std::string& name) {
    return Error(
        Code::kNotFound, subject, "There is no " + std::string(subject) + " " + name + "."
    );
}

Result<void> check_times(const ScheduledAction& action) {
    const auto too_late = [](const char* subject, const std::string& what) {
        return Error(Code::kInvalidArgument, subject, what + " cannot be later than 2199.");
    };
    if (action.start_ms.value_or(0) > kLastScheduleMs) {
        return too_late("start", "StartTime");
    }
    if (action.end_ms.value_or(0) > kLastScheduleMs) {
        return too_late("end", "EndTime");
    }
    return {};
}

}  // namespace

AutoScaling::AutoScaling(
    boost::asio::any_io_executor executor,
    sql::Driver& driver,
    ScalableCapacity& capacity,
    const Clock& clock,
    Logger log
)
    : driver_(driver),
      capacity_(capacity),
      clock_(clock),
      log_(std::move(log)),
      alarm_(executor, clock),
      flows_(executor, log_) {}

Task<Result<void>> AutoScaling::load() {
    const auto stored = std::make_shared<ScalingRows::All>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, ScalingRows{session}.read_all());
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (ScalableTarget& target : stored->targets) {
        targets_[target.resource].target = target;
    }
    for (ScalingPolicy& policy : stored->policies) {
        targets_[policy.resource].policies.emplace(policy.name, follow(policy));
    }
    for (ScheduledAction& action : stored->actions) {
        LAMBENT_CO_TRY(Action compiled, compile(action));
        targets_[action.resource].actions.emplace(action.name, std::move(compiled));
    }
    minute_ = now_ms() / 60'000;
    co_return Result<void>();
}

AutoScaling::Policy AutoScaling::follow(ScalingPolicy policy) {
    TargetTracking::Aim aim;
    aim.target = policy.target;
    aim.out_cooldown = policy.out_cooldown;
    aim.in_cooldown = policy.in_cooldown;
    aim.scale_in = policy.scale_in;
    return {std::move(policy), TargetTracking(aim)};
}

Result<AutoScaling::Action> AutoScaling::compile(ScheduledAction action) {
    LAMBENT_TRY(ScheduleExpression schedule, ScheduleExpression::parse(action.schedule));
    LAMBENT_TRY(TimeZone zone, TimeZone::find(action.zone.empty() ? "UTC" : action.zone));
    return Action{std::move(action), std::move(schedule), std::move(zone)};
}

std::optional<WallTime> AutoScaling::Action::next() const {
    if (action.start_ms.value_or(0) > kLastScheduleMs) {
        return std::nullopt;
    }
    const std::int64_t after = std::max(action.seen_ms, action.start_ms.value_or(1) - 1);
    const WallTime anchor = from_unix_ms(action.start_ms.value_or(action.created_ms));
    const auto found = schedule.next(from_unix_ms(after), zone, anchor);
    const bool is_over = found && action.end_ms && unix_ms(*found) > *action.end_ms;
    return is_over ? std::nullopt : found;
}

// --- Targets

Task<Result<void>> AutoScaling::put_target(ScalableTarget wanted) {
    if (const PerTarget* const known = find(wanted.resource)) {
        wanted.created_ms = known->target.created_ms;
    } else {
        wanted.created_ms = now_ms();
    }
    Change put = [wanted](ScalingRows& rows) {
        return rows.put(wanted);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    targets_[wanted.resource].target = wanted;
    alarm_.ring();
    co_await fit(wanted.resource);
    co_return Result<void>();
}

Task<Result<void>> AutoScaling::remove_target(std::string resource) {
    if (find(resource) == nullptr) {
        co_return no_target(resource);
    }
    Change removal = [resource](ScalingRows& rows) {
        return rows.remove_target(resource);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    targets_.erase(resource);
    co_return Result<void>();
}

std::optional<ScalableTarget> AutoScaling::target(const std::string& resource) const {
    const auto found = targets_.find(resource);
    return found == targets_.end() ? std::nullopt : std::optional(found->second.target);
}

std::vector<ScalableTarget> AutoScaling::targets() const {
    std::vector<ScalableTarget> all;
    for (const auto& [resource, per] : targets_) {
        all.push_back(per.target);
    }
    return all;
}

AutoScaling::PerTarget* AutoScaling::find(const std::string& resource) {
    const auto found = targets_.find(resource);
    return found == targets_.end() ? nullptr : &found->second;
}

// --- Policies

Task<Result<ScalingPolicy>> AutoScaling::put_policy(ScalingPolicy wanted) {
    const PerTarget* const per = find(wanted.resource);
    if (per == nullptr) {
        co_return no_target(wanted.resource);
    }
    const auto known = per->policies.find(wanted.name);
    if (known != per->policies.end()) {
        const ScalingPolicy& before = known->second.policy;
        wanted.id = before.id;
        wanted.high_id = before.high_id;
        wanted.low_id = before.low_id;
        wanted.created_ms = before.created_ms;
    } else if (!per->policies.empty()) {
        co_return Error(
            Code::kConflict,
            "policy",
            "Only one TargetTrackingScaling policy for a given metric specification is allowed."
        );
    } else {
        wanted.id = random_uuid();
        wanted.high_id = random_uuid();
        wanted.low_id = random_uuid();
        wanted.created_ms = now_ms();
    }
    Change put = [wanted](ScalingRows& rows) {
        return rows.put(wanted);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    if (PerTarget* const now = find(wanted.resource)) {
        now->policies.insert_or_assign(wanted.name, follow(wanted));
    }
    co_return wanted;
}

Task<Result<void>> AutoScaling::remove_policy(std::string resource, std::string name) {
    const PerTarget* const per = find(resource);
    if (per == nullptr || !per->policies.contains(name)) {
        co_return no_such("policy", name);
    }
    Change removal = [resource, name](ScalingRows& rows) {
        return rows.remove_policy(resource, name);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    if (PerTarget* const now = find(resource)) {
        now->policies.erase(name);
    }
    co_return Result<void>();
}

std::vector<ScalingPolicy> AutoScaling::policies() const {
    std::vector<ScalingPolicy> all;
    for (const auto& [resource, per] : targets_) {
        for (const auto& [name, policy] : per.policies) {
            all.push_back(policy.policy);
        }
    }
    return all;
}

// --- Scheduled actions

Task<Result<ScheduledAction>> AutoScaling::put_action(ScheduledAction wanted) {
    const PerTarget* const per = find(wanted.resource);
    if (per == nullptr) {
        co_return no_target(wanted.resource);
    }
    LAMBENT_CO_TRY(check_times(wanted));
    wanted.seen_ms = now_ms();
    if (const auto known = per->actions.find(wanted.name); known != per->actions.end()) {
        wanted.id = known->second.action.id;
        wanted.created_ms = known->second.action.created_ms;
    } else {
        wanted.id = random_uuid();
        wanted.created_ms = now_ms();
    }
    LAMBENT_CO_TRY(Action compiled, compile(wanted));
    if (!compiled.next()) {
        co_return Error(Code::kInvalidArgument, "schedule", "The schedule has no time to come.");
    }
    Change put = [wanted](ScalingRows& rows) {
        return rows.put(wanted);
    };
    LAMBENT_CO_TRY(co_await write(std::move(put)));
    if (PerTarget* const now = find(wanted.resource)) {
        now->actions.insert_or_assign(wanted.name, std::move(compiled));
    }
    alarm_.ring();
    co_return wanted;
}

Task<Result<void>> AutoScaling::remove_action(std::string resource, std::string name) {
    const PerTarget* const per = find(resource);
    if (per == nullptr || !per->actions.contains(name)) {
        co_return no_such("action", name);
    }
    Change removal = [resource, name](ScalingRows& rows) {
        return rows.remove_action(resource, name);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    if (PerTarget* const now = find(resource)) {
        now->actions.erase(name);
    }
    co_return Result<void>();
}

std::vector<ScheduledAction> AutoScaling::actions() const {
    std::vector<ScheduledAction> all;
    for (const auto& [resource, per] : targets_) {
        for (const auto& [name, action] : per.actions) {
            all.push_back(action.action);
        }
    }
    return all;
}

// --- Activities

Task<Result<std::vector<ScalingActivity>>> AutoScaling::activities(std::string resource) const {
    const auto found = std::make_shared<std::vector<ScalingActivity>>();  // the closure's and ours
    sql::Work work = [found, resource](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*found, ScalingRows{session}.activities(resource));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    co_return std::move(*found);
}

Task<Result<void>> AutoScaling::write(Change what) {
    sql::Work work = [what = std::move(what)](sql::Session& session) -> Result<void> {
        ScalingRows rows{session};
        return what(rows);
    };
    co_return co_await driver_.write(std::move(work));
}

}  // namespace lambent::scheduler
