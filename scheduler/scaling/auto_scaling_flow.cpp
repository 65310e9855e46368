#include "base/ids.h"
#include "scheduler/scaling/auto_scaling.h"

#include <algorithm>
#include <utility>

// The part of AutoScaling that happens by itself.
namespace lambent::scheduler {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

std::string number(std::uint32_t slots) {
    return std::to_string(slots);
}

// The action's bounds on the target: what it leaves out stays, unless that would leave nothing
// between the two.
void apply(const ScheduledAction& action, ScalableTarget& target) {
    target.slots_min = action.slots_min.value_or(target.slots_min);
    target.slots_max = action.slots_max.value_or(target.slots_max);
    if (target.slots_min > target.slots_max) {
        (action.slots_min ? target.slots_max : target.slots_min) =
            action.slots_min ? target.slots_min : target.slots_max;
    }
}

std::string bounds_of(const ScheduledAction& action) {
    const std::string least =
        action.slots_min ? "min capacity to " + number(*action.slots_min) : "";
    const std::string most = action.slots_max ? "max capacity to " + number(*action.slots_max) : "";
    return least + (least.empty() || most.empty() ? "" : " and ") + most;
}

}  // namespace

void AutoScaling::start() {
    alarm_.ring();
    flows_.spawn("auto_scaling", run());
}

Task<> AutoScaling::stop() {
    stopped_ = true;
    alarm_.ring();
    co_await flows_.join();
}

// Alarms are looked at at the beginning of every minute, while there is something to look at.
Task<> AutoScaling::run() {
    while (!stopped_) {
        co_await tick();
        if (stopped_) {
            break;
        }
        std::optional<WallTime> until;
        if (!targets_.empty()) {
            until = from_unix_ms((now_ms() / kMinuteMs + 1) * kMinuteMs);
        }
        if (const auto due = next_due(); due && (!until || due->time < *until)) {
            until = due->time;
        }
        co_await alarm_.wait_until(until);
    }
}

std::optional<AutoScaling::Due> AutoScaling::next_due() const {
    std::optional<Due> first;
    for (const auto& [resource, per] : targets_) {
        for (const auto& [name, action] : per.actions) {
            const auto next = action.next();
            if (next && (!first || *next < first->time)) {
                first = Due{*next, resource, name};
            }
        }
    }
    return first;
}

Task<> AutoScaling::tick() {
    for (auto due = next_due(); due && due->time <= clock_.wall_now(); due = next_due()) {
        co_await act(*due);
    }
    const std::int64_t minute = now_ms() / kMinuteMs;
    if (minute == minute_) {
        co_return;
    }
    minute_ = minute;
    for (const ScalingPolicy& policy : policies()) {
        co_await track(policy.resource);
    }
}

// --- Schedules

Task<> AutoScaling::act(Due due) {
    PerTarget* const per = find(due.resource);
    Action& action = per->actions.at(due.action);
    action.action.seen_ms = std::max(now_ms(), unix_ms(due.time));
    const ScheduledAction acting = action.action;
    if (per->target.suspended.scheduled) {
        Change seen = [acting](ScalingRows& rows) {
            return rows.put(acting);
        };
        co_await write(std::move(seen));
        co_return;
    }
    apply(acting, per->target);
    const ScalableTarget target = per->target;
    ScalingActivity activity = begun(due.resource);
    activity.description = "Setting " + bounds_of(acting);
    activity.cause = "scheduled action name " + acting.name + " was triggered";
    activity.message = "Successfully set " + bounds_of(acting);
    activity.status = "Successful";
    Change change = [acting, target](ScalingRows& rows) -> Result<void> {
        LAMBENT_TRY(rows.put(acting));
        return rows.put(target);
    };
    const Result<void> written = co_await write(std::move(change));
    if (written.has_error()) {
        activity.status = "Failed";
        activity.message = written.error().message();
    }
    co_await record(std::move(activity));
    co_await fit(due.resource);
}

Task<> AutoScaling::fit(std::string resource) {
    const auto within = target(resource);
    const auto slots = capacity_.slots(resource);
    if (!within) {
        co_return;
    }
    if (!slots || *slots < within->slots_min) {
        co_await change(
            resource, within->slots_min, "minimum capacity was set to " + number(within->slots_min)
        );
    } else if (*slots > within->slots_max) {
        co_await change(
            resource, within->slots_max, "maximum capacity was set to " + number(within->slots_max)
        );
    }
}

// --- Alarms

Task<> AutoScaling::track(std::string resource) {
    PerTarget* per = find(resource);
    if (per == nullptr || per->policies.empty()) {
        co_return;
    }
    Policy& tracked = per->policies.begin()->second;  // there is one metric, so one policy
    const std::optional<double> utilisation = capacity_.utilisation(resource);
    const std::optional<std::uint32_t> slots = capacity_.slots(resource);
    const SteadyTime now = clock_.steady_now();
    const auto step = tracked.tracking.minute(utilisation, slots.value_or(0), now);
    if (!step || !slots) {
        co_return;
    }
    const bool is_out = step->direction == TargetTracking::Direction::kOut;
    const ScalableTarget& target = per->target;
    const bool suspended = is_out ? target.suspended.scale_out : target.suspended.scale_in;
    const std::uint32_t wanted = std::clamp(step->capacity, target.slots_min, target.slots_max);
    if (suspended || (is_out ? wanted <= *slots : wanted >= *slots)) {
        co_return;
    }
    const ScalingPolicy policy = tracked.policy;
    const std::string alarm = is_out ? policy.high_alarm() : policy.low_alarm();
    std::string cause =
        "monitor alarm " + alarm + " in state ALARM triggered policy " + policy.name;
    const bool changed = co_await change(resource, wanted, std::move(cause));
    per = find(resource);
    if (changed && per != nullptr && per->policies.contains(policy.name)) {
        per->policies.at(policy.name).tracking.stepped(step->direction, now);
    }
}

// --- Changes

Task<bool> AutoScaling::change(std::string resource, std::uint32_t slots, std::string cause) {
    ScalingActivity activity = begun(resource);
    activity.description = "Setting desired capacity to " + number(slots) + ".";
    activity.cause = std::move(cause);
    const Result<void> set = co_await capacity_.set(resource, slots);
    activity.status = set.has_value() ? "Successful" : "Failed";
    activity.message = set.has_value() ? "Successfully set desired capacity to " + number(slots) +
                                             ". Change successfully fulfilled by lambda."
                                       : "Failed to set desired capacity to " + number(slots) +
                                             ". Reason: " + set.error().message();
    log_.info(
        "capacity_changed", {{"resource", resource}, {"slots", slots}, {"status", activity.status}}
    );
    const bool changed = set.has_value();
    co_await record(std::move(activity));
    co_return changed;
}

ScalingActivity AutoScaling::begun(const std::string& resource) const {
    ScalingActivity activity;
    activity.id = random_uuid();
    activity.resource = resource;
    activity.start_ms = now_ms();
    return activity;
}

Task<> AutoScaling::record(ScalingActivity activity) {
    activity.end_ms = now_ms();
    Change addition = [activity](ScalingRows& rows) {
        return rows.add(activity);
    };
    const Result<void> written = co_await write(std::move(addition));
    if (written.has_error()) {
        log_.error("scaling_activity_lost", {{"reason", written.error().message()}});
    }
}

}  // namespace lambent::scheduler
