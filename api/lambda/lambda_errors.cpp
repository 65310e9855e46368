#include "api/lambda/lambda_errors.h"

#include "scheduler/lineage.h"

namespace lambent::api::lambda {

AwsError function_not_found(const std::string& arn) {
    return {404, "ResourceNotFoundException", "Function not found: " + arn};
}

AwsError invalid_parameter(std::string message) {
    return {400, "InvalidParameterValueException", std::move(message)};
}

AwsError validation_failed(std::string message) {
    return {400, "ValidationException", std::move(message)};
}

AwsError invalid_content(std::string message) {
    return {400, "InvalidRequestContentException", std::move(message)};
}

AwsError wrong_type(std::string message) {
    return {400, "SerializationException", std::move(message)};
}

AwsError revision_mismatch() {
    return {
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. Call the "
        "GetFunction/GetAlias API to retrieve the latest Revision Id"};
}

AwsError request_too_large(std::uint64_t limit_bytes, const std::string& operation) {
    return {
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than " + std::to_string(limit_bytes) + " bytes for the " +
            operation + " operation"};
}

AwsError payload_too_large(std::uint64_t limit_bytes) {
    return {
        413,
        "RequestTooLargeException",
        "Request must be smaller than " + std::to_string(limit_bytes) +
            " bytes for the InvokeFunction operation"};
}

AwsError recursive_invocation() {
    return {400, "RecursiveInvocationException", scheduler::kRecursionMessage};
}

AwsError throttled(const std::string& reason) {
    AwsError error(429, "TooManyRequestsException", "Rate Exceeded.");
    error.with("Reason", reason.empty() ? "ConcurrentInvocationLimitExceeded" : reason);
    return error;
}

AwsError access_denied(
    const std::string& who, const std::string& operation, const std::string& arn
) {
    return {
        403,
        "AccessDeniedException",
        "User: " + who + " is not authorized to perform: lambda:" + operation +
            " on resource: " + arn};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
            return invalid_parameter(error.message());
        case Code::kNotFound:
            return {404, "ResourceNotFoundException", error.message()};
        case Code::kConflict:
            if (error.subject() == "revision_id") {
                return revision_mismatch();
            }
            if (error.subject() == "mapping_in_use") {
                return {400, "ResourceInUseException", error.message()};
            }
            return {409, "ResourceConflictException", error.message()};
        case Code::kThrottled:
            return throttled(error.subject());
        case Code::kTooLarge:
            return invalid_parameter(error.message());
        case Code::kUnauthorised:
            return {403, "InvalidSignatureException", error.message()};
        case Code::kUnavailable:
            if (error.subject() == "runtime") {
                return {502, "InvalidRuntimeException", error.message()};
            }
            break;
        case Code::kCorrupted:
            if (error.subject() == "package") {
                return {502, "InvalidZipFileException", error.message()};
            }
            break;
        case Code::kDeadline:
        case Code::kInternal:
            break;
    }
    return {500, "ServiceException", error.message()};
}

AwsError from_error(const Error& error, const std::string& arn) {
    return error.code() == Code::kNotFound ? function_not_found(arn) : from_error(error);
}

}  // namespace lambent::api::lambda
