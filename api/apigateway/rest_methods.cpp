#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"

#include <utility>

// The methods of a resource, and what they lead to.
namespace lambent::api::apigateway {
namespace {

constexpr std::string_view kIntegrationPart = "integration";

// The resource and the method that a request names; of an API that is changed, or only shown.
template <class Api>
auto* resource_named(Api& api, const std::string& id) {
    const auto found = api.resources.find(id);
    return found == api.resources.end() ? nullptr : &found->second;
}

template <class Resource>
auto* method_named(Resource& resource, const std::string& name) {
    const auto found = resource.methods.find(name);
    return found == resource.methods.end() ? nullptr : &found->second;
}

// A change of a method that is there.
using MethodChange = std::function<Answer<void>(
    triggers::RestApi& api,
    triggers::RestResource& resource,
    triggers::RestMethod& method,
    nlohmann::json& shown
)>;
Served change_method(RestCall call, unsigned status, MethodChange change) {
    const std::string id = call.path[2];
    const std::string name = call.path[4];
    RestChange apply =
        [id, name, change](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        auto* const resource = resource_named(api, id);
        if (resource == nullptr) {
            return no_rest_part("Resource");
        }
        auto* const method = method_named(*resource, name);
        if (method == nullptr) {
            return no_rest_part("Method");
        }
        return change(api, *resource, *method, shown);
    };
    return change_rest(std::move(call), status, std::move(apply));
}

Served put_method(RestCall call) {
    const std::string id = call.path[2];
    triggers::RestMethod method;
    method.name = call.path[4];
    const nlohmann::json body = call.body;
    RestChange change =
        [id, method, body](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        auto* const resource = resource_named(api, id);
        if (resource == nullptr) {
            return no_rest_part("Resource");
        }
        if (resource->methods.contains(method.name)) {
            return conflict("Method already exists for this resource");
        }
        LAMBENT_TRY(triggers::RestMethod made, read_rest_method(body, method, api));
        shown = method_json(made, *resource);
        resource->methods.emplace(method.name, std::move(made));
        return {};
    };
    return change_rest(std::move(call), 201, std::move(change));
}

Served delete_method(RestCall call) {
    MethodChange change = [](triggers::RestApi&,
                             triggers::RestResource& resource,
                             triggers::RestMethod& method,
                             nlohmann::json&) -> Answer<void> {
        resource.methods.erase(std::string(method.name));
        return {};
    };
    return change_method(std::move(call), 204, std::move(change));
}

Served patch_one_method(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    MethodChange change = [patches](
                              triggers::RestApi& api,
                              triggers::RestResource& resource,
                              triggers::RestMethod& method,
                              nlohmann::json& shown
                          ) -> Answer<void> {
        for (const Patch& patch : patches) {
            LAMBENT_TRY(patch_method(patch, method, api));
        }
        shown = method_json(method, resource);
        return {};
    };
    co_return co_await change_method(std::move(call), 200, std::move(change));
}

Served put_integration(RestCall call) {
    const nlohmann::json body = call.body;
    MethodChange change = [body](
                              triggers::RestApi&,
                              triggers::RestResource& resource,
                              triggers::RestMethod& method,
                              nlohmann::json& shown
                          ) -> Answer<void> {
        LAMBENT_TRY(method.integration, read_rest_integration(body));
        shown = rest_integration_json(*method.integration, resource.id);
        return {};
    };
    return change_method(std::move(call), 201, std::move(change));
}

Served change_integration(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    const bool is_removal = call.method == "DELETE";
    MethodChange change = [patches, is_removal](
                              triggers::RestApi&,
                              triggers::RestResource& resource,
                              triggers::RestMethod& method,
                              nlohmann::json& shown
                          ) -> Answer<void> {
        if (!method.integration) {
            return no_rest_part("Integration");
        }
        if (is_removal) {
            method.integration.reset();
            return {};
        }
        for (const Patch& patch : patches) {
            LAMBENT_TRY(patch_integration(patch, *method.integration));
        }
        shown = rest_integration_json(*method.integration, resource.id);
        return {};
    };
    const unsigned status = is_removal ? 204 : 200;
    co_return co_await change_method(std::move(call), status, std::move(change));
}

Answer<http::Response> show_method(const RestCall& call) {
    const triggers::RestApi* const api = call.apis.find(call.api());
    if (api == nullptr) {
        return no_rest_api(call.api());
    }
    const auto* const resource = resource_named(*api, call.path[2]);
    if (resource == nullptr) {
        return no_rest_part("Resource");
    }
    const auto* const method = method_named(*resource, call.path[4]);
    if (method == nullptr) {
        return no_rest_part("Method");
    }
    if (call.path.size() == 5) {
        return json_response(200, method_json(*method, *resource));
    }
    if (!method->integration) {
        return no_rest_part("Integration");
    }
    return json_response(200, rest_integration_json(*method->integration, resource->id));
}

}  // namespace

Served rest_methods(RestCall call) {
    const bool is_integration = call.path.size() == 6 && call.path[5] == kIntegrationPart;
    if (call.path[3] != "methods" || (call.path.size() != 5 && !is_integration)) {
        co_return no_such_operation(call);
    }
    if (call.method == "GET") {
        co_return show_method(call);
    }
    if (is_integration && call.method == "PUT") {
        co_return co_await put_integration(std::move(call));
    }
    if (call.method == "PUT") {
        co_return co_await put_method(std::move(call));
    }
    if (is_integration && (call.method == "PATCH" || call.method == "DELETE")) {
        co_return co_await change_integration(std::move(call));
    }
    if (call.method == "PATCH") {
        co_return co_await patch_one_method(std::move(call));
    }
    if (call.method == "DELETE") {
        co_return co_await delete_method(std::move(call));
    }
    co_return no_such_operation(call);
}

}  // namespace lambent::api::apigateway
