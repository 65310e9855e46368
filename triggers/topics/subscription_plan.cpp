#include "triggers/topics/subscription_plan.h"

#include "base/json_depth.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kScope[] = "FilterPolicyScope";

Error endpoint_fault(const std::string& what) {
    return Error(Code::kInvalidArgument, "parameter", "Invalid parameter: " + what);
}

Error attribute_fault(std::string what) {
    return Error(Code::kInvalidArgument, "subscription_attribute", std::move(what));
}

bool is_arn_of(std::string_view arn, std::string_view service, long colons_min) {
    const std::string start = "arn:aws:" + std::string(service) + ":";
    return arn.starts_with(start) && std::count(arn.begin(), arn.end(), ':') >= colons_min &&
           !arn.ends_with(':');
}

bool is_fifo_arn(std::string_view arn) {
    return arn.ends_with(".fifo");
}

std::string text_at(const TopicTexts& texts, const char* name) {
    const auto found = texts.find(name);
    return found == texts.end() ? std::string() : found->second;
}

Result<void> check_names(const TopicTexts& attributes) {
    for (const auto& [name, value] : attributes) {
        if (name != "FilterPolicy" && name != kScope && name != "RawMessageDelivery" &&
            name != "RedrivePolicy" && name != "DeliveryPolicy") {
            return attribute_fault("AttributeName");
        }
    }
    return {};
}

Result<std::optional<FilterPolicy>> read_filter(const TopicTexts& attributes) {
    const std::string scope = text_at(attributes, kScope);
    if (!scope.empty() && scope != "MessageAttributes" && scope != "MessageBody") {
        return attribute_fault(
            "FilterPolicyScope: Invalid value [" + scope +
            "]. Please use either MessageBody or MessageAttributes"
        );
    }
    const std::string policy = text_at(attributes, "FilterPolicy");
    if (policy.empty() || policy == "{}") {
        return std::optional<FilterPolicy>();
    }
    const bool is_body = scope == "MessageBody";
    LAMBENT_TRY(
        FilterPolicy filter,
        FilterPolicy::parse(policy, is_body ? FilterScope::kBody : FilterScope::kAttributes)
    );
    return std::optional(std::move(filter));
}

Result<bool> read_raw(const Subscription& subscription) {
    const std::string raw = text_at(subscription.attributes, "RawMessageDelivery");
    if (raw.empty() || raw == "false") {
        return false;
    }
    if (raw != "true") {
        return attribute_fault(
            "RawMessageDelivery: Invalid value [" + raw + "]. Must be true or false."
        );
    }
    if (subscription.protocol == EndpointProtocol::kLambda) {
        return attribute_fault(
            "RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery."
        );
    }
    return true;
}

Result<std::string> read_redrive(const Subscription& subscription, TopicKind kind) {
    const std::string policy = text_at(subscription.attributes, "RedrivePolicy");
    if (policy.empty()) {
        return std::string();
    }
    const auto parsed = parse_shallow_json(policy);
    if (!parsed || !parsed->is_object()) {
        return attribute_fault("RedrivePolicy: failed to parse JSON.");
    }
    const auto target = parsed->find("deadLetterTargetArn");
    if (target == parsed->end() || !target->is_string()) {
        return attribute_fault("RedrivePolicy: deadLetterTargetArn is an invalid arn");
    }
    auto arn = target->get<std::string>();
    if (!is_arn_of(arn, "sqs", 5)) {
        return attribute_fault("RedrivePolicy: deadLetterTargetArn is an invalid arn");
    }
    if (is_fifo_arn(arn) != (kind == TopicKind::kFifo && is_fifo_arn(subscription.endpoint))) {
        return attribute_fault(
            is_fifo_arn(arn)
                ? "RedrivePolicy: must use a standard queue as DLQ for a standard topic"
                : "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO topic"
        );
    }
    return arn;
}

// {"healthyRetryPolicy": {"numRetries": 10}}
Result<std::uint32_t> read_retries(const Subscription& subscription) {
    constexpr std::uint32_t kRetriesDefault = 3;
    constexpr std::int64_t kRetriesMost = 100;
    const std::string policy = text_at(subscription.attributes, "DeliveryPolicy");
    if (policy.empty()) {
        return kRetriesDefault;
    }
    const auto parsed = parse_shallow_json(policy);
    if (!is_web(subscription.protocol) || !parsed || !parsed->is_object()) {
        return attribute_fault("DeliveryPolicy: failed to parse JSON.");
    }
    const auto healthy = parsed->find("healthyRetryPolicy");
    if (healthy == parsed->end() || !healthy->is_object() || !healthy->contains("numRetries")) {
        return kRetriesDefault;
    }
    const auto& retries = healthy->at("numRetries");
    if (!retries.is_number_integer() || retries < 0 || retries > kRetriesMost) {
        return attribute_fault(
            "DeliveryPolicy: healthyRetryPolicy.numRetries must be between 0 and 100"
        );
    }
    return retries.get<std::uint32_t>();
}

bool is_web_address(EndpointProtocol protocol, std::string_view endpoint) {
    const std::string start = std::string(to_string(protocol)) + "://";
    return endpoint.starts_with(start) && endpoint.size() > start.size() &&
           std::all_of(endpoint.begin(), endpoint.end(), [](char c) {
               return c > ' ' && c < 0x7F;
           });
}

}  // namespace

Result<EndpointProtocol> read_protocol(const std::string& name) {
    for (const EndpointProtocol known :
         {EndpointProtocol::kLambda,
          EndpointProtocol::kSqs,
          EndpointProtocol::kHttp,
          EndpointProtocol::kHttps}) {
        if (name == to_string(known)) {
            return known;
        }
    }
    return endpoint_fault("Amazon SNS does not support this protocol string: " + name);
}

Result<void> check_endpoint(
    TopicKind kind, EndpointProtocol protocol, const std::string& endpoint
) {
    const bool is_fifo_topic = kind == TopicKind::kFifo;
    if (is_fifo_topic && protocol != EndpointProtocol::kSqs) {
        return endpoint_fault("Invalid parameter: Endpoint Reason: Please use an SQS queue");
    }
    if (is_web(protocol)) {
        return is_web_address(protocol, endpoint)
                   ? Result<void>()
                   : Result<void>(endpoint_fault("Endpoint must match the specified protocol"));
    }
    if (protocol == EndpointProtocol::kLambda) {
        const bool names_function =
            is_arn_of(endpoint, "lambda", 6) && endpoint.find(":function:") != std::string::npos;
        return names_function ? Result<void>()
                              : Result<void>(endpoint_fault("Lambda endpoint ARN"));
    }
    if (!is_arn_of(endpoint, "sqs", 5)) {
        return endpoint_fault("SQS endpoint ARN");
    }
    if (is_fifo_arn(endpoint) && !is_fifo_topic) {
        return endpoint_fault(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
            "standard SNS topics"
        );
    }
    return {};
}

Result<SubscriptionPlanPtr> plan_of(Subscription subscription, TopicKind kind) {
    auto plan = std::make_shared<SubscriptionPlan>();
    LAMBENT_TRY(check_names(subscription.attributes));
    LAMBENT_TRY(plan->filter, read_filter(subscription.attributes));
    LAMBENT_TRY(plan->is_raw, read_raw(subscription));
    LAMBENT_TRY(plan->dead_letter_arn, read_redrive(subscription, kind));
    LAMBENT_TRY(plan->retries_max, read_retries(subscription));
    plan->subscription = std::move(subscription);
    return SubscriptionPlanPtr(std::move(plan));
}

}  // namespace lambent::triggers
