#pragma once

#include "base/result.h"
#include "triggers/topics/filter_policy.h"
#include "triggers/topics/topic.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace lambent::triggers {

// A subscription that has been read: what a delivery asks for. Immutable.
struct SubscriptionPlan {
    Subscription subscription;
    std::optional<FilterPolicy> filter;
    bool is_raw = false;
    std::string dead_letter_arn;
    std::uint32_t retries_max = 3;  // of a web endpoint
};
// Shared by the topic and by publications on their way.
using SubscriptionPlanPtr = std::shared_ptr<const SubscriptionPlan>;

// Errors are kInvalidArgument with SNS's sentence: subject "parameter", or, where an attribute is
// at fault, "subscription_attribute", before whose message SNS says who asked. Pure.

Result<EndpointProtocol> read_protocol(const std::string& name);
// Whether a topic of that kind may send there.
Result<void> check_endpoint(TopicKind kind, EndpointProtocol protocol, const std::string& endpoint);
Result<SubscriptionPlanPtr> plan_of(Subscription subscription, TopicKind kind);

}  // namespace lambent::triggers
