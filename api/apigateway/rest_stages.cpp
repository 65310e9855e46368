#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"
#include "api/wire/json_fields.h"

#include <utility>

// The stages of a REST API: which deployment is served under which name.
namespace lambent::api::apigateway {
namespace {

Answer<triggers::RestStage> read_new_stage(const nlohmann::json& body, std::int64_t now_ms) {
    std::string fault;
    JsonFields fields(body, fault);
    triggers::RestStage stage;
    stage.name = fields.text("stageName").value_or("");
    stage.deployment_id = fields.text("deploymentId").value_or("");
    stage.description = fields.text("description").value_or("");
    stage.variables = fields.text_map("variables").value_or(stage.variables);
    stage.tags = fields.text_map("tags").value_or(stage.tags);
    stage.created_ms = now_ms;
    stage.modified_ms = now_ms;
    if (fields.has("canarySettings") || fields.flag("cacheClusterEnabled")) {
        return bad_request("Caches and canary releases are not offered by lambent");
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    LAMBENT_TRY(check_stage_name(stage.name));
    return stage;
}

Served create_stage(RestCall call) {
    LAMBENT_CO_TRY(triggers::RestStage stage, read_new_stage(call.body, call.apis.now_ms()));
    RestChange change = [stage](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        if (!api.deployments.contains(stage.deployment_id)) {
            return bad_request("Deployment id does not exist");
        }
        if (!api.stages.emplace(stage.name, stage).second) {
            return conflict("Stage already exists");
        }
        shown = rest_stage_json(stage);
        return {};
    };
    co_return co_await change_rest(std::move(call), 201, std::move(change));
}

Served patch_one_stage(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    const std::string name = call.path[2];
    const std::int64_t now_ms = call.apis.now_ms();
    RestChange change =
        [name, patches, now_ms](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        const auto found = api.stages.find(name);
        if (found == api.stages.end()) {
            return no_rest_part("stage");
        }
        for (const Patch& patch : patches) {
            LAMBENT_TRY(patch_rest_stage(patch, found->second, api));
        }
        found->second.modified_ms = now_ms;
        shown = rest_stage_json(found->second);
        return {};
    };
    co_return co_await change_rest(std::move(call), 200, std::move(change));
}

Served delete_stage(RestCall call) {
    const std::string name = call.path[2];
    RestChange change = [name](triggers::RestApi& api, nlohmann::json&) -> Answer<void> {
        return api.stages.erase(name) == 1 ? Answer<void>() : no_rest_part("stage");
    };
    return change_rest(std::move(call), 202, std::move(change));
}

Answer<http::Response> show_stages_of(const RestCall& call, const triggers::RestApi& api) {
    if (call.path.size() > 2) {
        return show_parts(call, api.stages, "stage", rest_stage_json);
    }
    const auto of = http::find_item(call.query, "deploymentId");
    nlohmann::json page;
    page["item"] = nlohmann::json::array();
    for (const auto& [name, stage] : api.stages) {
        if (!of || stage.deployment_id == *of) {
            page["item"].push_back(rest_stage_json(stage));
        }
    }
    return json_response(200, page);
}

}  // namespace

Served rest_stages(RestCall call) {
    constexpr RestPart kPart{2, create_stage, patch_one_stage, delete_stage, show_stages_of};
    return serve_rest_part(std::move(call), kPart);
}

}  // namespace lambent::api::apigateway
