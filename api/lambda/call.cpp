#include "api/lambda/function_reference.h"
#include "api/lambda/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

std::string qualified_arn(const Call& call, const FunctionReference& reference) {
    std::string arn = runtime::function_arn(call.config.region, reference.name);
    return reference.qualifier.empty() ? arn : arn + ":" + reference.qualifier;
}

// Joins the qualifier of the name and that of the query, which must not contradict each other.
Answer<FunctionReference> reference_of(const Call& call) {
    auto reference = parse_function_reference(call.subject);
    if (!reference) {
        Constraints constraints;
        constraints.pattern("functionName", call.subject, false, kFunctionNamePattern);
        return validation_failed(constraints.message());
    }
    const auto asked = http::find_item(call.request.query, "Qualifier");
    if (asked && !asked->empty()) {
        if (!reference->qualifier.empty() && reference->qualifier != *asked) {
            return invalid_parameter(
                "The derived qualifier from the function name does not match the specified "
                "qualifier."
            );
        }
        reference->qualifier = *asked;
    }
    return std::move(*reference);
}

}  // namespace

Answer<Target> named_target(const Call& call) {
    LAMBENT_TRY(const FunctionReference reference, reference_of(call));
    if (!reference.region.empty() && reference.region != call.config.region) {
        return AwsError(
            404,
            "ResourceNotFoundException",
            "Functions from '" + reference.region + "' are not reachable in this region ('" +
                call.config.region + "')"
        );
    }
    Target target;
    target.arn = qualified_arn(call, reference);
    if (!reference.account.empty() && reference.account != runtime::kAccountId) {
        const std::string action(action_name(call.operation));
        return access_denied(call.request.principal.name, action, target.arn);
    }
    target.qualifier = reference.qualifier;
    target.reference = reference.name;
    if (!reference.qualifier.empty()) {
        target.reference += ":" + reference.qualifier;
    }
    target.function = call.ports.find_function(target.reference);
    if (target.function == nullptr) {
        return function_not_found(target.arn);
    }
    return target;
}

Answer<runtime::FunctionPtr> named_function(const Call& call) {
    LAMBENT_TRY(Target target, named_target(call));
    if (!target.qualifier.empty() && target.qualifier != runtime::kLatest) {
        return function_not_found(target.arn);
    }
    return std::move(target.function);
}

Task<Answer<nlohmann::json>> read_json(const Call& call, std::uint64_t limit_bytes) {
    Result<std::string> body = co_await call.body.read_all(limit_bytes);
    if (body.has_error()) {
        if (body.error().code() == Code::kTooLarge) {
            co_return request_too_large(limit_bytes, std::string(action_name(call.operation)));
        }
        co_return from_error(body.error());
    }
    // Tens of megabytes of base64 take a while: not on the event loop.
    auto parse = [text = std::move(body).value()]() {
        return text.empty() ? Result<nlohmann::json>(nlohmann::json::object()) : parse_json(text);
    };
    Result<nlohmann::json> parsed = co_await offload(call.ports.workers, std::move(parse));
    if (parsed.has_error()) {
        co_return invalid_content(
            "Could not parse request body into json: " + parsed.error().message()
        );
    }
    if (!parsed.value().is_object()) {
        co_return wrong_type("Unexpected value: an object was expected");
    }
    co_return std::move(parsed).value();
}

http::Response json_response(unsigned status, const nlohmann::json& body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = dump_json(body);
    return response;
}

http::Response no_content() {
    http::Response response;
    response.status = 204;
    return response;
}

}  // namespace lambent::api::lambda
