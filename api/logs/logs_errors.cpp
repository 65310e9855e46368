#include "api/logs/logs_errors.h"

namespace lambent::api::logs {

AwsError invalid_parameter(std::string message) {
    return {400, "InvalidParameterException", std::move(message)};
}

AwsError no_such_group() {
    return {400, "ResourceNotFoundException", "The specified log group does not exist."};
}

AwsError no_such_stream() {
    return {400, "ResourceNotFoundException", "The specified log stream does not exist."};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            return invalid_parameter(error.message());
        case Code::kNotFound:
            return no_such_group();
        case Code::kConflict:
            return {
                400, "ResourceAlreadyExistsException", "The specified log group already exists"};
        case Code::kTooLarge:
            return {413, "RequestEntityTooLargeException", error.message()};
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
    return {503, "ServiceUnavailableException", error.message()};
}

std::optional<AwsError> request_fault(const std::string& fault, const Constraints& constraints) {
    if (!fault.empty()) {
        return AwsError(400, "SerializationException", fault);
    }
    if (!constraints.hold()) {
        return invalid_parameter(constraints.message());
    }
    return std::nullopt;
}

}  // namespace lambent::api::logs
