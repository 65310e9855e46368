#include "api/urls/url_answers.h"

#include "api/lambda/lambda_errors.h"
#include "api/wire/errors.h"
#include "triggers/http/cors.h"

#include <utility>

namespace lambent::api::urls {
namespace {

void add_rules(http::Response& response, const Place& place, const triggers::HttpRequest& request) {
    if (place.url.cors) {
        for (auto& [name, value] : triggers::cors_fields(*place.url.cors, request)) {
            response.headers.add(std::move(name), std::move(value));
        }
    }
    if (place.reached == Reached::kByPath) {
        isolate_page(response);
    }
}

}  // namespace

void isolate_page(http::Response& response) {
    response.headers.add(
        "Content-Security-Policy", "sandbox allow-forms allow-modals allow-popups allow-scripts"
    );
}

http::Response render_answer(
    triggers::HttpAnswer answer, const Place& place, const triggers::HttpRequest& request
) {
    http::Response response;
    response.status = answer.status;
    for (auto& [name, value] : answer.fields) {
        if (!place.url.cors || !triggers::is_cors_field(name)) {
            response.headers.add(std::move(name), std::move(value));
        }
    }
    add_rules(response, place, request);
    response.body = std::move(answer.body);
    return response;
}

http::Response render_preflight(const Place& place, const triggers::HttpRequest& request) {
    http::Response response;
    response.status = 204;
    add_rules(response, place, request);
    return response;
}

http::Response not_found() {
    return function_url_error(AwsError(404, "ResourceNotFoundException", "Not Found"));
}

http::Response forbidden() {
    return function_url_error(AwsError(403, "AccessDeniedException", "Forbidden"));
}

http::Response too_large() {
    return function_url_error(lambda::payload_too_large(6'291'456));
}

http::Response bad_gateway() {
    http::Response response;
    response.status = 502;
    response.headers.add("Content-Type", "application/json");
    response.body = std::string("{\"message\":\"Internal Server Error\"}");
    return response;
}

http::Response refused(const Error& error) {
    switch (error.code()) {
        case Code::kThrottled: {
            http::Response throttle = rest_json_error(lambda::throttled(error.subject()));
            throttle.headers.add("Retry-After", "1");
            return throttle;
        }
        case Code::kNotFound:
            return not_found();
        case Code::kInvalidArgument:
            return function_url_error(AwsError(400, "BadRequestException", "Bad Request"));
        case Code::kUnavailable:
            return function_url_error(
                AwsError(503, "ServiceUnavailableException", "Service Unavailable")
            );
        default:
            return function_url_error(AwsError(500, "ServiceException", "Internal Server Error"));
    }
}

Task<Result<std::string>> UrlStreamBody::read_some() {
    if (!first_.empty()) {
        co_return std::exchange(first_, std::string());
    }
    std::string bytes = co_await stream_->read();
    if (bytes.empty()) {
        const Result<scheduler::InvocationResult>& result = stream_->result();
        if (result.has_error()) {
            co_return result.error();
        }
        if (result->outcome.kind != runtime::OutcomeKind::kSuccess) {
            co_return Error(Code::kInternal, "the function failed: " + result->outcome.error_type);
        }
    }
    co_return bytes;
}

}  // namespace lambent::api::urls
