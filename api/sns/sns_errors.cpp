#include "api/sns/sns_errors.h"

#include <utility>

namespace lambent::api::sns {
namespace {

bool is_attributes_fault(const Error& error) {
    return error.code() == Code::kInvalidArgument && error.subject() == "subscription_attribute";
}

AwsError from_limit(const Error& error) {
    const std::string& subject = error.subject();
    if (subject == "topics") {
        return {403, "TopicLimitExceeded", error.message()};
    }
    if (subject == "subscriptions") {
        return {403, "SubscriptionLimitExceeded", error.message()};
    }
    if (subject == "filter_policies") {
        return {403, "FilterPolicyLimitExceeded", error.message()};
    }
    if (subject == "tags") {
        return {400, "TagLimitExceeded", error.message()};
    }
    if (subject == "batch") {
        return {400, "BatchRequestTooLong", error.message()};
    }
    return {400, "InvalidParameter", error.message()};
}

}  // namespace

AwsError invalid_parameter(const std::string& what) {
    return {400, "InvalidParameter", "Invalid parameter: " + what};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            if (is_attributes_fault(error)) {
                return invalid_parameter(error.message());
            }
            return {
                400,
                error.subject() == "value" ? "ParameterValueInvalid" : "InvalidParameter",
                error.message()};
        case Code::kNotFound:
            return {404, "NotFound", error.message()};
        case Code::kTooLarge:
            return from_limit(error);
        case Code::kConflict:
            return {400, "ConcurrentAccess", error.message()};
        case Code::kThrottled:
            return {429, "Throttled", "Rate exceeded"};
        case Code::kUnauthorised:
            return {403, "AuthorizationError", error.message()};
        case Code::kUnavailable:
        case Code::kDeadline:
        case Code::kCorrupted:
        case Code::kInternal:
            break;
    }
    return {500, "InternalError", error.message()};
}

AwsError from_subscribe_error(const Error& error) {
    return is_attributes_fault(error) ? invalid_parameter("Attributes Reason: " + error.message())
                                      : from_error(error);
}

}  // namespace lambent::api::sns
