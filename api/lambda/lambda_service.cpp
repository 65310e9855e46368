#include "api/lambda/lambda_service.h"

#include "api/lambda/operations.h"

namespace lambent::api::lambda {

namespace {

Served perform(Call call) {
    switch (call.operation) {
        case Operation::kInvoke:
            return invoke(std::move(call));
        case Operation::kCreateFunction:
            return create_function(std::move(call));
        case Operation::kGetFunction:
        case Operation::kGetFunctionConfiguration:
            return get_function(std::move(call));
        case Operation::kGetPackage:
            return get_package(std::move(call));
        case Operation::kListFunctions:
            return list_functions(std::move(call));
        case Operation::kUpdateFunctionCode:
            return update_function_code(std::move(call));
        case Operation::kUpdateFunctionConfiguration:
            return update_function_configuration(std::move(call));
        case Operation::kDeleteFunction:
            return delete_function(std::move(call));
        case Operation::kPublishVersion:
            return publish_version(std::move(call));
        case Operation::kListVersions:
            return list_versions(std::move(call));
        case Operation::kCreateAlias:
            return create_alias(std::move(call));
        case Operation::kListAliases:
            return list_aliases(std::move(call));
        case Operation::kGetAlias:
        case Operation::kUpdateAlias:
        case Operation::kDeleteAlias:
            return one_alias(std::move(call));
        case Operation::kGetConcurrency:
        case Operation::kPutConcurrency:
        case Operation::kDeleteConcurrency:
            return function_concurrency(std::move(call));
        case Operation::kGetProvisioned:
        case Operation::kPutProvisioned:
        case Operation::kDeleteProvisioned:
            return provisioned_concurrency(std::move(call));
        case Operation::kListProvisioned:
            return list_provisioned(std::move(call));
        case Operation::kGetAccountSettings:
            return account_settings(std::move(call));
        case Operation::kGetEventInvokeConfig:
        case Operation::kPutEventInvokeConfig:
        case Operation::kUpdateEventInvokeConfig:
        case Operation::kDeleteEventInvokeConfig:
            return event_invoke_config(std::move(call));
        case Operation::kListEventInvokeConfigs:
            return list_event_invoke_configs(std::move(call));
        case Operation::kGetRecursionConfig:
        case Operation::kPutRecursionConfig:
            return recursion_config(std::move(call));
        case Operation::kCreateMapping:
            return create_event_source_mapping(std::move(call));
        case Operation::kListMappings:
            return list_event_source_mappings(std::move(call));
        case Operation::kGetMapping:
        case Operation::kUpdateMapping:
        case Operation::kDeleteMapping:
            return one_event_source_mapping(std::move(call));
        case Operation::kInvokeWithResponseStream:
            return invoke_with_response_stream(std::move(call));
        case Operation::kCreateFunctionUrl:
        case Operation::kGetFunctionUrl:
        case Operation::kUpdateFunctionUrl:
        case Operation::kDeleteFunctionUrl:
            return function_url(std::move(call));
        case Operation::kListFunctionUrls:
            return list_function_urls(std::move(call));
        case Operation::kListTags:
        case Operation::kTagResource:
        case Operation::kUntagResource:
            return tags(std::move(call));
    }
    LAMBENT_ASSERT(false);
}

AwsError unknown_operation(const Request& request) {
    return {
        404,
        "UnknownOperationException",
        "lambent does not offer this operation of the Lambda API: " + request.head.method + " " +
            request.path};
}

bool may(const Principal& principal, Operation operation) {
    return principal.is_root || operation == Operation::kInvoke ||
           operation == Operation::kInvokeWithResponseStream;
}

}  // namespace

LambdaService::LambdaService(LambdaConfig config, LambdaPorts ports, Logger log)
    : config_(std::move(config)), ports_(std::move(ports)), log_(std::move(log)) {}

Task<http::Response> LambdaService::serve(Request request, http::BodyReader& body) {
    std::optional<Route> route = find_route(request.head.method, request.path, request.query);
    if (!route) {
        co_return rest_json_error(unknown_operation(request));
    }
    if (!may(request.principal, route->operation)) {
        const std::string action(action_name(route->operation));
        co_return rest_json_error(access_denied(request.principal.name, action, "*"));
    }
    const std::string request_id = request.request_id;
    const bool is_root = request.principal.is_root;
    Call call(config_, ports_, body);
    call.request = std::move(request);
    call.operation = route->operation;
    call.subject = std::move(route->subject);
    call.alias = std::move(route->alias);
    Answer<http::Response> answer = co_await perform(std::move(call));
    if (answer.has_value()) {
        co_return std::move(answer).value();
    }
    const AwsError error = answer.error();
    http::Response refusal = rest_json_error(told(error, request_id, is_root));
    if (error.status() == 429) {
        refusal.headers.add("Retry-After", "1");
    }
    co_return refusal;
}

// Our own failures are logged; only the owner reads what they were, since functions call too.
AwsError LambdaService::told(AwsError error, const std::string& request_id, bool is_root) const {
    if (error.is_callers_fault()) {
        return error;
    }
    log_.error(
        "lambda_request_failed",
        {{"request_id", request_id}, {"error", error.name()}, {"message", error.message()}}
    );
    if (is_root) {
        return error;
    }
    return {error.status(), error.name(), "An error occurred and the request cannot be processed."};
}

}  // namespace lambent::api::lambda
