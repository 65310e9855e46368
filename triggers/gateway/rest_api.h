#pragma once

#include "triggers/gateway/http_api.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// What a resource does for one HTTP method, or for "ANY".
struct RestMethod {
    std::string name;
    ApiRoute::Auth auth = ApiRoute::Auth::kNone;
    std::string authorizer_id;
    std::string operation_name;
    std::map<std::string, bool> parameters;  // as they were given: shown, and not checked
    std::optional<ApiIntegration> integration;
};

// One segment of a path: literal, "{name}", or "{name+}", and what lies below by `parent_id`.
struct RestResource {
    std::string id;
    std::string parent_id;  // empty: the root, "/"
    std::string part;       // empty at the root
    std::string path;       // from the root on
    std::map<std::string, RestMethod> methods;
};

// The API as it was once, for stages to serve.
struct RestDeployment {
    std::string id;
    std::string description;
    std::int64_t created_ms = 0;
    ApiRoutes routes;  // see rest_routes
};

struct RestStage {
    std::string name;
    std::string description;
    std::string deployment_id;
    std::map<std::string, std::string> variables;
    std::map<std::string, std::string> tags;
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
};

// One REST API: a tree of resources whose methods lead to functions.
struct RestApi {
    std::string id;  // 10 characters of 0-9 and a-z, the first label of its host
    std::string name;
    std::string description;
    std::string version;
    std::vector<std::string> binary_types;  // media types that reach functions as base64
    std::vector<std::string> endpoint_types{"EDGE"};
    std::map<std::string, std::string> tags;
    std::string root_id;
    std::map<std::string, RestResource> resources;
    std::map<std::string, ApiAuthorizer> authorizers;
    std::map<std::string, RestDeployment> deployments;
    std::map<std::string, RestStage> stages;
    std::int64_t created_ms = 0;
};

// What can be called of an API as it is now: a route for each method that has an integration, by
// "<resource id>/<method>"; its key is "GET /pets/{id}". Pure.
ApiRoutes rest_routes(const RestApi& api);
// The paths of a resource and of all below it, after it or one above it was renamed. Pure.
void name_paths(RestApi& api);
// A resource and all below it. Pure.
void remove_resource(RestApi& api, const std::string& id);

}  // namespace lambent::triggers
