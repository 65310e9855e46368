#pragma once

#include "api/wire/errors.h"
#include "triggers/gateway/rest_api.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::api::apigateway {

// One of "patchOperations".
struct Patch {
    std::string op;     // "add", "replace", "remove"
    std::string path;   // "/variables/name"; a JSON pointer
    std::string value;  // empty for "remove"

    // What stands behind "/<name>/" of the path, "~1" read as '/'; empty when it is another.
    std::string key_below(std::string_view name) const;
};
Answer<std::vector<Patch>> read_patches(const nlohmann::json& body);
AwsError bad_patch(const Patch& patch);

// What a request makes of a part of a REST API. `body` is an object.
Answer<triggers::RestApi> read_rest_api(const nlohmann::json& body, triggers::RestApi api);
Answer<triggers::RestMethod> read_rest_method(
    const nlohmann::json& body, triggers::RestMethod method, const triggers::RestApi& of
);
Answer<triggers::ApiIntegration> read_rest_integration(const nlohmann::json& body);
Answer<triggers::ApiAuthorizer> read_rest_authorizer(
    const nlohmann::json& body, triggers::ApiAuthorizer authorizer
);

// What one change makes of one.
Answer<void> patch_rest_api(const Patch& patch, triggers::RestApi& api);
Answer<void> patch_method(
    const Patch& patch, triggers::RestMethod& method, const triggers::RestApi& of
);
Answer<void> patch_integration(const Patch& patch, triggers::ApiIntegration& integration);
Answer<void> patch_authorizer(const Patch& patch, triggers::ApiAuthorizer& authorizer);
Answer<void> patch_rest_stage(
    const Patch& patch, triggers::RestStage& stage, const triggers::RestApi& of
);

// Whether a resource of that path part may be below the parent.
Answer<void> check_part(
    const triggers::RestApi& api,
    const std::string& parent_id,
    const std::string& part,
    const std::string& own_id
);
Answer<void> check_stage_name(const std::string& name);

enum class Embed { kNothing, kMethods };
nlohmann::json rest_api_json(const triggers::RestApi& api);
nlohmann::json resource_json(const triggers::RestResource& resource, Embed embed);
nlohmann::json method_json(
    const triggers::RestMethod& method, const triggers::RestResource& resource
);
nlohmann::json rest_integration_json(
    const triggers::ApiIntegration& integration, const std::string& resource_id
);
nlohmann::json rest_authorizer_json(const triggers::ApiAuthorizer& authorizer);
nlohmann::json deployment_json(const triggers::RestDeployment& deployment);
nlohmann::json rest_stage_json(const triggers::RestStage& stage);

}  // namespace lambent::api::apigateway
