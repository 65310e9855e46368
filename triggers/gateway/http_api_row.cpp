#include "triggers/gateway/api_parts_json.h"
#include "triggers/gateway/api_row.h"

#include <nlohmann/json.hpp>

namespace lambent::triggers {

namespace {

using nlohmann::json;

json stage_document(const ApiStage& stage) {
    json document;
    document["name"] = stage.name;
    document["description"] = stage.description;
    document["variables"] = stage.variables;
    document["auto_deploy"] = stage.auto_deploy;
    document["deployment_id"] = stage.deployment_id;
    document["created_ms"] = stage.created_ms;
    document["modified_ms"] = stage.modified_ms;
    if (stage.deployed) {
        document["deployed"] = *stage.deployed;
    }
    return document;
}

ApiStage stage_of(const json& document) {
    ApiStage stage;
    document.at("name").get_to(stage.name);
    document.at("description").get_to(stage.description);
    document.at("variables").get_to(stage.variables);
    document.at("auto_deploy").get_to(stage.auto_deploy);
    document.at("deployment_id").get_to(stage.deployment_id);
    document.at("created_ms").get_to(stage.created_ms);
    document.at("modified_ms").get_to(stage.modified_ms);
    if (document.contains("deployed")) {
        stage.deployed = document.at("deployed").get<ApiRoutes>();
    }
    return stage;
}

json rules_document(const CorsRules& cors) {
    json document;
    document["credentials"] = cors.allow_credentials;
    document["origins"] = cors.allow_origins;
    document["methods"] = cors.allow_methods;
    document["headers"] = cors.allow_headers;
    document["exposed"] = cors.expose_headers;
    document["max_age_s"] = cors.max_age_s ? json(*cors.max_age_s) : json();
    return document;
}

CorsRules rules_of(const json& document) {
    CorsRules cors;
    document.at("credentials").get_to(cors.allow_credentials);
    document.at("origins").get_to(cors.allow_origins);
    document.at("methods").get_to(cors.allow_methods);
    document.at("headers").get_to(cors.allow_headers);
    document.at("exposed").get_to(cors.expose_headers);
    if (!document.at("max_age_s").is_null()) {
        cors.max_age_s = document.at("max_age_s").get<std::int64_t>();
    }
    return cors;
}

std::string api_text(const HttpApi& api) {
    json document;
    document["name"] = api.name;
    document["description"] = api.description;
    document["version"] = api.version;
    document["tags"] = api.tags;
    document["current"] = api.current;
    document["created_ms"] = api.created_ms;
    document["stages"] = json::array();
    for (const auto& [name, stage] : api.stages) {
        document["stages"].push_back(stage_document(stage));
    }
    if (api.cors) {
        document["cors"] = rules_document(*api.cors);
    }
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<HttpApi> api_of(const std::string& id, const std::string& text) {
    try {
        const json document = json::parse(text);
        HttpApi api;
        api.id = id;
        document.at("name").get_to(api.name);
        document.at("description").get_to(api.description);
        document.at("version").get_to(api.version);
        document.at("tags").get_to(api.tags);
        document.at("current").get_to(api.current);
        document.at("created_ms").get_to(api.created_ms);
        for (const json& stage : document.at("stages")) {
            ApiStage read = stage_of(stage);
            std::string name = read.name;
            api.stages.emplace(std::move(name), std::move(read));
        }
        if (document.contains("cors")) {
            api.cors = rules_of(document.at("cors"));
        }
        return api;
    } catch (const json::exception& e) {
        return Error(Code::kCorrupted, "HTTP API " + id + ": " + e.what());
    }
}

}  // namespace

std::string ApiRow<HttpApi>::text(const HttpApi& api) {
    return api_text(api);
}

Result<HttpApi> ApiRow<HttpApi>::read(const std::string& id, const std::string& text) {
    return api_of(id, text);
}

}  // namespace lambent::triggers
