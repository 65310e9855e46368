#include "api/apigateway/gateway_fields.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

// What the API's parts look like to clients.
namespace lambent::api::apigateway {
namespace {

using nlohmann::json;
using triggers::ApiAuthorizer;
using triggers::ApiIntegration;
using triggers::ApiRoute;
using triggers::ApiStage;
using triggers::CorsRules;
using triggers::HttpApi;

std::string date_of(std::int64_t ms) {
    return iso8601_ms(from_unix_ms(ms));
}

json rules_json(const CorsRules& rules) {
    json body;
    body["allowCredentials"] = rules.allow_credentials;
    const auto put = [&](const char* name, const std::vector<std::string>& list) {
        if (!list.empty()) {
            body[name] = list;
        }
    };
    put("allowOrigins", rules.allow_origins);
    put("allowMethods", rules.allow_methods);
    put("allowHeaders", rules.allow_headers);
    put("exposeHeaders", rules.expose_headers);
    if (rules.max_age_s) {
        body["maxAge"] = *rules.max_age_s;
    }
    return body;
}

const char* auth_name(ApiRoute::Auth auth) {
    switch (auth) {
        case ApiRoute::Auth::kIam:
            return "AWS_IAM";
        case ApiRoute::Auth::kCustom:
            return "CUSTOM";
        case ApiRoute::Auth::kJwt:
            return "JWT";
        case ApiRoute::Auth::kNone:
            break;
    }
    return "NONE";
}

}  // namespace

json api_json(const HttpApi& api, const std::string& endpoint) {
    json body;
    body["apiId"] = api.id;
    body["apiEndpoint"] = endpoint;
    body["name"] = api.name;
    body["protocolType"] = "HTTP";
    body["routeSelectionExpression"] = "$request.method $request.path";
    body["apiKeySelectionExpression"] = "$request.header.x-api-key";
    body["disableExecuteApiEndpoint"] = false;
    body["createdDate"] = date_of(api.created_ms);
    body["tags"] = api.tags;
    if (!api.description.empty()) {
        body["description"] = api.description;
    }
    if (!api.version.empty()) {
        body["version"] = api.version;
    }
    if (api.cors) {
        body["corsConfiguration"] = rules_json(*api.cors);
    }
    return body;
}

json route_json(const ApiRoute& route) {
    json body;
    body["routeId"] = route.id;
    body["routeKey"] = route.key;
    body["apiKeyRequired"] = false;
    body["authorizationType"] = auth_name(route.auth);
    if (!route.authorizer_id.empty()) {
        body["authorizerId"] = route.authorizer_id;
        body["authorizationScopes"] = route.scopes;
    }
    if (!route.integration_id.empty()) {
        body["target"] = "integrations/" + route.integration_id;
    }
    if (!route.operation_name.empty()) {
        body["operationName"] = route.operation_name;
    }
    return body;
}

json integration_json(const ApiIntegration& integration) {
    json body;
    body["integrationId"] = integration.id;
    body["integrationType"] = "AWS_PROXY";
    body["integrationMethod"] = "POST";
    body["integrationUri"] = integration.uri;
    body["connectionType"] = "INTERNET";
    body["payloadFormatVersion"] = integration.payload_version;
    body["timeoutInMillis"] = integration.timeout_ms;
    if (!integration.description.empty()) {
        body["description"] = integration.description;
    }
    return body;
}

json authorizer_json(const ApiAuthorizer& authorizer) {
    json body;
    body["authorizerId"] = authorizer.id;
    body["name"] = authorizer.name;
    body["identitySource"] = authorizer.identity_sources;
    if (authorizer.type == ApiAuthorizer::Type::kJwt) {
        body["authorizerType"] = "JWT";
        body["jwtConfiguration"]["issuer"] = authorizer.issuer;
        body["jwtConfiguration"]["audience"] = authorizer.audience;
        return body;
    }
    body["authorizerType"] = "REQUEST";
    body["authorizerUri"] = authorizer.uri;
    body["authorizerPayloadFormatVersion"] = "2.0";
    body["enableSimpleResponses"] = authorizer.simple_responses;
    body["authorizerResultTtlInSeconds"] = authorizer.ttl_s;
    return body;
}

json stage_json(const ApiStage& stage) {
    json body;
    body["stageName"] = stage.name;
    body["autoDeploy"] = stage.auto_deploy;
    body["stageVariables"] = stage.variables;
    body["createdDate"] = date_of(stage.created_ms);
    body["lastUpdatedDate"] = date_of(stage.modified_ms);
    body["defaultRouteSettings"]["detailedMetricsEnabled"] = false;
    body["routeSettings"] = json::object();
    body["tags"] = json::object();
    if (!stage.deployment_id.empty()) {
        body["deploymentId"] = stage.deployment_id;
    }
    if (!stage.description.empty()) {
        body["description"] = stage.description;
    }
    return body;
}

}  // namespace lambent::api::apigateway
