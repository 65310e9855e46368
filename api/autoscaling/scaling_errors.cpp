#include "api/autoscaling/scaling_errors.h"

#include <utility>

namespace lambent::api::autoscaling {

AwsError validation_failed(std::string message) {
    return {400, "ValidationException", std::move(message)};
}

AwsError not_found(const std::string& kind, const std::string& resource) {
    return {
        400,
        "ObjectNotFoundException",
        "No " + kind + " found for service namespace: lambda, resource ID: " + resource +
            ", scalable dimension: lambda:function:ProvisionedConcurrency"};
}

AwsError from_error(const Error& error, const std::string& resource) {
    switch (error.code()) {
        case Code::kInvalidArgument:
        case Code::kConflict:
            return validation_failed(error.message());
        case Code::kNotFound:
            if (error.subject() == "policy") {
                return not_found("scaling policy", resource);
            }
            if (error.subject() == "action") {
                return not_found("scheduled action", resource);
            }
            return not_found("scalable target", resource);
        case Code::kTooLarge:
            return validation_failed(error.message());
        case Code::kThrottled:
            return {400, "ThrottlingException", "Rate exceeded"};
        case Code::kUnauthorised:
            return {403, "InvalidSignatureException", error.message()};
        case Code::kUnavailable:
        case Code::kDeadline:
        case Code::kCorrupted:
        case Code::kInternal:
            break;
    }
    return {500, "InternalServiceException", error.message()};
}

std::optional<AwsError> request_fault(const std::string& fault, const Constraints& constraints) {
    if (!fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return std::nullopt;
}

}  // namespace lambent::api::autoscaling
