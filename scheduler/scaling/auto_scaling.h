#pragma once

#include "base/async/alarm.h"
#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/schedule/schedule_expression.h"
#include "base/sql/sql_driver.h"
#include "scheduler/scaling/scalable_capacity.h"
#include "scheduler/scaling/scaling.h"
#include "scheduler/scaling/scaling_rows.h"
#include "scheduler/scaling/target_tracking.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// Application Auto Scaling: keeps scalable targets, target tracking policies and scheduled actions
// (on disk before they are acknowledged, in memory for who asks), and changes capacities when a
// schedule or an alarm says so. Of the times of an action that passed while the daemon was down
// one is made up for, at start. Owned by the composition root; event loop's thread only; `stop` is
// awaited before it is destroyed.
class AutoScaling {
  public:
    AutoScaling(
        boost::asio::any_io_executor executor,
        sql::Driver& driver,
        ScalableCapacity& capacity,
        const Clock& clock,
        Logger log
    );
    static std::vector<sql::Migration> migrations() { return ScalingRows::migrations(); }

    Task<Result<void>> load();  // once, before `start`
    void start();
    Task<> stop();

    // The capacity is brought within the target's bounds before this returns.
    Task<Result<void>> put_target(ScalableTarget wanted);
    // With its policies and actions. kNotFound.
    Task<Result<void>> remove_target(std::string resource);
    std::optional<ScalableTarget> target(const std::string& resource) const;
    std::vector<ScalableTarget> targets() const;  // by resource
    // Whether there is such a resource, with a target or without.
    bool knows(const std::string& resource) const { return capacity_.slots(resource).has_value(); }

    // Of a target that exists (kNotFound). One with that name is replaced and keeps its ids.
    // kConflict when another policy follows the same metric.
    Task<Result<ScalingPolicy>> put_policy(ScalingPolicy wanted);
    Task<Result<void>> remove_policy(std::string resource, std::string name);
    std::vector<ScalingPolicy> policies() const;

    // As policies. kInvalidArgument for a schedule or zone that there is not, or that is over.
    Task<Result<ScheduledAction>> put_action(ScheduledAction wanted);
    Task<Result<void>> remove_action(std::string resource, std::string name);
    std::vector<ScheduledAction> actions() const;

    // Of one resource, or of all (empty), the latest first.
    Task<Result<std::vector<ScalingActivity>>> activities(std::string resource) const;

    // Does what is due by the clock; a flow of its own calls it. For tests that move the clock.
    Task<> tick();

  private:
    struct Policy {
        ScalingPolicy policy;
        TargetTracking tracking;
    };
    struct Action {
        ScheduledAction action;
        ScheduleExpression schedule;
        TimeZone zone;
        std::optional<WallTime> next() const;
    };
    struct PerTarget {
        ScalableTarget target;
        std::map<std::string, Policy> policies;
        std::map<std::string, Action> actions;
    };
    using Change = std::function<Result<void>(ScalingRows&)>;
    struct Due {
        WallTime time;
        std::string resource;
        std::string action;
    };

    static Result<Action> compile(ScheduledAction action);
    static Policy follow(ScalingPolicy policy);
    PerTarget* find(const std::string& resource);

    Task<> run();
    std::optional<Due> next_due() const;
    Task<> act(Due due);
    Task<> track(std::string resource);
    Task<> fit(std::string resource);
    Task<bool> change(std::string resource, std::uint32_t slots, std::string cause);
    ScalingActivity begun(const std::string& resource) const;
    Task<> record(ScalingActivity activity);
    Task<Result<void>> write(Change what);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    sql::Driver& driver_;
    ScalableCapacity& capacity_;
    const Clock& clock_;
    Logger log_;
    std::map<std::string, PerTarget> targets_;  // by resource
    std::int64_t minute_ = 0;                   // that was looked at last
    bool stopped_ = false;
    Alarm alarm_;
    TaskScope flows_;
};

}  // namespace lambent::scheduler
