#include "triggers/gateway/rest_api.h"

namespace lambent::triggers {
namespace {

void name_below(RestApi& api, const RestResource& parent) {
    for (auto& [id, resource] : api.resources) {
        if (resource.parent_id == parent.id) {
            resource.path = (parent.path == "/" ? "" : parent.path) + "/" + resource.part;
            name_below(api, resource);
        }
    }
}

}  // namespace

ApiRoutes rest_routes(const RestApi& api) {
    ApiRoutes routes;
    routes.authorizers = api.authorizers;
    for (const auto& [resource_id, resource] : api.resources) {
        for (const auto& [name, method] : resource.methods) {
            if (!method.integration) {
                continue;
            }
            ApiRoute route;
            route.id = resource_id + "/" + name;
            route.key = name + " " + resource.path;
            route.integration_id = route.id;
            route.auth = method.auth;
            route.authorizer_id = method.authorizer_id;
            route.operation_name = method.operation_name;
            routes.integrations.emplace(route.id, *method.integration);
            routes.routes.emplace(route.id, std::move(route));
        }
    }
    return routes;
}

void name_paths(RestApi& api) {
    RestResource& root = api.resources.at(api.root_id);
    root.path = "/";
    name_below(api, root);
}

void remove_resource(RestApi& api, const std::string& id) {
    std::vector<std::string> below;
    for (const auto& [child_id, child] : api.resources) {
        if (child.parent_id == id) {
            below.push_back(child_id);
        }
    }
    for (const std::string& child : below) {
        remove_resource(api, child);
    }
    api.resources.erase(id);
}

}  // namespace lambent::triggers
