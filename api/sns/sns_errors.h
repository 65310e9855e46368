#pragma once

#include "api/wire/errors.h"
#include "base/result.h"

#include <string>

namespace lambent::api::sns {

// "Invalid parameter: " and what is wrong.
AwsError invalid_parameter(const std::string& what);
AwsError from_error(const Error& error);
// Of Subscribe, which names attributes of subscriptions as its own parameter's.
AwsError from_subscribe_error(const Error& error);

}  // namespace lambent::api::sns
