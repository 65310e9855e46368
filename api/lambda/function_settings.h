#pragma once

#include "api/lambda/lambda_errors.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "runtime/functions/function_registry.h"

#include <optional>
#include <string>

namespace lambent::api::lambda {

// The settings that CreateFunction and UpdateFunctionConfiguration share, read by name. Their
// shape is checked into `constraints`; what they mean is the registry's to judge.
runtime::FunctionChange read_settings(JsonFields& fields, Constraints& constraints);

// What lambent cannot do yet and would change what a function sees: better refused than ignored.
std::optional<AwsError> unsupported_setting(JsonFields& fields, const std::string& log_group);

}  // namespace lambent::api::lambda
