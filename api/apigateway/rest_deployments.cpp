#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"
#include "api/wire/json_fields.h"

#include <optional>
#include <utility>

// What a REST API was when it was deployed.
namespace lambent::api::apigateway {
namespace {

constexpr std::size_t kDeploymentIdLength = 6;

// What CreateDeployment says of a deployment and of the stage that shall serve it.
struct WantedDeployment {
    triggers::RestDeployment deployment;
    std::string stage;  // empty: none
    std::optional<std::string> stage_description;
    std::optional<std::map<std::string, std::string>> variables;
};

Answer<WantedDeployment> read_deployment(const nlohmann::json& body, std::int64_t now_ms) {
    std::string fault;
    JsonFields fields(body, fault);
    WantedDeployment wanted;
    wanted.deployment.id = triggers::new_api_id(kDeploymentIdLength);
    wanted.deployment.description = fields.text("description").value_or("");
    wanted.deployment.created_ms = now_ms;
    wanted.stage = fields.text("stageName").value_or("");
    wanted.stage_description = fields.text("stageDescription");
    wanted.variables = fields.text_map("variables");
    if (fields.has("canarySettings")) {
        return bad_request("Canary releases are not offered by lambent");
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    if (!wanted.stage.empty()) {
        LAMBENT_TRY(check_stage_name(wanted.stage));
    }
    return wanted;
}

Answer<void> check_deployable(const triggers::RestApi& api) {
    bool has_method = false;
    for (const auto& [id, resource] : api.resources) {
        for (const auto& [name, method] : resource.methods) {
            has_method = true;
            if (!method.integration) {
                return bad_request("No integration defined for method");
            }
        }
    }
    return has_method ? Answer<void>() : bad_request("The REST API doesn't contain any methods");
}

void serve_on_stage(triggers::RestApi& api, const WantedDeployment& wanted) {
    const std::int64_t now_ms = wanted.deployment.created_ms;
    triggers::RestStage& stage = api.stages[wanted.stage];
    if (stage.name.empty()) {
        stage.name = wanted.stage;
        stage.created_ms = now_ms;
    }
    stage.deployment_id = wanted.deployment.id;
    stage.modified_ms = now_ms;
    stage.description = wanted.stage_description.value_or(stage.description);
    stage.variables = wanted.variables.value_or(stage.variables);
}

Served create_deployment(RestCall call) {
    LAMBENT_CO_TRY(WantedDeployment wanted, read_deployment(call.body, call.apis.now_ms()));
    RestChange change = [wanted](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        LAMBENT_TRY(check_deployable(api));
        triggers::RestDeployment made = wanted.deployment;
        made.routes = triggers::rest_routes(api);
        shown = deployment_json(made);
        api.deployments.emplace(wanted.deployment.id, std::move(made));
        if (!wanted.stage.empty()) {
            serve_on_stage(api, wanted);
        }
        return {};
    };
    co_return co_await change_rest(std::move(call), 201, std::move(change));
}

Served patch_deployment(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    const std::string id = call.path[2];
    RestChange change = [id,
                         patches](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        const auto found = api.deployments.find(id);
        if (found == api.deployments.end()) {
            return no_rest_part("Deployment");
        }
        for (const Patch& patch : patches) {
            if (patch.op != "replace" || patch.path != "/description") {
                return bad_patch(patch);
            }
            found->second.description = patch.value;
        }
        shown = deployment_json(found->second);
        return {};
    };
    co_return co_await change_rest(std::move(call), 200, std::move(change));
}

Served delete_deployment(RestCall call) {
    const std::string id = call.path[2];
    RestChange change = [id](triggers::RestApi& api, nlohmann::json&) -> Answer<void> {
        for (const auto& [name, stage] : api.stages) {
            if (stage.deployment_id == id) {
                return bad_request(
                    "Active stages pointing to this deployment must be moved or deleted"
                );
            }
        }
        return api.deployments.erase(id) == 1 ? Answer<void>() : no_rest_part("Deployment");
    };
    return change_rest(std::move(call), 202, std::move(change));
}

Answer<http::Response> show_deployments(const RestCall& call, const triggers::RestApi& api) {
    return show_parts(call, api.deployments, "Deployment", deployment_json);
}

}  // namespace

Served rest_deployments(RestCall call) {
    constexpr RestPart kPart{
        2, create_deployment, patch_deployment, delete_deployment, show_deployments};
    return serve_rest_part(std::move(call), kPart);
}

}  // namespace lambent::api::apigateway
