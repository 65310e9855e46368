#pragma once

#include "api/autoscaling/autoscaling_service.h"
#include "api/wire/errors.h"

#include <nlohmann/json_fwd.hpp>

namespace lambent::api::autoscaling {

// One request on its way through an operation. Borrows the service's parts and the parsed body,
// which outlive the flow that serves the request.
struct Call {
    Call(const AutoscalingConfig& with, scheduler::AutoScaling& of, const nlohmann::json& asked)
        : config(with), scaling(of), body(asked) {}

    const AutoscalingConfig& config;
    scheduler::AutoScaling& scaling;
    const nlohmann::json& body;
};

// What an operation becomes; one group of them a file.
using Served = Task<Answer<nlohmann::json>>;

Served register_scalable_target(Call call);
Served describe_scalable_targets(Call call);
Served deregister_scalable_target(Call call);
Served put_scaling_policy(Call call);
Served describe_scaling_policies(Call call);
Served delete_scaling_policy(Call call);
Served put_scheduled_action(Call call);
Served describe_scheduled_actions(Call call);
Served delete_scheduled_action(Call call);
Served describe_scaling_activities(Call call);

}  // namespace lambent::api::autoscaling
