#include "api/autoscaling/autoscaling_service.h"

#include "api/autoscaling/operations.h"
#include "api/autoscaling/scaling_errors.h"
#include "api/wire/json_rpc.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::autoscaling {
namespace {

constexpr JsonRpcService kAutoScaling{
    "AnyScaleFrontendService.", "application-autoscaling:", "Application Auto Scaling"};

struct Offer {
    std::string_view name;
    Served (*serve)(Call);
};

constexpr std::array kOffers{
    Offer{"RegisterScalableTarget", register_scalable_target},
    Offer{"DescribeScalableTargets", describe_scalable_targets},
    Offer{"DeregisterScalableTarget", deregister_scalable_target},
    Offer{"PutScalingPolicy", put_scaling_policy},
    Offer{"DescribeScalingPolicies", describe_scaling_policies},
    Offer{"DeleteScalingPolicy", delete_scaling_policy},
    Offer{"PutScheduledAction", put_scheduled_action},
    Offer{"DescribeScheduledActions", describe_scheduled_actions},
    Offer{"DeleteScheduledAction", delete_scheduled_action},
    Offer{"DescribeScalingActivities", describe_scaling_activities},
};

const Offer* find_offer(std::string_view name) {
    for (const Offer& offer : kOffers) {
        if (offer.name == name) {
            return &offer;
        }
    }
    return nullptr;
}

AwsError unreadable(const Error& error) {
    return from_error(error, "");
}

Served perform(
    const Offer& offer,
    const AutoscalingConfig& config,
    scheduler::AutoScaling& scaling,
    http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json_rpc(reader, unreadable));
    Call call(config, scaling, body);
    co_return co_await offer.serve(std::move(call));
}

}  // namespace

AutoscalingService::AutoscalingService(
    AutoscalingConfig config, scheduler::AutoScaling& scaling, Logger log
)
    : config_(std::move(config)), scaling_(scaling), log_(std::move(log)) {}

Task<http::Response> AutoscalingService::serve(Request request, http::BodyReader& body) {
    const std::string operation = json_rpc_operation(kAutoScaling, request.head.headers);
    if (!request.principal.is_root) {
        co_return json_rpc_error(json_rpc_denied(kAutoScaling, request.principal, operation));
    }
    const Offer* offer = find_offer(operation);
    if (offer == nullptr) {
        co_return json_rpc_error(json_rpc_not_offered(kAutoScaling, operation));
    }
    const auto answer = co_await perform(*offer, config_, scaling_, body);
    if (answer.has_error()) {
        const AwsError error = answer.error();
        if (!error.is_callers_fault()) {
            log_.error(
                "autoscaling_failed", {{"operation", operation}, {"message", error.message()}}
            );
        }
        co_return json_rpc_error(error);
    }
    co_return json_rpc_response(answer.value());
}

}  // namespace lambent::api::autoscaling
