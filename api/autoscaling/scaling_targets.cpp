#include "api/autoscaling/scaling_errors.h"
#include "api/autoscaling/scaling_fields.h"
#include "runtime/functions/function.h"

#include <utility>

namespace lambent::api::autoscaling {
namespace {

using scheduler::ScalableTarget;

std::string default_role() {
    return std::string("arn:aws:iam::") + runtime::kAccountId +
           ":role/aws-service-role/lambda.application-autoscaling.amazonaws.com/"
           "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency";
}

void set_if_given(JsonFields& fields, std::string_view member, bool& flag) {
    if (fields.has(member)) {
        flag = fields.flag(member);
    }
}

// What is given replaces what `before` has.
Answer<ScalableTarget> read_target(
    const nlohmann::json& body, const std::optional<ScalableTarget>& before
) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    ScalableTarget target = before.value_or(ScalableTarget());
    const auto least = read_slots(fields, constraints, "MinCapacity", "minCapacity");
    const auto most = read_slots(fields, constraints, "MaxCapacity", "maxCapacity");
    target.role = fields.text("RoleARN").value_or(before ? before->role : default_role());
    if (auto suspended = fields.object("SuspendedState")) {
        set_if_given(*suspended, "DynamicScalingInSuspended", target.suspended.scale_in);
        set_if_given(*suspended, "DynamicScalingOutSuspended", target.suspended.scale_out);
        set_if_given(*suspended, "ScheduledScalingSuspended", target.suspended.scheduled);
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (!before && (!least || !most)) {
        return validation_failed(
            "MinCapacity and MaxCapacity are required to register a new scalable target"
        );
    }
    target.slots_min = least.value_or(target.slots_min);
    target.slots_max = most.value_or(target.slots_max);
    if (target.slots_max < target.slots_min) {
        return validation_failed("Maximum capacity cannot be less than minimum capacity");
    }
    return target;
}

nlohmann::json target_json(const ScalableTarget& target) {
    return {
        {"ServiceNamespace", kNamespace},
        {"ResourceId", target.resource},
        {"ScalableDimension", kDimension},
        {"MinCapacity", target.slots_min},
        {"MaxCapacity", target.slots_max},
        {"RoleARN", target.role},
        {"CreationTime", seconds_json(target.created_ms)},
        {"SuspendedState",
         {{"DynamicScalingInSuspended", target.suspended.scale_in},
          {"DynamicScalingOutSuspended", target.suspended.scale_out},
          {"ScheduledScalingSuspended", target.suspended.scheduled}}},
    };
}

}  // namespace

Served register_scalable_target(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    LAMBENT_CO_TRY(ScalableTarget target, read_target(call.body, call.scaling.target(resource)));
    if (!call.scaling.knows(resource)) {
        co_return validation_failed(
            "No published version or alias found for resource ID: " + resource
        );
    }
    target.resource = resource;
    const auto put = co_await call.scaling.put_target(std::move(target));
    if (put.has_error()) {
        co_return from_error(put.error(), resource);
    }
    co_return nlohmann::json::object();
}

Served describe_scalable_targets(Call call) {
    LAMBENT_CO_TRY(const Filter filter, read_filter(call.body, "ResourceIds"));
    std::vector<ScalableTarget> targets;
    for (const ScalableTarget& target : call.scaling.targets()) {
        if (filter.wants(target.resource, target.resource)) {
            targets.push_back(target);
        }
    }
    const auto key = [](const ScalableTarget& target) {
        return target.resource;
    };
    co_return page_of(targets, filter, "ScalableTargets", key, target_json);
}

Served deregister_scalable_target(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    const auto removed = co_await call.scaling.remove_target(resource);
    if (removed.has_error()) {
        co_return from_error(removed.error(), resource);
    }
    co_return nlohmann::json::object();
}

}  // namespace lambent::api::autoscaling
