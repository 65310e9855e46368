#pragma once

#include "api/wire/errors.h"
#include "base/result.h"

#include <string>

namespace lambent::api::lambda {

AwsError function_not_found(const std::string& arn);
AwsError invalid_parameter(std::string message);
AwsError validation_failed(std::string message);  // "1 validation error detected: …"
AwsError invalid_content(std::string message);
AwsError wrong_type(std::string message);  // a member of the wrong JSON type
AwsError revision_mismatch();
AwsError request_too_large(std::uint64_t limit_bytes, const std::string& operation);
AwsError payload_too_large(std::uint64_t limit_bytes);
AwsError recursive_invocation();
AwsError throttled(const std::string& reason);
AwsError access_denied(
    const std::string& who, const std::string& operation, const std::string& arn
);

// An Error of the rooms below, by its code and subject.
AwsError from_error(const Error& error);
// The same for an operation on one function, which AWS then names by its ARN.
AwsError from_error(const Error& error, const std::string& arn);

}  // namespace lambent::api::lambda
