#pragma once

#include "api/lambda/lambda_errors.h"
#include "api/lambda/lambda_service.h"
#include "api/lambda/routes.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>

namespace lambent::api::lambda {

// One request on its way through an operation. Borrows the service's parts and the body, both of
// which outlive the flow that serves the request.
struct Call {
    Call(const LambdaConfig& with, const LambdaPorts& through, http::BodyReader& from)
        : config(with), ports(through), body(from) {}

    const LambdaConfig& config;
    const LambdaPorts& ports;
    http::BodyReader& body;
    Request request;
    Operation operation = Operation::kInvoke;
    std::string subject;  // the function's name or ARN, or the mapping's UUID, from the path
    std::string alias;    // the alias's name from the path
};

// Of a request that carries neither code nor an event. Settings that are too large by AWS's rules
// shall meet those rules, not this bound.
inline constexpr std::uint64_t kSettingsBytesMax = 1ULL << 20;

// What an operation of the Lambda API becomes; one group of them a file.
using Served = Task<Answer<http::Response>>;

Served invoke(Call call);
Served invoke_with_response_stream(Call call);
Served create_function(Call call);
Served update_function_code(Call call);
Served update_function_configuration(Call call);
Served delete_function(Call call);
Served get_function(Call call);
Served get_package(Call call);
Served list_functions(Call call);
Served publish_version(Call call);
Served list_versions(Call call);
Served create_alias(Call call);
Served list_aliases(Call call);
Served one_alias(Call call);                // get, update, delete
Served function_concurrency(Call call);     // what is reserved
Served provisioned_concurrency(Call call);  // put, get, delete
Served list_provisioned(Call call);
Served account_settings(Call call);
Served event_invoke_config(Call call);  // put, update, get, delete
Served list_event_invoke_configs(Call call);
Served recursion_config(Call call);
Served function_url(Call call);  // create, get, update, delete
Served list_function_urls(Call call);
Served tags(Call call);
Served create_event_source_mapping(Call call);
Served list_event_source_mappings(Call call);
Served one_event_source_mapping(Call call);  // get, update, delete

// The function that the path (or, for tags, the ARN) and ?Qualifier= name, when they mean $LATEST.
Answer<runtime::FunctionPtr> named_function(const Call& call);

// A function, or a version of it, as the caller named it.
struct Target {
    runtime::FunctionPtr function;  // what an alias leads to now
    std::string reference;          // "name", "name:3", "name:alias"
    std::string qualifier;          // may be empty
    std::string arn;                // as the caller named it
};
Answer<Target> named_target(const Call& call);

// The version that was just published of $LATEST, for operations that publish on the way.
Task<Answer<runtime::FunctionPtr>> publish(
    const Call& call, std::string name, runtime::Publication asked
);

// The body as one JSON object; InvalidRequestContentException when it is none, and 413 when it is
// larger than `limit_bytes`. An empty body is an empty object.
Task<Answer<nlohmann::json>> read_json(const Call& call, std::uint64_t limit_bytes);

http::Response json_response(unsigned status, const nlohmann::json& body);
http::Response no_content();

}  // namespace lambent::api::lambda
