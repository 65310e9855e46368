#pragma once

#include "api/wire/errors.h"
#include "api/wire/service.h"
#include "base/async/task.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace lambent::api {

// What the services of AWS JSON 1.1 have in common: a header names the operation, requests and
// answers are JSON objects.
struct JsonRpcService {
    std::string_view target_prefix;  // before the operation in X-Amz-Target: "Logs_20140328."
    std::string_view action_prefix;  // before it in a policy: "logs:"
    std::string_view title;          // "the CloudWatch Logs API"
};

// Empty when the header names none of this service's.
std::string json_rpc_operation(const JsonRpcService& service, const http::Headers& headers);

AwsError json_rpc_denied(
    const JsonRpcService& service, const Principal& who, std::string_view operation
);
AwsError json_rpc_not_offered(const JsonRpcService& service, std::string_view operation);

// An empty body is an empty object. `from_error` says in the service's words why a body that broke
// off, or is over 1 MiB, cannot be read.
Task<Answer<nlohmann::json>> read_json_rpc(
    http::BodyReader& body, AwsError (*from_error)(const Error& error)
);

// Null is an empty body.
http::Response json_rpc_response(const nlohmann::json& body);

}  // namespace lambent::api
