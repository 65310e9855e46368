#include "api/autoscaling/autoscaling_service.h"

#include "api/autoscaling/operations.h"
#include "api/autoscaling/scaling_errors.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace lambent::api::autoscaling {
namespace {

constexpr std::uint64_t kBodyBytesMax = 1ULL << 20;
constexpr std::string_view kTargetPrefix = "AnyScaleFrontendService.";

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

std::string operation_of(const http::Headers& headers) {
    std::string_view target = headers.find("X-Amz-Target").value_or("");
    if (!target.starts_with(kTargetPrefix)) {
        return {};
    }
    target.remove_prefix(kTargetPrefix.size());
    return std::string(target);
}

Task<Answer<nlohmann::json>> read_body(http::BodyReader& body) {
    const Result<std::string> text = co_await body.read_all(kBodyBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error(), "");
    }
    Result<nlohmann::json> parsed = parse_json(text.value().empty() ? "{}" : text.value());
    if (parsed.has_error() || !parsed.value().is_object()) {
        co_return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    co_return std::move(parsed).value();
}

Served perform(
    const Offer& offer,
    const AutoscalingConfig& config,
    scheduler::AutoScaling& scaling,
    http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_body(reader));
    Call call(config, scaling, body);
    co_return co_await offer.serve(std::move(call));
}

}  // namespace

AutoscalingService::AutoscalingService(
    AutoscalingConfig config, scheduler::AutoScaling& scaling, Logger log
)
    : config_(std::move(config)), scaling_(scaling), log_(std::move(log)) {}

Task<http::Response> AutoscalingService::serve(Request request, http::BodyReader& body) {
    const std::string operation = operation_of(request.head.headers);
    if (!request.principal.is_root) {
        co_return json_rpc_error(AwsError(
            400,
            "AccessDeniedException",
            "User: " + request.principal.name +
                " is not authorized to perform: application-autoscaling:" + operation
        ));
    }
    const Offer* offer = find_offer(operation);
    if (offer == nullptr) {
        const std::string message =
            "lambent does not offer this operation of Application Auto Scaling: " + operation;
        co_return json_rpc_error(AwsError(400, "UnknownOperationException", message));
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
    http::Response response;
    response.headers.add("Content-Type", "application/x-amz-json-1.1");
    response.body = dump_json(answer.value());
    co_return response;
}

}  // namespace lambent::api::autoscaling
