#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"

#include <utility>

// The tree of resources of a REST API.
namespace lambent::api::apigateway {
namespace {

constexpr std::size_t kResourcesMax = 300;  // as on AWS
constexpr std::size_t kNewIdLength = 6;

Embed embed_of(const RestCall& call) {
    for (const auto& [name, value] : call.query) {
        if (name == "embed" && value == "methods") {
            return Embed::kMethods;
        }
    }
    return Embed::kNothing;
}

Answer<http::Response> show_resources(const RestCall& call, const triggers::RestApi& api) {
    const auto render = [&](const triggers::RestResource& resource) {
        return resource_json(resource, embed_of(call));
    };
    return show_parts(call, api.resources, "Resource", render);
}

Answer<void> add_resource(
    triggers::RestApi& api,
    const std::string& parent_id,
    const std::string& part,
    nlohmann::json& shown
) {
    if (!api.resources.contains(parent_id)) {
        return no_rest_part("Resource");
    }
    LAMBENT_TRY(check_part(api, parent_id, part, ""));
    if (api.resources.size() >= kResourcesMax) {
        return AwsError(
            429,
            "LimitExceededException",
            "Maximum number of Resources for this API has been reached: 300"
        );
    }
    triggers::RestResource resource;
    resource.id = triggers::new_api_id(kNewIdLength);
    resource.parent_id = parent_id;
    resource.part = part;
    const std::string id = resource.id;
    api.resources.emplace(id, std::move(resource));
    triggers::name_paths(api);
    shown = resource_json(api.resources.at(id), Embed::kNothing);
    return {};
}

Answer<void> rename_resource(
    triggers::RestApi& api, const std::string& id, const std::vector<Patch>& patches
) {
    triggers::RestResource& resource = api.resources.at(id);
    for (const Patch& patch : patches) {
        if (patch.op != "replace" || patch.path != "/pathPart" || id == api.root_id) {
            return bad_patch(patch);
        }
        LAMBENT_TRY(check_part(api, resource.parent_id, patch.value, id));
        resource.part = patch.value;
    }
    triggers::name_paths(api);
    return {};
}

Served create_resource(RestCall call) {
    const auto part = call.body.value("pathPart", nlohmann::json());
    const std::string text = part.is_string() ? part.get<std::string>() : "";
    const std::string parent_id = call.path[2];
    RestChange change = [parent_id, text](triggers::RestApi& api, nlohmann::json& shown) {
        return add_resource(api, parent_id, text, shown);
    };
    return change_rest(std::move(call), 201, std::move(change));
}

Served patch_resource(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    const std::string id = call.path[2];
    RestChange change = [id,
                         patches](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        if (!api.resources.contains(id)) {
            return no_rest_part("Resource");
        }
        LAMBENT_TRY(rename_resource(api, id, patches));
        shown = resource_json(api.resources.at(id), Embed::kNothing);
        return {};
    };
    co_return co_await change_rest(std::move(call), 200, std::move(change));
}

Served delete_resource(RestCall call) {
    const std::string id = call.path[2];
    RestChange change = [id](triggers::RestApi& api, nlohmann::json&) -> Answer<void> {
        if (!api.resources.contains(id)) {
            return no_rest_part("Resource");
        }
        if (id == api.root_id) {
            return bad_request("Root resource cannot be deleted");
        }
        triggers::remove_resource(api, id);
        return {};
    };
    return change_rest(std::move(call), 202, std::move(change));
}

}  // namespace

Served rest_resources(RestCall call) {
    constexpr RestPart kPart{3, create_resource, patch_resource, delete_resource, show_resources};
    return serve_rest_part(std::move(call), kPart);
}

}  // namespace lambent::api::apigateway
