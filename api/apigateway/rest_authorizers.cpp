#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"

#include <utility>

// The authorizers of a REST API.
namespace lambent::api::apigateway {
namespace {

constexpr std::size_t kAuthorizerIdLength = 6;

bool is_guarded_by(const triggers::RestApi& api, const std::string& id) {
    for (const auto& [resource_id, resource] : api.resources) {
        for (const auto& [name, method] : resource.methods) {
            if (method.authorizer_id == id) {
                return true;
            }
        }
    }
    return false;
}

Served create_authorizer(RestCall call) {
    triggers::ApiAuthorizer authorizer;
    authorizer.id = triggers::new_api_id(kAuthorizerIdLength);
    LAMBENT_CO_TRY(authorizer, read_rest_authorizer(call.body, std::move(authorizer)));
    RestChange change =
        [authorizer](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        for (const auto& [id, other] : api.authorizers) {
            if (other.name == authorizer.name) {
                return conflict("Authorizer name must be unique: " + authorizer.name);
            }
        }
        api.authorizers.emplace(authorizer.id, authorizer);
        shown = rest_authorizer_json(authorizer);
        return {};
    };
    co_return co_await change_rest(std::move(call), 201, std::move(change));
}

Served patch_one_authorizer(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    const std::string id = call.path[2];
    RestChange change = [id,
                         patches](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        const auto found = api.authorizers.find(id);
        if (found == api.authorizers.end()) {
            return no_rest_part("Authorizer");
        }
        for (const Patch& patch : patches) {
            LAMBENT_TRY(patch_authorizer(patch, found->second));
        }
        shown = rest_authorizer_json(found->second);
        return {};
    };
    co_return co_await change_rest(std::move(call), 200, std::move(change));
}

Served delete_authorizer(RestCall call) {
    const std::string id = call.path[2];
    RestChange change = [id](triggers::RestApi& api, nlohmann::json&) -> Answer<void> {
        if (is_guarded_by(api, id)) {
            return conflict("Cannot delete authorizer '" + id + "', is referenced in a method");
        }
        return api.authorizers.erase(id) == 1 ? Answer<void>() : no_rest_part("Authorizer");
    };
    return change_rest(std::move(call), 202, std::move(change));
}

Answer<http::Response> show_authorizers(const RestCall& call, const triggers::RestApi& api) {
    return show_parts(call, api.authorizers, "Authorizer", rest_authorizer_json);
}

}  // namespace

Served rest_authorizers(RestCall call) {
    constexpr RestPart kPart{
        2, create_authorizer, patch_one_authorizer, delete_authorizer, show_authorizers};
    return serve_rest_part(std::move(call), kPart);
}

}  // namespace lambent::api::apigateway
