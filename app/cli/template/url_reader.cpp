#include "app/cli/template/function_reader.h"

#include <array>

// The "FunctionUrlConfig" of a function.
namespace lambent::cli {
Result<void> FunctionReader::read_url(const YAML::Node& node, TemplateFunction& function) const {
    UrlSettings settings;
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>("");
        if (name == "AuthType") {
            LAMBENT_TRY(settings.auth_type, scope_.text(entry.second, "AuthType"));
        } else if (name == "InvokeMode") {
            LAMBENT_TRY(settings.invoke_mode, scope_.text(entry.second, "InvokeMode"));
        } else if (name == "Cors") {
            LAMBENT_TRY(read_cors(entry.second, settings));
        } else {
            return scope_.error_at(entry.first, name + " is not a property of FunctionUrlConfig");
        }
    }
    if (settings.auth_type.empty()) {
        return scope_.error_at(node, "FunctionUrlConfig needs an AuthType: NONE or AWS_IAM");
    }
    function.url = std::move(settings);
    return {};
}

Result<void> FunctionReader::read_cors(const YAML::Node& node, UrlSettings& settings) const {
    const std::array<std::pair<std::string_view, std::vector<std::string>*>, 4> lists{{
        {"AllowOrigins", &settings.allow_origins},
        {"AllowMethods", &settings.allow_methods},
        {"AllowHeaders", &settings.allow_headers},
        {"ExposeHeaders", &settings.expose_headers},
    }};
    for (const auto& entry : node) {
        const auto name = entry.first.as<std::string>("");
        bool is_list = false;
        for (const auto& [list_name, list] : lists) {
            if (name == list_name) {
                LAMBENT_TRY(*list, scope_.texts(entry.second, name.c_str()));
                is_list = true;
            }
        }
        if (name == "MaxAge") {
            LAMBENT_TRY(settings.max_age_s, scope_.number(entry.second, "MaxAge"));
        } else if (name == "AllowCredentials") {
            LAMBENT_TRY(settings.allow_credentials, scope_.flag(entry.second, "AllowCredentials"));
        } else if (!is_list) {
            return scope_.error_at(entry.first, name + " is not a property of Cors");
        }
    }
    return {};
}

}  // namespace lambent::cli
