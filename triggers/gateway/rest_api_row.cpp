#include "triggers/gateway/api_parts_json.h"
#include "triggers/gateway/api_row.h"

#include <nlohmann/json.hpp>

namespace lambent::triggers {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    RestStage, name, description, deployment_id, variables, tags, created_ms, modified_ms
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RestDeployment, id, description, created_ms, routes)

namespace {

nlohmann::json method_document(const RestMethod& method) {
    nlohmann::json document;
    document["name"] = method.name;
    document["auth"] = method.auth;
    document["authorizer_id"] = method.authorizer_id;
    document["operation_name"] = method.operation_name;
    document["parameters"] = method.parameters;
    if (method.integration) {
        document["integration"] = *method.integration;
    }
    return document;
}

RestMethod method_of(const nlohmann::json& document) {
    RestMethod method;
    document.at("name").get_to(method.name);
    document.at("auth").get_to(method.auth);
    document.at("authorizer_id").get_to(method.authorizer_id);
    document.at("operation_name").get_to(method.operation_name);
    document.at("parameters").get_to(method.parameters);
    if (document.contains("integration")) {
        method.integration = document.at("integration").get<ApiIntegration>();
    }
    return method;
}

nlohmann::json resource_document(const RestResource& resource) {
    nlohmann::json document;
    document["id"] = resource.id;
    document["parent_id"] = resource.parent_id;
    document["part"] = resource.part;
    document["path"] = resource.path;
    document["methods"] = nlohmann::json::array();
    for (const auto& [name, method] : resource.methods) {
        document["methods"].push_back(method_document(method));
    }
    return document;
}

RestResource resource_of(const nlohmann::json& document) {
    RestResource resource;
    document.at("id").get_to(resource.id);
    document.at("parent_id").get_to(resource.parent_id);
    document.at("part").get_to(resource.part);
    document.at("path").get_to(resource.path);
    for (const nlohmann::json& method : document.at("methods")) {
        RestMethod read = method_of(method);
        std::string name = read.name;
        resource.methods.emplace(std::move(name), std::move(read));
    }
    return resource;
}

RestApi rest_api_of(const nlohmann::json& document) {
    RestApi api;
    document.at("name").get_to(api.name);
    document.at("description").get_to(api.description);
    document.at("version").get_to(api.version);
    document.at("binary_types").get_to(api.binary_types);
    document.at("endpoint_types").get_to(api.endpoint_types);
    document.at("tags").get_to(api.tags);
    document.at("root_id").get_to(api.root_id);
    document.at("authorizers").get_to(api.authorizers);
    document.at("deployments").get_to(api.deployments);
    document.at("stages").get_to(api.stages);
    document.at("created_ms").get_to(api.created_ms);
    for (const nlohmann::json& resource : document.at("resources")) {
        RestResource read = resource_of(resource);
        std::string id = read.id;
        api.resources.emplace(std::move(id), std::move(read));
    }
    return api;
}

}  // namespace

std::string ApiRow<RestApi>::text(const RestApi& api) {
    nlohmann::json document;
    document["name"] = api.name;
    document["description"] = api.description;
    document["version"] = api.version;
    document["binary_types"] = api.binary_types;
    document["endpoint_types"] = api.endpoint_types;
    document["tags"] = api.tags;
    document["root_id"] = api.root_id;
    document["authorizers"] = api.authorizers;
    document["deployments"] = api.deployments;
    document["stages"] = api.stages;
    document["created_ms"] = api.created_ms;
    document["resources"] = nlohmann::json::array();
    for (const auto& [id, resource] : api.resources) {
        document["resources"].push_back(resource_document(resource));
    }
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<RestApi> ApiRow<RestApi>::read(const std::string& id, const std::string& text) {
    try {
        RestApi api = rest_api_of(nlohmann::json::parse(text));
        api.id = id;
        return api;
    } catch (const nlohmann::json::exception& e) {
        return Error(Code::kCorrupted, "REST API " + id + ": " + e.what());
    }
}

}  // namespace lambent::triggers
