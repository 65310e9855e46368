#include "api/apigateway/rest_fields.h"

#include <nlohmann/json.hpp>

// What a REST API's parts look like to clients.
namespace lambent::api::apigateway {
namespace {

using RestJson = nlohmann::json;

// REST APIs name times in seconds.
std::int64_t seconds_of(std::int64_t ms) {
    return ms / 1000;
}

const char* rest_auth_name(triggers::ApiRoute::Auth auth) {
    switch (auth) {
        case triggers::ApiRoute::Auth::kIam:
            return "AWS_IAM";
        case triggers::ApiRoute::Auth::kCustom:
            return "CUSTOM";
        default:
            return "NONE";
    }
}

void put_text(RestJson& body, const char* name, const std::string& text) {
    if (!text.empty()) {
        body[name] = text;
    }
}

// "$request.header.X" -> "method.request.header.X", joined by commas.
std::string sources_text(const triggers::ApiAuthorizer& authorizer) {
    std::string text;
    for (const std::string& source : authorizer.identity_sources) {
        std::string named = source.substr(1);
        if (named.starts_with("request.")) {
            named.insert(0, "method.");
        }
        text += (text.empty() ? "" : ",") + named;
    }
    return text;
}

}  // namespace

RestJson rest_api_json(const triggers::RestApi& api) {
    RestJson body;
    body["id"] = api.id;
    body["name"] = api.name;
    put_text(body, "description", api.description);
    put_text(body, "version", api.version);
    body["createdDate"] = seconds_of(api.created_ms);
    if (!api.binary_types.empty()) {
        body["binaryMediaTypes"] = api.binary_types;
    }
    body["apiKeySource"] = "HEADER";
    body["endpointConfiguration"]["types"] = api.endpoint_types;
    body["disableExecuteApiEndpoint"] = false;
    body["rootResourceId"] = api.root_id;
    if (!api.tags.empty()) {
        body["tags"] = api.tags;
    }
    return body;
}

RestJson resource_json(const triggers::RestResource& resource, Embed embed) {
    RestJson body;
    body["id"] = resource.id;
    body["path"] = resource.path;
    put_text(body, "parentId", resource.parent_id);
    put_text(body, "pathPart", resource.part);
    for (const auto& [name, method] : resource.methods) {
        body["resourceMethods"][name] =
            embed == Embed::kMethods ? method_json(method, resource) : RestJson::object();
    }
    return body;
}

RestJson method_json(const triggers::RestMethod& method, const triggers::RestResource& resource) {
    RestJson body;
    body["httpMethod"] = method.name;
    body["authorizationType"] = rest_auth_name(method.auth);
    put_text(body, "authorizerId", method.authorizer_id);
    body["apiKeyRequired"] = false;
    put_text(body, "operationName", method.operation_name);
    if (!method.parameters.empty()) {
        body["requestParameters"] = method.parameters;
    }
    if (method.integration) {
        body["methodIntegration"] = rest_integration_json(*method.integration, resource.id);
    }
    return body;
}

RestJson rest_integration_json(
    const triggers::ApiIntegration& integration, const std::string& resource_id
) {
    RestJson body;
    body["type"] = "AWS_PROXY";
    body["httpMethod"] = integration.method;
    body["uri"] = integration.uri;
    body["passthroughBehavior"] = "WHEN_NO_MATCH";
    body["timeoutInMillis"] = integration.timeout_ms;
    body["cacheNamespace"] = resource_id;
    body["cacheKeyParameters"] = RestJson::array();
    return body;
}

RestJson rest_authorizer_json(const triggers::ApiAuthorizer& authorizer) {
    const bool is_token = authorizer.type == triggers::ApiAuthorizer::Type::kToken;
    RestJson body;
    body["id"] = authorizer.id;
    body["name"] = authorizer.name;
    body["type"] = is_token ? "TOKEN" : "REQUEST";
    body["authType"] = "custom";
    body["authorizerUri"] = authorizer.uri;
    put_text(body, "identitySource", sources_text(authorizer));
    put_text(body, "identityValidationExpression", authorizer.validation);
    body["authorizerResultTtlInSeconds"] = authorizer.ttl_s;
    return body;
}

RestJson deployment_json(const triggers::RestDeployment& deployment) {
    RestJson body;
    body["id"] = deployment.id;
    put_text(body, "description", deployment.description);
    body["createdDate"] = seconds_of(deployment.created_ms);
    return body;
}

RestJson rest_stage_json(const triggers::RestStage& stage) {
    RestJson body;
    body["deploymentId"] = stage.deployment_id;
    body["stageName"] = stage.name;
    put_text(body, "description", stage.description);
    body["cacheClusterEnabled"] = false;
    body["cacheClusterStatus"] = "NOT_AVAILABLE";
    body["methodSettings"] = RestJson::object();
    if (!stage.variables.empty()) {
        body["variables"] = stage.variables;
    }
    body["tracingEnabled"] = false;
    if (!stage.tags.empty()) {
        body["tags"] = stage.tags;
    }
    body["createdDate"] = seconds_of(stage.created_ms);
    body["lastUpdatedDate"] = seconds_of(stage.modified_ms);
    return body;
}

}  // namespace lambent::api::apigateway
