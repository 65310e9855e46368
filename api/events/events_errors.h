#pragma once

#include "api/wire/constraints.h"
#include "api/wire/errors.h"
#include "base/result.h"

#include <optional>
#include <string>

namespace lambent::api::events {

AwsError validation_failed(std::string message);
AwsError from_error(const Error& error);

// What is wrong with a request once all of it has been read, if anything is.
std::optional<AwsError> request_fault(const std::string& fault, const Constraints& constraints);

}  // namespace lambent::api::events
