#include "app/cli/template/api_reader.h"

#include "app/cli/template/function_reader.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::cli {
namespace {

constexpr std::array<std::string_view, 8> kApiMethods{
    "ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};

// "image~1png" -> "image/png": SAM takes both.
std::string media_type(std::string text) {
    for (std::size_t at = text.find("~1"); at != std::string::npos; at = text.find("~1", at)) {
        text.replace(at, 2, "/");
    }
    return text;
}

}  // namespace

Result<TemplateApi> ApiReader::implicit_api(const YAML::Node& globals) {
    LAMBENT_TRY(TemplateApi api, read_properties(kImplicitId, globals));
    api.stage = kImplicitStage;
    return api;
}

Result<TemplateApi> ApiReader::read(
    const std::string& logical_id, const YAML::Node& place, const YAML::Node& properties
) {
    LAMBENT_TRY(TemplateApi api, read_properties(logical_id, properties));
    if (api.stage.empty()) {
        return scope_.error_at(place, logical_id + " needs a StageName");
    }
    return api;
}

Result<TemplateApi> ApiReader::read_properties(
    const std::string& logical_id, const YAML::Node& properties
) {
    TemplateApi api;
    api.logical_id = logical_id;
    api.name = scope_.stack_name();
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        LAMBENT_TRY(read_property(name, entry.first, entry.second, api));
    }
    return api;
}

Result<void> ApiReader::read_property(
    const std::string& name, const YAML::Node& key, const YAML::Node& value, TemplateApi& api
) {
    if (name == "Name") {
        LAMBENT_TRY(api.name, scope_.text(value, "Name"));
    } else if (name == "StageName") {
        LAMBENT_TRY(api.stage, scope_.text(value, "StageName"));
    } else if (name == "Description") {
        LAMBENT_TRY(api.description, scope_.text(value, "Description"));
    } else if (name == "Variables") {
        LAMBENT_TRY(api.variables, scope_.text_map(value, "Variables"));
    } else if (name == "BinaryMediaTypes") {
        LAMBENT_TRY(api.binary_types, scope_.texts(value, "BinaryMediaTypes"));
        std::transform(
            api.binary_types.begin(), api.binary_types.end(), api.binary_types.begin(), media_type
        );
    } else if (name == "EndpointConfiguration" || name == "TracingEnabled" ||
               name == "OpenApiVersion" || name == "MethodSettings") {
        notes_.push_back(scope_.place_of(key) + ": " + name + " has no effect here");
    } else {
        return scope_.error_at(key, name + " is not supported yet (" + kType + ")");
    }
    return {};
}

Result<std::string> FunctionReader::read_method(const YAML::Node& node) const {
    LAMBENT_TRY(std::string method, scope_.text(node, "Method"));
    std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    if (std::find(kApiMethods.begin(), kApiMethods.end(), method) == kApiMethods.end()) {
        return scope_.error_at(node, method + " is not an HTTP method");
    }
    return method;
}

Result<void> FunctionReader::read_api_event(
    const std::string& id, const YAML::Node& properties, TemplateFunction& function
) const {
    LAMBENT_TRY(check_event_names(properties, "Api", {"Path", "Method", "RestApiId", "Auth"}));
    if (!properties["Path"] || !properties["Method"]) {
        return scope_.error_at(properties, "event " + id + " needs Path and Method");
    }
    ApiTrigger trigger;
    trigger.api_id = ApiReader::kImplicitId;
    LAMBENT_TRY(trigger.path, scope_.text(properties["Path"], "Path"));
    LAMBENT_TRY(trigger.method, read_method(properties["Method"]));
    if (!trigger.path.starts_with('/')) {
        return scope_.error_at(properties["Path"], "Path begins with a slash");
    }
    if (properties["RestApiId"]) {
        const auto [reference, argument] = intrinsic_of(properties["RestApiId"]);
        trigger.api_id = reference == "Ref" ? argument.as<std::string>("") : "";
    }
    if (const YAML::Node auth = properties["Auth"]) {
        std::string kind;
        if (auth.IsMap() && auth.size() == 1 && auth["Authorizer"]) {
            LAMBENT_TRY(kind, scope_.text(auth["Authorizer"], "Authorizer"));
        }
        if (kind != "AWS_IAM" && kind != "NONE") {
            return scope_.error_at(auth, "Auth of an Api event is Authorizer: AWS_IAM or NONE");
        }
        trigger.is_signed = kind == "AWS_IAM";
    }
    trigger.place = scope_.place_of(properties);
    function.api_routes.push_back(std::move(trigger));
    return {};
}

}  // namespace lambent::cli
