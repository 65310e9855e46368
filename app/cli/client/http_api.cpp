#include "app/cli/client/http_api.h"

#include "app/cli/client/gateway_answer.h"
#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace lambent::cli {
namespace {

using GatewayJson = nlohmann::json;
using TextList = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

HttpCall gateway_call(const std::string& method, const std::string& path) {
    HttpCall call;
    call.service = "apigateway";
    call.method = method;
    call.path = "/v2/apis" + path;
    return call;
}

HttpCall gateway_call(const std::string& method, const std::string& path, const GatewayJson& body) {
    HttpCall call = gateway_call(method, path);
    call.body = body.dump();
    call.headers.emplace_back("Content-Type", "application/json");
    return call;
}

GatewayJson cors_document(const HttpApiCors& cors) {
    GatewayJson body{
        {"allowCredentials", cors.allow_credentials},
        {"allowOrigins", cors.allow_origins},
        {"allowMethods", cors.allow_methods},
        {"allowHeaders", cors.allow_headers},
        {"exposeHeaders", cors.expose_headers}};
    if (cors.max_age_s) {
        body["maxAge"] = *cors.max_age_s;
    }
    return body;
}

HttpApiCors http_cors_of(const GatewayJson& document) {
    HttpApiCors cors;
    cors.allow_credentials = document.value("allowCredentials", false);
    cors.allow_origins = document.value("allowOrigins", TextList());
    cors.allow_methods = document.value("allowMethods", TextList());
    cors.allow_headers = document.value("allowHeaders", TextList());
    cors.expose_headers = document.value("exposeHeaders", TextList());
    if (document.contains("maxAge")) {
        cors.max_age_s = document.at("maxAge").get<std::uint32_t>();
    }
    return cors;
}

GatewayJson settings_document(const HttpApiSettings& settings) {
    GatewayJson body{
        {"name", settings.name}, {"description", settings.description}, {"tags", settings.tags}};
    if (settings.cors) {
        body["corsConfiguration"] = cors_document(*settings.cors);
    }
    return body;
}

HttpApiView http_api_view(const GatewayJson& document) {
    HttpApiView view;
    view.id = document.at("apiId").get<std::string>();
    view.settings.name = document.at("name").get<std::string>();
    view.settings.description = document.value("description", "");
    view.settings.tags = document.value("tags", TextMap());
    if (document.contains("corsConfiguration")) {
        view.settings.cors = http_cors_of(document.at("corsConfiguration"));
    }
    return view;
}

Identified<HttpAuthorizer> authorizer_view(const GatewayJson& document) {
    Identified<HttpAuthorizer> view;
    view.id = document.at("authorizerId").get<std::string>();
    view.part.name = document.value("name", "");
    view.part.identity_sources = document.value("identitySource", TextList());
    if (document.contains("jwtConfiguration")) {
        view.part.issuer = document.at("jwtConfiguration").value("issuer", "");
        view.part.audience = document.at("jwtConfiguration").value("audience", TextList());
    }
    view.part.function_arn = invoked_function(document.value("authorizerUri", ""));
    view.part.simple_responses = document.value("enableSimpleResponses", false);
    view.part.ttl_s = document.value("authorizerResultTtlInSeconds", 0U);
    return view;
}

Identified<HttpIntegration> integration_view(const GatewayJson& document) {
    Identified<HttpIntegration> view;
    view.id = document.at("integrationId").get<std::string>();
    view.part.function_arn = invoked_function(document.value("integrationUri", ""));
    view.part.payload_version = document.value("payloadFormatVersion", "");
    view.part.timeout_ms = document.value("timeoutInMillis", 0U);
    return view;
}

Identified<HttpRoute> route_view(const GatewayJson& document) {
    constexpr std::string_view kTarget = "integrations/";
    Identified<HttpRoute> view;
    view.id = document.at("routeId").get<std::string>();
    view.part.key = document.at("routeKey").get<std::string>();
    const std::string target = document.value("target", "");
    view.part.integration_id = target.substr(std::min(target.size(), kTarget.size()));
    view.part.auth = document.value("authorizationType", "NONE");
    view.part.authorizer_id = document.value("authorizerId", "");
    view.part.scopes = document.value("authorizationScopes", TextList());
    return view;
}

GatewayJson route_document(const HttpRoute& route) {
    GatewayJson body{
        {"routeKey", route.key},
        {"target", "integrations/" + route.integration_id},
        {"authorizationType", route.auth}};
    if (!route.authorizer_id.empty()) {
        body["authorizerId"] = route.authorizer_id;
        body["authorizationScopes"] = route.scopes;
    }
    return body;
}

template <class Read>
auto views_of(const std::vector<GatewayJson>& documents, Read read) {
    std::vector<decltype(read(documents.front()))> views;
    for (const GatewayJson& document : documents) {
        views.push_back(read(document));
    }
    return views;
}

Result<std::string> id_in(const GatewayJson& document, const char* member) {
    return reading([&] { return document.at(member).get<std::string>(); });
}

}  // namespace

Result<GatewayJson> HttpApiClient::ask(const HttpCall& call) {
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    if (reply.body.empty()) {
        return GatewayJson::object();
    }
    return reading([&] { return GatewayJson::parse(reply.body); });
}

Result<std::vector<GatewayJson>> HttpApiClient::list(const std::string& path) {
    LAMBENT_TRY(const GatewayJson page, ask(gateway_call("GET", path)));
    return reading([&] { return page.at("items").get<std::vector<GatewayJson>>(); });
}

Result<std::optional<HttpApiView>> HttpApiClient::find(
    const std::string& tag, const std::string& value
) {
    LAMBENT_TRY(const auto all, list(""));
    return reading([&] {
        std::optional<HttpApiView> found;
        for (const GatewayJson& one : all) {
            HttpApiView view = http_api_view(one);
            const auto tagged = view.settings.tags.find(tag);
            if (tagged != view.settings.tags.end() && tagged->second == value) {
                found = std::move(view);
            }
        }
        return found;
    });
}

Result<HttpApiView> HttpApiClient::create(const HttpApiSettings& settings) {
    GatewayJson body = settings_document(settings);
    body["protocolType"] = "HTTP";
    LAMBENT_TRY(const GatewayJson made, ask(gateway_call("POST", "", body)));
    return reading([&] { return http_api_view(made); });
}

Result<void> HttpApiClient::update(const HttpApiView& existing, const HttpApiSettings& wanted) {
    const std::string path = "/" + existing.id;
    if (existing.settings.cors && !wanted.cors) {
        LAMBENT_TRY(ask(gateway_call("DELETE", path + "/cors")));
    }
    LAMBENT_TRY(ask(gateway_call("PATCH", path, settings_document(wanted))));
    return {};
}

Result<std::vector<Identified<HttpAuthorizer>>> HttpApiClient::authorizers(const std::string& api) {
    LAMBENT_TRY(const auto all, list("/" + api + "/authorizers"));
    return reading([&] { return views_of(all, authorizer_view); });
}

Result<std::vector<Identified<HttpIntegration>>> HttpApiClient::integrations(const std::string& api
) {
    LAMBENT_TRY(const auto all, list("/" + api + "/integrations"));
    return reading([&] { return views_of(all, integration_view); });
}

Result<std::vector<Identified<HttpRoute>>> HttpApiClient::routes(const std::string& api) {
    LAMBENT_TRY(const auto all, list("/" + api + "/routes"));
    return reading([&] { return views_of(all, route_view); });
}

Result<std::string> HttpApiClient::create(const std::string& api, const HttpAuthorizer& of) {
    GatewayJson body{{"name", of.name}, {"identitySource", of.identity_sources}};
    if (of.is_jwt()) {
        body["authorizerType"] = "JWT";
        body["jwtConfiguration"] = {{"issuer", of.issuer}, {"audience", of.audience}};
    } else {
        body["authorizerType"] = "REQUEST";
        body["authorizerPayloadFormatVersion"] = "2.0";
        body["authorizerUri"] = invocation_uri(client_.endpoint().region, of.function_arn);
        body["enableSimpleResponses"] = of.simple_responses;
        body["authorizerResultTtlInSeconds"] = of.ttl_s;
    }
    LAMBENT_TRY(const auto made, ask(gateway_call("POST", "/" + api + "/authorizers", body)));
    return id_in(made, "authorizerId");
}

Result<std::string> HttpApiClient::create(const std::string& api, const HttpIntegration& of) {
    const GatewayJson body{
        {"integrationType", "AWS_PROXY"},
        {"integrationUri", invocation_uri(client_.endpoint().region, of.function_arn)},
        {"payloadFormatVersion", of.payload_version},
        {"timeoutInMillis", of.timeout_ms}};
    LAMBENT_TRY(const auto made, ask(gateway_call("POST", "/" + api + "/integrations", body)));
    return id_in(made, "integrationId");
}

Result<std::string> HttpApiClient::create(const std::string& api, const HttpRoute& route) {
    const GatewayJson body = route_document(route);
    LAMBENT_TRY(const auto made, ask(gateway_call("POST", "/" + api + "/routes", body)));
    return id_in(made, "routeId");
}

Result<void> HttpApiClient::update_route(
    const std::string& api, const std::string& id, const HttpRoute& route
) {
    const GatewayJson body = route_document(route);
    LAMBENT_TRY(ask(gateway_call("PATCH", "/" + api + "/routes/" + id, body)));
    return {};
}

Result<void> HttpApiClient::remove(
    const std::string& api, const std::string& kind, const std::string& id
) {
    LAMBENT_TRY(ask(gateway_call("DELETE", "/" + api + "/" + kind + "/" + id)));
    return {};
}

Result<std::vector<HttpStage>> HttpApiClient::stages(const std::string& api) {
    LAMBENT_TRY(const auto all, list("/" + api + "/stages"));
    return reading([&] {
        return views_of(all, [](const GatewayJson& document) {
            HttpStage stage;
            stage.name = document.at("stageName").get<std::string>();
            stage.variables = document.value("stageVariables", TextMap());
            stage.follows = document.value("autoDeploy", false);
            return stage;
        });
    });
}

Result<void> HttpApiClient::create_stage(const std::string& api, const HttpStage& stage) {
    const GatewayJson body{
        {"stageName", stage.name}, {"stageVariables", stage.variables}, {"autoDeploy", true}};
    LAMBENT_TRY(ask(gateway_call("POST", "/" + api + "/stages", body)));
    return {};
}

Result<void> HttpApiClient::update_stage(const std::string& api, const HttpStage& stage) {
    const GatewayJson body{{"stageVariables", stage.variables}, {"autoDeploy", true}};
    LAMBENT_TRY(ask(gateway_call("PATCH", "/" + api + "/stages/" + stage.name, body)));
    return {};
}

}  // namespace lambent::cli
