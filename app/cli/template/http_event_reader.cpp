#include "app/cli/template/function_reader.h"
#include "app/cli/template/http_api_reader.h"

// Events of type HttpApi.
namespace lambent::cli {
namespace {

constexpr char kEveryRequest[] = "$default";
constexpr char kAnyMethodOfSam[] = "x-amazon-apigateway-any-method";
constexpr std::uint32_t kTimeoutLeastMs = 50;
constexpr std::uint32_t kTimeoutMostMs = 30'000;

}  // namespace

Result<void> FunctionReader::read_http_event(
    const YAML::Node& id, const YAML::Node& properties, TemplateFunction& function
) const {
    if (properties && !properties.IsMap() && !properties.IsNull()) {
        return scope_.error_at(properties, "Properties must be names with values");
    }
    LAMBENT_TRY(check_event_names(
        properties,
        "HttpApi",
        {"Path", "Method", "ApiId", "PayloadFormatVersion", "TimeoutInMillis", "Auth"}
    ));
    HttpApiTrigger trigger;
    trigger.api_id = HttpApiReader::kImplicitId;
    trigger.route_key = kEveryRequest;
    trigger.place = scope_.place_of(id);
    LAMBENT_TRY(const std::string path, optional_text(properties, "Path"));
    LAMBENT_TRY(const std::string method, optional_text(properties, "Method"));
    if (path.empty() != method.empty()) {
        return scope_.error_at(
            id, "event " + id.as<std::string>("") + " needs both Path and Method, or neither"
        );
    }
    if (!path.empty() && path != kEveryRequest) {
        LAMBENT_TRY(
            const std::string verb,
            method == kAnyMethodOfSam ? Result<std::string>(std::string("ANY"))
                                      : read_method(properties["Method"])
        );
        if (!path.starts_with('/')) {
            return scope_.error_at(properties["Path"], "Path begins with a slash");
        }
        trigger.route_key = verb + " " + path;
    }
    LAMBENT_TRY(read_http_settings(properties, trigger));
    function.http_routes.push_back(std::move(trigger));
    return {};
}

Result<void> FunctionReader::read_http_settings(
    const YAML::Node& properties, HttpApiTrigger& trigger
) const {
    if (!properties || !properties.IsMap()) {
        return {};
    }
    if (properties["ApiId"]) {
        const auto [reference, argument] = intrinsic_of(properties["ApiId"]);
        trigger.api_id = reference == "Ref" ? argument.as<std::string>("") : "";
    }
    if (const YAML::Node version = properties["PayloadFormatVersion"]) {
        LAMBENT_TRY(trigger.payload_version, scope_.text(version, "PayloadFormatVersion"));
        if (trigger.payload_version != "1.0" && trigger.payload_version != "2.0") {
            return scope_.error_at(version, "PayloadFormatVersion is \"1.0\" or \"2.0\"");
        }
    }
    if (const YAML::Node limit = properties["TimeoutInMillis"]) {
        LAMBENT_TRY(trigger.timeout_ms, scope_.number(limit, "TimeoutInMillis"));
        if (trigger.timeout_ms < kTimeoutLeastMs || trigger.timeout_ms > kTimeoutMostMs) {
            return scope_.error_at(limit, "TimeoutInMillis is between 50 and 30000");
        }
    }
    const YAML::Node auth = properties["Auth"];
    return auth ? read_http_auth(auth, trigger) : Result<void>();
}

Result<void> FunctionReader::read_http_auth(const YAML::Node& auth, HttpApiTrigger& trigger) const {
    if (!auth.IsMap()) {
        return scope_.error_at(auth, "Auth must be names with values");
    }
    for (const auto& entry : auth) {
        const auto name = entry.first.as<std::string>("");
        if (name == "Authorizer") {
            LAMBENT_TRY(trigger.authorizer, scope_.text(entry.second, name));
        } else if (name == "AuthorizationScopes") {
            LAMBENT_TRY(trigger.scopes, scope_.texts(entry.second, name));
        } else {
            return scope_.error_at(
                entry.first, name + " is not supported yet in the Auth of an HttpApi event"
            );
        }
    }
    return {};
}

}  // namespace lambent::cli
