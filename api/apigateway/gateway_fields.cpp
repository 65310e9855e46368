#include "api/apigateway/gateway_fields.h"

#include "api/wire/json_fields.h"
#include "triggers/gateway/authorizer.h"
#include "triggers/gateway/route_match.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace lambent::api::apigateway {
namespace {

using nlohmann::json;
using triggers::ApiAuthorizer;
using triggers::ApiIntegration;
using triggers::ApiRoute;
using triggers::ApiRoutes;
using triggers::ApiStage;
using triggers::CorsRules;
using triggers::HttpApi;

constexpr std::string_view kIntegrations = "integrations/";
constexpr std::int64_t kTimeoutMinMs = 50;
constexpr std::int64_t kTimeoutMaxMs = 30'000;
constexpr std::int64_t kTtlMaxS = 3'600;
constexpr std::int64_t kMaxAgeMaxS = 86'400;
constexpr std::size_t kNameMax = 128;

// AWS empties a text that is given as "".
void take(JsonFields& fields, std::string_view name, std::string& into) {
    if (auto text = fields.text(name)) {
        into = std::move(*text);
    }
}

CorsRules read_rules(JsonFields& fields) {
    const auto list = [&](std::string_view name) {
        return fields.texts(name).value_or(std::vector<std::string>());
    };
    CorsRules rules;
    rules.allow_credentials = fields.flag("allowCredentials");
    rules.allow_origins = list("allowOrigins");
    rules.allow_methods = list("allowMethods");
    rules.allow_headers = list("allowHeaders");
    rules.expose_headers = list("exposeHeaders");
    rules.max_age_s = fields.number("maxAge");
    return rules;
}

std::optional<AwsError> fault_of(const CorsRules& rules) {
    if (rules.max_age_s && (*rules.max_age_s < -1 || *rules.max_age_s > kMaxAgeMaxS)) {
        return bad_request("maxAge must be between -1 and 86400");
    }
    const bool is_any = std::find(rules.allow_origins.begin(), rules.allow_origins.end(), "*") !=
                        rules.allow_origins.end();
    if (is_any && rules.allow_credentials) {
        return bad_request("allowCredentials must be false when allowOrigins contains *");
    }
    return std::nullopt;
}

bool has_authorizer(const ApiRoute& route) {
    return route.auth == ApiRoute::Auth::kCustom || route.auth == ApiRoute::Auth::kJwt;
}

std::optional<AwsError> read_route_auth(JsonFields& fields, ApiRoute& route) {
    const auto type = fields.text("authorizationType");
    if (type == "NONE") {
        route.auth = ApiRoute::Auth::kNone;
    } else if (type == "AWS_IAM") {
        route.auth = ApiRoute::Auth::kIam;
    } else if (type == "CUSTOM") {
        route.auth = ApiRoute::Auth::kCustom;
    } else if (type == "JWT") {
        route.auth = ApiRoute::Auth::kJwt;
    } else if (type) {
        return bad_request("authorizationType must be NONE, AWS_IAM, CUSTOM or JWT");
    }
    take(fields, "authorizerId", route.authorizer_id);
    if (auto scopes = fields.texts("authorizationScopes")) {
        route.scopes = std::move(*scopes);
    }
    if (!has_authorizer(route)) {
        route.authorizer_id.clear();
        route.scopes.clear();
    }
    return std::nullopt;
}

Answer<void> check_route_authorizer(const ApiRoute& route, const ApiRoutes& among) {
    const auto found = among.authorizers.find(route.authorizer_id);
    if (found == among.authorizers.end()) {
        return not_found("Authorizer", route.authorizer_id);
    }
    const bool wants_token = route.auth == ApiRoute::Auth::kJwt;
    if (wants_token != (found->second.type == ApiAuthorizer::Type::kJwt)) {
        return bad_request("The authorizer is of another type than the route's authorizationType");
    }
    return {};
}

}  // namespace

AwsError bad_request(std::string message) {
    return {400, "BadRequestException", std::move(message)};
}

AwsError not_found(const std::string& what, const std::string& id) {
    return {404, "NotFoundException", "Invalid " + what + " identifier specified " + id};
}

AwsError conflict(std::string message) {
    return {409, "ConflictException", std::move(message)};
}

AwsError from_error(const Error& error) {
    switch (error.code()) {
        case Code::kNotFound:
            return {404, "NotFoundException", error.message()};
        case Code::kConflict:
            return conflict(error.message());
        case Code::kInvalidArgument:
        case Code::kTooLarge:
            return bad_request(error.message());
        default:
            return {500, "InternalServerErrorException", error.message()};
    }
}

std::optional<std::string> function_in(const std::string& uri) {
    constexpr std::string_view kFunction = ":function:";
    constexpr std::string_view kTail = "/invocations";
    const std::size_t lambda = uri.find("arn:aws:lambda:");
    const std::size_t at = lambda == std::string::npos ? lambda : uri.find(kFunction, lambda);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    std::string reference = uri.substr(at + kFunction.size());
    if (reference.ends_with(kTail)) {
        reference.resize(reference.size() - kTail.size());
    }
    const bool is_name = !reference.empty() && reference.find('/') == std::string::npos;
    return is_name ? std::optional(std::move(reference)) : std::nullopt;
}

Answer<HttpApi> read_api(const json& body, HttpApi api, bool is_new) {
    std::string fault;
    JsonFields fields(body, fault);
    if (is_new && fields.text("protocolType").value_or("") != "HTTP") {
        return bad_request("protocolType must be HTTP: WebSocket APIs are not offered");
    }
    take(fields, "name", api.name);
    take(fields, "description", api.description);
    take(fields, "version", api.version);
    if (auto tags = fields.text_map("tags")) {
        api.tags = std::move(*tags);
    }
    if (auto cors = fields.object("corsConfiguration")) {
        api.cors = read_rules(*cors);
        if (const auto wrong = fault_of(*api.cors)) {
            return *wrong;
        }
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    if (api.name.empty() || api.name.size() > kNameMax) {
        return bad_request("name must have 1 to 128 characters");
    }
    return api;
}

Answer<ApiRoute> read_route(const json& body, ApiRoute route, const ApiRoutes& among) {
    std::string fault;
    JsonFields fields(body, fault);
    take(fields, "routeKey", route.key);
    take(fields, "operationName", route.operation_name);
    if (const auto wrong = read_route_auth(fields, route)) {
        return *wrong;
    }
    if (const auto target = fields.text("target")) {
        if (!target->starts_with(kIntegrations)) {
            return bad_request("target must be integrations/<integrationId>");
        }
        route.integration_id = target->substr(kIntegrations.size());
        if (!among.integrations.contains(route.integration_id)) {
            return not_found("Integration", route.integration_id);
        }
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    if (!triggers::is_route_key(route.key)) {
        return bad_request("The provided route key is not formatted properly: " + route.key);
    }
    if (has_authorizer(route)) {
        LAMBENT_TRY(check_route_authorizer(route, among));
    }
    for (const auto& [id, other] : among.routes) {
        if (other.key == route.key && id != route.id) {
            return conflict("Route with key " + route.key + " already exists for this API");
        }
    }
    return route;
}

Answer<ApiIntegration> read_integration(const json& body, ApiIntegration integration, bool is_new) {
    std::string fault;
    JsonFields fields(body, fault);
    const auto type = fields.text("integrationType");
    if ((is_new || type) && type != "AWS_PROXY") {
        return bad_request("integrationType must be AWS_PROXY");
    }
    take(fields, "integrationUri", integration.uri);
    take(fields, "payloadFormatVersion", integration.payload_version);
    take(fields, "description", integration.description);
    integration.timeout_ms = fields.number("timeoutInMillis").value_or(integration.timeout_ms);
    if (!fault.empty()) {
        return bad_request(fault);
    }
    const auto function = function_in(integration.uri);
    if (!function) {
        return bad_request("integrationUri must be the ARN of a Lambda function");
    }
    integration.reference = *function;
    if (integration.payload_version != "1.0" && integration.payload_version != "2.0") {
        return bad_request("payloadFormatVersion must be 1.0 or 2.0");
    }
    if (integration.timeout_ms < kTimeoutMinMs || integration.timeout_ms > kTimeoutMaxMs) {
        return bad_request("timeoutInMillis must be between 50 and 30000");
    }
    return integration;
}

namespace {

Answer<void> check_request_authorizer(const ApiAuthorizer& authorizer) {
    if (!function_in(authorizer.uri)) {
        return bad_request("authorizerUri must lead to a Lambda function");
    }
    if (authorizer.ttl_s < 0 || authorizer.ttl_s > kTtlMaxS) {
        return bad_request("authorizerResultTtlInSeconds must be between 0 and 3600");
    }
    if (authorizer.ttl_s > 0 && authorizer.identity_sources.empty()) {
        return bad_request("Caching needs an identity source");
    }
    return {};
}

Answer<void> check_token_authorizer(const ApiAuthorizer& authorizer) {
    const bool is_http =
        authorizer.issuer.starts_with("https://") || authorizer.issuer.starts_with("http://");
    if (!is_http || authorizer.audience.empty()) {
        return bad_request("jwtConfiguration needs an issuer, by its address, and an audience");
    }
    if (authorizer.identity_sources.size() != 1) {
        return bad_request("A JWT authorizer has one identity source");
    }
    return {};
}

Answer<void> check_authorizer(const ApiAuthorizer& authorizer) {
    if (authorizer.name.empty() || authorizer.name.size() > kNameMax) {
        return bad_request("name must have 1 to 128 characters");
    }
    for (const std::string& source : authorizer.identity_sources) {
        if (!triggers::is_identity_source(source)) {
            return bad_request("Invalid identity source: " + source);
        }
    }
    return authorizer.type == ApiAuthorizer::Type::kJwt ? check_token_authorizer(authorizer)
                                                        : check_request_authorizer(authorizer);
}

}  // namespace

Answer<ApiAuthorizer> read_authorizer(const json& body, ApiAuthorizer authorizer, bool is_new) {
    std::string fault;
    JsonFields fields(body, fault);
    const auto type = fields.text("authorizerType");
    if ((is_new || type) && type != "REQUEST" && type != "JWT") {
        return bad_request("authorizerType must be REQUEST or JWT");
    }
    if (type) {
        const auto asked =
            type == "JWT" ? ApiAuthorizer::Type::kJwt : ApiAuthorizer::Type::kRequest;
        if (!is_new && asked != authorizer.type) {
            return bad_request("authorizerType cannot be changed");  // routes are bound to it
        }
        authorizer.type = asked;
    }
    const auto version = fields.text("authorizerPayloadFormatVersion");
    const bool is_asked = authorizer.type == ApiAuthorizer::Type::kRequest;
    if (((is_new && is_asked) || version) && version != "2.0") {
        return bad_request("authorizerPayloadFormatVersion must be 2.0");
    }
    take(fields, "name", authorizer.name);
    take(fields, "authorizerUri", authorizer.uri);
    if (fields.has("enableSimpleResponses")) {
        authorizer.simple_responses = fields.flag("enableSimpleResponses");
    }
    if (auto sources = fields.texts("identitySource")) {
        authorizer.identity_sources = std::move(*sources);
    }
    authorizer.ttl_s = fields.number("authorizerResultTtlInSeconds").value_or(authorizer.ttl_s);
    if (auto tokens = fields.object("jwtConfiguration")) {
        take(*tokens, "issuer", authorizer.issuer);
        authorizer.audience = tokens->texts("audience").value_or(authorizer.audience);
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    LAMBENT_TRY(check_authorizer(authorizer));
    authorizer.reference = function_in(authorizer.uri).value_or("");
    return authorizer;
}

Answer<ApiStage> read_stage(const json& body, ApiStage stage) {
    std::string fault;
    JsonFields fields(body, fault);
    take(fields, "stageName", stage.name);
    take(fields, "description", stage.description);
    if (fields.has("autoDeploy")) {
        stage.auto_deploy = fields.flag("autoDeploy");
    }
    if (auto variables = fields.text_map("stageVariables")) {
        stage.variables = std::move(*variables);
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    const bool is_name = std::all_of(stage.name.begin(), stage.name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
    if (stage.name != "$default" && (stage.name.empty() || !is_name)) {
        return bad_request("Stage name only allows a-zA-Z0-9_- or $default");
    }
    return stage;
}

}  // namespace lambent::api::apigateway
