#include "app/cli/template/http_api_reader.h"

#include <algorithm>
#include <array>

namespace lambent::cli {
namespace {

// Here nothing is logged, and warnings of an import are none.
constexpr std::array<std::string_view, 3> kHttpWithoutEffect{
    "AccessLogSettings", "FailOnWarnings", "PropagateTags"};

}  // namespace

Result<TemplateHttpApi> HttpApiReader::read(
    const std::string& logical_id, const YAML::Node& properties
) {
    TemplateHttpApi api;
    api.logical_id = logical_id;
    api.settings.name = scope_.stack_name();
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        LAMBENT_TRY(read_property(name, entry.first, entry.second, api));
    }
    return api;
}

Result<void> HttpApiReader::read_property(
    const std::string& name, const YAML::Node& key, const YAML::Node& value, TemplateHttpApi& api
) {
    LAMBENT_TRY(const bool is_setting, read_setting(name, value, api));
    if (is_setting) {
        return {};
    }
    if (name == "Auth") {
        return read_auth(value, api);
    }
    if (std::find(kHttpWithoutEffect.begin(), kHttpWithoutEffect.end(), name) !=
        kHttpWithoutEffect.end()) {
        notes_.push_back(scope_.place_of(key) + ": " + name + " has no effect here");
        return {};
    }
    if (name == "DisableExecuteApiEndpoint") {
        LAMBENT_TRY(const bool is_disabled, scope_.flag(value, name));
        if (!is_disabled) {
            return {};
        }
    }
    return scope_.error_at(
        key, name + " is not supported yet (" + kType + "); remove it to deploy"
    );
}

Result<bool> HttpApiReader::read_setting(
    const std::string& name, const YAML::Node& value, TemplateHttpApi& api
) {
    if (name == "Name") {
        LAMBENT_TRY(api.settings.name, scope_.text(value, name));
    } else if (name == "Description") {
        LAMBENT_TRY(api.settings.description, scope_.text(value, name));
    } else if (name == "StageName") {
        LAMBENT_TRY(api.stage, scope_.text(value, name));
    } else if (name == "StageVariables") {
        LAMBENT_TRY(api.variables, scope_.text_map(value, name));
    } else if (name == "Tags") {
        LAMBENT_TRY(api.settings.tags, scope_.text_map(value, name));
    } else if (name == "CorsConfiguration") {
        LAMBENT_TRY(api.settings.cors, read_rules(value));
    } else {
        return false;
    }
    return true;
}

// `true` is short for every origin.
Result<std::optional<HttpApiCors>> HttpApiReader::read_rules(const YAML::Node& node) const {
    HttpApiCors cors;
    if (!node.IsMap() || !intrinsic_of(node).first.empty()) {
        LAMBENT_TRY(const bool is_open, scope_.flag(node, "CorsConfiguration"));
        cors.allow_origins = {"*"};
        return is_open ? std::optional(cors) : std::nullopt;
    }
    const std::array<std::pair<std::string_view, std::vector<std::string>*>, 4> lists{{
        {"AllowOrigins", &cors.allow_origins},
        {"AllowMethods", &cors.allow_methods},
        {"AllowHeaders", &cors.allow_headers},
        {"ExposeHeaders", &cors.expose_headers},
    }};
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>("");
        const auto list = std::find_if(lists.begin(), lists.end(), [&](const auto& one) {
            return one.first == name;
        });
        if (list != lists.end()) {
            LAMBENT_TRY(*list->second, scope_.texts(entry.second, name));
        } else if (name == "MaxAge") {
            LAMBENT_TRY(cors.max_age_s, scope_.number(entry.second, name));
        } else if (name == "AllowCredentials") {
            LAMBENT_TRY(cors.allow_credentials, scope_.flag(entry.second, name));
        } else {
            return scope_.error_at(entry.first, name + " is not a property of CorsConfiguration");
        }
    }
    return std::optional(cors);
}

}  // namespace lambent::cli
