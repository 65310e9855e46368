#include "api/apigateway/gateway_call.h"

#include <utility>

namespace lambent::api::apigateway {
namespace {

using nlohmann::json;
using triggers::HttpApi;

constexpr std::size_t kApiIdLength = 10;
constexpr std::size_t kPartIdLength = 7;

std::string endpoint_of(const GatewayCall& call, const std::string& id) {
    return call.config.scheme + "://" + id + ".execute-api." + call.config.region +
           ".localhost:" + std::to_string(call.config.port);
}

AwsError no_api(const std::string& id) {
    return not_found("API", id);
}

// "Quick create": one function behind every request, on a stage that follows.
Answer<void> add_target(HttpApi& api, const json& body, std::int64_t now_ms) {
    const json target = body.value("target", json());
    if (target.is_null()) {
        return {};
    }
    const json wanted = {{"integrationType", "AWS_PROXY"}, {"integrationUri", target}};
    triggers::ApiIntegration integration;
    integration.id = triggers::new_api_id(kPartIdLength);
    LAMBENT_TRY(integration, read_integration(wanted, std::move(integration), true));
    const std::string integration_id = integration.id;
    api.current.integrations.emplace(integration_id, std::move(integration));
    triggers::ApiRoute route;
    route.id = triggers::new_api_id(kPartIdLength);
    const json keyed = {
        {"routeKey", body.value("routeKey", json("$default"))},
        {"target", "integrations/" + integration_id}};
    LAMBENT_TRY(route, read_route(keyed, std::move(route), api.current));
    const std::string route_id = route.id;
    api.current.routes.emplace(route_id, std::move(route));
    triggers::ApiStage stage;
    stage.name = "$default";
    stage.auto_deploy = true;
    stage.created_ms = now_ms;
    triggers::deploy_stage(api, stage, now_ms);
    api.stages.emplace("$default", std::move(stage));
    return {};
}

Served create_api(GatewayCall call) {
    HttpApi api;
    api.id = triggers::new_api_id(kApiIdLength);
    api.created_ms = call.apis.now_ms();
    LAMBENT_CO_TRY(api, read_api(call.body, std::move(api), true));
    LAMBENT_CO_TRY(add_target(api, call.body, api.created_ms));
    const auto created = co_await call.apis.create(api);
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    co_return json_response(201, api_json(api, endpoint_of(call, api.id)));
}

}  // namespace

Served all_apis(GatewayCall call) {
    if (call.method == "POST") {
        co_return co_await create_api(std::move(call));
    }
    if (call.method != "GET") {
        co_return no_such_operation(call);
    }
    json items = json::array();
    for (const HttpApi* api : call.apis.list()) {
        items.push_back(api_json(*api, endpoint_of(call, api->id)));
    }
    co_return json_response(200, json{{"items", std::move(items)}});
}

Served one_api(GatewayCall call) {
    if (call.apis.find(call.api) == nullptr) {
        co_return no_api(call.api);
    }
    if (call.method == "DELETE") {
        const auto removed = co_await call.apis.remove(call.api);
        if (removed.has_error()) {
            co_return from_error(removed.error());
        }
        co_return no_content();
    }
    if (call.method == "PATCH") {
        ApiChange change = [&call](HttpApi& api) -> Answer<void> {
            LAMBENT_TRY(api, read_api(call.body, api, false));
            return {};
        };
        LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    } else if (call.method != "GET") {
        co_return no_such_operation(call);
    }
    const HttpApi* const api = call.apis.find(call.api);
    if (api == nullptr) {
        co_return no_api(call.api);
    }
    co_return json_response(200, api_json(*api, endpoint_of(call, call.api)));
}

// The rules for browsers, which only go as a whole.
Served api_cors(GatewayCall call) {
    if (call.method != "DELETE" || !call.item.empty()) {
        co_return no_such_operation(call);
    }
    ApiChange change = [](HttpApi& api) -> Answer<void> {
        api.cors.reset();
        return {};
    };
    LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    co_return no_content();
}

}  // namespace lambent::api::apigateway
