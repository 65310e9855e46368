#pragma once

#include "api/wire/errors.h"
#include "base/http/message.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace lambent::api::sqs {

enum class Protocol { kJson, kQuery };

// Errors go by the name that Query has for them, without a prefix ("InvalidParameterValue"), or by
// the name of their shape where the model has one ("QueueDoesNotExist").
AwsError missing_parameter(std::string_view name);
AwsError invalid_parameter(std::string message);
AwsError from_error(const Error& error);

// The same, as Query names it: also what the header x-amzn-query-error carries.
std::string query_code(const AwsError& error);

http::Response render_error(const AwsError& error, Protocol protocol, std::string_view request_id);

}  // namespace lambent::api::sqs
