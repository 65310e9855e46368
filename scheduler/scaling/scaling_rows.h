#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/scaling/scaling.h"

#include <string>
#include <vector>

namespace lambent::scheduler {

// The tables of Application Auto Scaling, inside one transaction.
struct ScalingRows {
    // Activities of one resource that are kept.
    static constexpr int kActivitiesMax = 200;

    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct All {
        std::vector<ScalableTarget> targets;
        std::vector<ScalingPolicy> policies;
        std::vector<ScheduledAction> actions;
    };
    Result<All> read_all();
    Result<std::vector<ScalingActivity>> activities(const std::string& resource);  // latest first

    Result<void> put(const ScalableTarget& target);
    Result<void> put(const ScalingPolicy& policy);
    Result<void> put(const ScheduledAction& action);
    Result<void> add(const ScalingActivity& activity);
    // With its policies and actions.
    Result<void> remove_target(const std::string& resource);
    Result<void> remove_policy(const std::string& resource, const std::string& name);
    Result<void> remove_action(const std::string& resource, const std::string& name);
};

}  // namespace lambent::scheduler
