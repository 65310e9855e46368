#include "api/apigateway/rest_settings.h"

#include "api/apigateway/gateway_fields.h"
#include "triggers/gateway/authorizer.h"
#include "triggers/gateway/rest_authorizer.h"

#include <algorithm>
#include <string_view>

namespace lambent::api::apigateway {
namespace {

constexpr std::int64_t kRestTimeoutMinMs = 50;
constexpr std::int64_t kRestTimeoutMaxMs = 29'000;
constexpr std::int64_t kRestTtlMaxS = 3'600;

}  // namespace

Answer<void> check_auth(const triggers::RestMethod& method, const triggers::RestApi& of) {
    if (method.auth == triggers::ApiRoute::Auth::kCustom &&
        !of.authorizers.contains(method.authorizer_id)) {
        return bad_request(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
            "COGNITO_USER_POOLS requires a valid authorizer."
        );
    }
    return {};
}

Answer<void> set_auth(const std::string& type, triggers::RestMethod& method) {
    if (type == "NONE") {
        method.auth = triggers::ApiRoute::Auth::kNone;
    } else if (type == "AWS_IAM") {
        method.auth = triggers::ApiRoute::Auth::kIam;
    } else if (type == "CUSTOM") {
        method.auth = triggers::ApiRoute::Auth::kCustom;
        return {};
    } else {
        return bad_request(
            "Invalid authorization type specified. Valid options are NONE, AWS_IAM and CUSTOM"
        );
    }
    method.authorizer_id.clear();
    return {};
}

Answer<void> set_uri(const std::string& uri, triggers::ApiIntegration& integration) {
    if (!uri.starts_with("arn:")) {
        return bad_request("Invalid ARN specified in the request");
    }
    const auto function = function_in(uri);
    if (!function) {
        return bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose "
            "stream invocations."
        );
    }
    integration.uri = uri;
    integration.reference = *function;
    return {};
}

Answer<void> set_timeout(std::int64_t timeout_ms, triggers::ApiIntegration& integration) {
    if (timeout_ms < kRestTimeoutMinMs || timeout_ms > kRestTimeoutMaxMs) {
        return bad_request("Timeout should be between 50 ms and 29000 ms");
    }
    integration.timeout_ms = timeout_ms;
    return {};
}

Answer<void> set_sources(const std::string& text, triggers::ApiAuthorizer& authorizer) {
    constexpr std::string_view kMethod = "method.";
    authorizer.identity_sources.clear();
    std::string_view rest = text;
    while (!rest.empty()) {
        std::string_view one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        one = one.substr(0, one.find_last_not_of(' ') + 1);
        if (one.starts_with(kMethod)) {
            one.remove_prefix(kMethod.size());
        }
        std::string source = "$" + std::string(one);
        if (!triggers::is_identity_source(source)) {
            return bad_request("Invalid identity source: " + std::string(one));
        }
        authorizer.identity_sources.push_back(std::move(source));
    }
    return {};
}

Answer<void> check_rest_authorizer(const triggers::ApiAuthorizer& authorizer) {
    if (authorizer.name.empty()) {
        return bad_request("Authorizer name cannot be empty");
    }
    if (!function_in(authorizer.uri)) {
        return bad_request("Invalid Authorizer URI: " + authorizer.uri);
    }
    if (authorizer.ttl_s < 0 || authorizer.ttl_s > kRestTtlMaxS) {
        return bad_request("Authorizer result TTL must be between 0 and 3600 seconds");
    }
    const bool is_token = authorizer.type == triggers::ApiAuthorizer::Type::kToken;
    const auto& sources = authorizer.identity_sources;
    if (is_token && (sources.size() != 1 || !sources.front().starts_with("$request.header."))) {
        return bad_request("A TOKEN authorizer has one header as its identity source");
    }
    if (!is_token && sources.empty() && authorizer.ttl_s > 0) {
        return bad_request("Identity source is required when authorization caching is enabled");
    }
    if (!authorizer.validation.empty() && !triggers::is_token_form(authorizer.validation)) {
        return bad_request("Invalid identity validation expression");
    }
    return {};
}

}  // namespace lambent::api::apigateway
