#include "api/apigateway/rest_answers.h"

namespace lambent::api::apigateway {
namespace {

http::Response worded(unsigned status, const std::string& name, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("x-amzn-ErrorType", name);
    response.body = std::move(body);
    return response;
}

}  // namespace

http::Response rest_refusal(unsigned status, const std::string& name, const std::string& message) {
    return worded(status, name, "{\"message\":\"" + message + "\"}");
}

http::Response missing_token() {
    return rest_refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
}

http::Response unauthorized_caller() {
    return rest_refusal(401, "UnauthorizedException", "Unauthorized");
}

http::Response not_authorized(bool is_explicit) {
    const std::string how = is_explicit ? " with an explicit deny" : "";
    return worded(
        403,
        "AccessDeniedException",
        "{\"Message\":\"User is not authorized to access this resource" + how + "\"}"
    );
}

http::Response authorizer_failed() {
    return worded(500, "AuthorizerConfigurationException", "{\"message\":null}");
}

http::Response internal_error(unsigned status) {
    return worded(
        status, "InternalServerErrorException", "{\"message\": \"Internal server error\"}"
    );
}

http::Response timed_out() {
    return worded(
        504, "InternalServerErrorException", "{\"message\": \"Endpoint request timed out\"}"
    );
}

http::Response too_long() {
    return rest_refusal(413, "RequestTooLargeException", "Request Too Long");
}

}  // namespace lambent::api::apigateway
