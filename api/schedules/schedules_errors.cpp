#include "api/schedules/schedules_errors.h"

#include <utility>

namespace lambent::api::schedules {

AwsError validation_failed(std::string message) {
    return {400, "ValidationException", std::move(message)};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            return validation_failed(error.message());
        case Code::kNotFound:
            return {404, "ResourceNotFoundException", error.message()};
        case Code::kConflict:
            return {409, "ConflictException", error.message()};
        case Code::kTooLarge:
            if (error.subject() == "groups") {
                return {402, "ServiceQuotaExceededException", error.message()};
            }
            return {413, "RequestEntityTooLargeException", "The request is too large."};
        case Code::kThrottled:
            return {429, "ThrottlingException", "Rate exceeded"};
        default:
            return {500, "InternalServerException", error.message()};
    }
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

}  // namespace lambent::api::schedules
