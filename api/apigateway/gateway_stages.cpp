#include "api/apigateway/gateway_call.h"

#include <utility>

namespace lambent::api::apigateway {
namespace {

using nlohmann::json;
using triggers::ApiStage;
using triggers::HttpApi;

AwsError no_stage(const std::string& name) {
    return not_found("stage", name);
}

Answer<void> put_stage(
    HttpApi& api, const GatewayCall& call, std::int64_t now_ms, std::string& name
) {
    ApiStage stage;
    if (call.item.empty()) {
        stage.created_ms = now_ms;
    } else if (const auto found = api.stages.find(call.item); found != api.stages.end()) {
        stage = found->second;
    } else {
        return no_stage(call.item);
    }
    LAMBENT_TRY(stage, read_stage(call.body, std::move(stage)));
    if (call.item.empty() && api.stages.contains(stage.name)) {
        return conflict("Stage already exists");
    }
    if (!call.item.empty()) {
        stage.name = call.item;
    }
    stage.modified_ms = now_ms;
    name = stage.name;
    api.stages.insert_or_assign(name, std::move(stage));
    return {};
}

Answer<http::Response> show_stages(const GatewayCall& call, const HttpApi& api) {
    if (!call.item.empty()) {
        const auto found = api.stages.find(call.item);
        if (found == api.stages.end()) {
            return no_stage(call.item);
        }
        return json_response(200, stage_json(found->second));
    }
    json items = json::array();
    for (const auto& [name, stage] : api.stages) {
        items.push_back(stage_json(stage));
    }
    return json_response(200, json{{"items", std::move(items)}});
}

}  // namespace

Served api_stages(GatewayCall call) {
    const HttpApi* const api = call.apis.find(call.api);
    if (api == nullptr) {
        co_return not_found("API", call.api);
    }
    if (call.method == "GET") {
        co_return show_stages(call, *api);
    }
    const std::int64_t now_ms = call.apis.now_ms();
    std::string name;
    ApiChange change;
    const bool is_put = call.method == (call.item.empty() ? "POST" : "PATCH");
    if (is_put) {
        change = [&](HttpApi& of) {
            return put_stage(of, call, now_ms, name);
        };
    } else if (call.method == "DELETE" && !call.item.empty()) {
        change = [&](HttpApi& of) -> Answer<void> {
            return of.stages.erase(call.item) == 1 ? Answer<void>() : no_stage(call.item);
        };
    } else {
        co_return no_such_operation(call);
    }
    LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    if (!is_put) {
        co_return no_content();
    }
    const HttpApi* const changed = call.apis.find(call.api);
    if (changed == nullptr || !changed->stages.contains(name)) {
        co_return no_stage(name);
    }
    const json body = stage_json(changed->stages.at(name));
    co_return json_response(call.item.empty() ? 201 : 200, body);
}

// Brings a stage to what the API is now.
Served api_deployments(GatewayCall call) {
    if (call.method != "POST" || !call.item.empty()) {
        co_return no_such_operation(call);
    }
    const json name = call.body.value("stageName", json());
    const std::int64_t now_ms = call.apis.now_ms();
    std::string id = triggers::new_api_id(6);
    ApiChange change = [&](HttpApi& api) -> Answer<void> {
        if (!name.is_string()) {
            return {};
        }
        const auto stage = api.stages.find(name.get<std::string>());
        if (stage == api.stages.end()) {
            return no_stage(name.get<std::string>());
        }
        if (stage->second.auto_deploy) {
            return bad_request("Deployments cannot be made for a stage that deploys by itself");
        }
        triggers::deploy_stage(api, stage->second, now_ms);
        id = stage->second.deployment_id;
        return {};
    };
    LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    json body;
    body["deploymentId"] = id;
    body["deploymentStatus"] = "DEPLOYED";
    body["autoDeployed"] = false;
    co_return json_response(201, body);
}

}  // namespace lambent::api::apigateway
