#include "api/autoscaling/scaling_errors.h"
#include "api/autoscaling/scaling_fields.h"
#include "runtime/functions/function.h"

#include <utility>

namespace lambent::api::autoscaling {
namespace {

using scheduler::ScalingPolicy;

constexpr std::string_view kTracking = "TargetTrackingScaling";
constexpr std::string_view kMetric = "LambdaProvisionedConcurrencyUtilization";

std::string policy_arn(const Call& call, const ScalingPolicy& policy) {
    return "arn:aws:autoscaling:" + call.config.region + ":" + runtime::kAccountId +
           ":scalingPolicy:" + policy.id + ":resource/lambda/" + policy.resource + ":policyName/" +
           policy.name;
}

nlohmann::json alarms_json(const Call& call, const ScalingPolicy& policy) {
    nlohmann::json alarms = nlohmann::json::array();
    for (const std::string& name : {policy.high_alarm(), policy.low_alarm()}) {
        const std::string arn = "arn:aws:cloudwatch:" + call.config.region + ":" +
                                runtime::kAccountId + ":alarm:" + name;
        alarms.push_back({{"AlarmName", name}, {"AlarmARN", arn}});
    }
    return alarms;
}

nlohmann::json tracking_json(const ScalingPolicy& policy) {
    return {
        {"TargetValue", policy.target},
        {"PredefinedMetricSpecification", {{"PredefinedMetricType", kMetric}}},
        {"ScaleOutCooldown", policy.out_cooldown.count()},
        {"ScaleInCooldown", policy.in_cooldown.count()},
        {"DisableScaleIn", !policy.scale_in},
    };
}

nlohmann::json policy_json(const Call& call, const ScalingPolicy& policy) {
    return {
        {"PolicyARN", policy_arn(call, policy)},
        {"PolicyName", policy.name},
        {"ServiceNamespace", kNamespace},
        {"ResourceId", policy.resource},
        {"ScalableDimension", kDimension},
        {"PolicyType", kTracking},
        {"TargetTrackingScalingPolicyConfiguration", tracking_json(policy)},
        {"Alarms", alarms_json(call, policy)},
        {"CreationTime", seconds_json(policy.created_ms)},
    };
}

std::chrono::seconds read_cooldown(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
) {
    constexpr std::int64_t kLongest = 86'400;
    const std::int64_t seconds = fields.number(member).value_or(0);
    constraints.range(field, seconds, 0, kLongest);
    return std::chrono::seconds(seconds);
}

// Which metric a policy follows; there is one.
std::optional<AwsError> metric_fault(JsonFields& tracking) {
    auto metric = tracking.object("PredefinedMetricSpecification");
    const std::string type = metric ? metric->text("PredefinedMetricType").value_or("") : "";
    if (type != kMetric) {
        return validation_failed(
            "A target tracking policy of provisioned concurrency follows the predefined metric " +
            std::string(kMetric)
        );
    }
    return std::nullopt;
}

Answer<ScalingPolicy> read_policy(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    ScalingPolicy policy;
    policy.name = fields.text("PolicyName").value_or("");
    constraints.length("policyName", policy.name, 1, kNameMax);
    const std::string type = fields.text("PolicyType").value_or("StepScaling");
    auto tracking = fields.object("TargetTrackingScalingPolicyConfiguration");
    if (fault.empty() && (type != kTracking || !tracking)) {
        return validation_failed(
            "Provisioned concurrency scales by policies of the type TargetTrackingScaling, with a "
            "TargetTrackingScalingPolicyConfiguration"
        );
    }
    if (tracking) {
        policy.target = tracking->decimal("TargetValue").value_or(0);
        policy.out_cooldown =
            read_cooldown(*tracking, constraints, "ScaleOutCooldown", "scaleOutCooldown");
        policy.in_cooldown =
            read_cooldown(*tracking, constraints, "ScaleInCooldown", "scaleInCooldown");
        policy.scale_in = !tracking->flag("DisableScaleIn");
    }
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (const auto wrong = metric_fault(*tracking)) {
        return *wrong;
    }
    if (!(policy.target > 0 && policy.target <= 1)) {
        return validation_failed("TargetValue of a utilisation lies between 0 and 1");
    }
    return policy;
}

}  // namespace

Served put_scaling_policy(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    LAMBENT_CO_TRY(ScalingPolicy policy, read_policy(call.body));
    policy.resource = resource;
    const auto put = co_await call.scaling.put_policy(std::move(policy));
    if (put.has_error()) {
        co_return from_error(put.error(), resource);
    }
    nlohmann::json answer;
    answer["PolicyARN"] = policy_arn(call, *put);
    answer["Alarms"] = alarms_json(call, *put);
    co_return answer;
}

Served describe_scaling_policies(Call call) {
    LAMBENT_CO_TRY(const Filter filter, read_filter(call.body, "PolicyNames"));
    std::vector<ScalingPolicy> policies;
    for (const ScalingPolicy& policy : call.scaling.policies()) {
        if (filter.wants(policy.resource, policy.name)) {
            policies.push_back(policy);
        }
    }
    const auto key = [](const ScalingPolicy& policy) {
        return policy.resource + "/" + policy.name;
    };
    const auto render = [&call](const ScalingPolicy& policy) {
        return policy_json(call, policy);
    };
    co_return page_of(policies, filter, "ScalingPolicies", key, render);
}

Served delete_scaling_policy(Call call) {
    LAMBENT_CO_TRY(const std::string resource, read_resource(call.body));
    const auto named = call.body.find("PolicyName");
    const bool is_text = named != call.body.end() && named->is_string();
    std::string name = is_text ? named->get<std::string>() : "";
    const auto removed = co_await call.scaling.remove_policy(resource, std::move(name));
    if (removed.has_error()) {
        co_return from_error(removed.error(), resource);
    }
    co_return nlohmann::json::object();
}

}  // namespace lambent::api::autoscaling
