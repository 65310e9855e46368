#include "api/events/events_errors.h"

#include <utility>

namespace lambent::api::events {

AwsError validation_failed(std::string message) {
    return {400, "ValidationException", std::move(message)};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            if (error.subject() == "event_pattern") {
                return {
                    400,
                    "InvalidEventPatternException",
                    "Event pattern is not valid. Reason: " + error.message()};
            }
            if (error.subject() == "schedule") {
                return validation_failed("Parameter ScheduleExpression is not valid.");
            }
            return validation_failed(error.message());
        case Code::kNotFound:
            return {400, "ResourceNotFoundException", error.message()};
        case Code::kConflict:
            return {400, "ResourceAlreadyExistsException", error.message()};
        case Code::kTooLarge:
            if (error.subject() == "limit") {
                return {400, "LimitExceededException", error.message()};
            }
            return {413, "RequestEntityTooLargeException", "The request is too large."};
        case Code::kThrottled:
            return {400, "ThrottlingException", "Rate exceeded"};
        default:
            return {500, "InternalException", error.message()};
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

}  // namespace lambent::api::events
