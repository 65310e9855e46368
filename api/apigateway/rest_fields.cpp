#include "api/apigateway/rest_fields.h"

#include "api/apigateway/gateway_fields.h"
#include "api/apigateway/rest_settings.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::api::apigateway {
namespace {

using triggers::RestApi;
using triggers::RestMethod;
using triggers::RestResource;

constexpr std::int64_t kRestTimeoutMs = 29'000;
constexpr std::int64_t kRestTtlS = 300;

AwsError not_offered(const std::string& what) {
    return bad_request(what + " are not offered by lambent");
}

bool are_letters(std::string_view text, std::string_view marks) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
        return std::isalnum(c) != 0 || marks.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool is_variable(std::string_view part) {
    return part.size() > 2 && part.starts_with('{') && part.ends_with('}');
}

bool is_path_part(std::string_view part) {
    if (is_variable(part)) {
        std::string_view name = part.substr(1, part.size() - 2);
        if (name.ends_with('+')) {
            name.remove_suffix(1);
        }
        return are_letters(name, "._-:");
    }
    return are_letters(part, "._-:");
}

}  // namespace

Answer<RestApi> read_rest_api(const nlohmann::json& body, RestApi api) {
    std::string fault;
    JsonFields fields(body, fault);
    for (const char* absent : {"cloneFrom", "policy"}) {
        if (fields.has(absent)) {
            return not_offered(
                absent == std::string_view("policy") ? "Resource policies" : "Clones"
            );
        }
    }
    if (fields.flag("disableExecuteApiEndpoint")) {
        return not_offered("APIs without their own address");
    }
    api.name = fields.text("name").value_or("");
    api.description = fields.text("description").value_or("");
    api.version = fields.text("version").value_or("");
    api.binary_types = fields.texts("binaryMediaTypes").value_or(std::vector<std::string>());
    api.tags = fields.text_map("tags").value_or(std::map<std::string, std::string>());
    if (auto endpoint = fields.object("endpointConfiguration")) {
        api.endpoint_types = endpoint->texts("types").value_or(api.endpoint_types);
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    if (api.name.empty() || api.name.size() > 1024) {
        return bad_request("Invalid REST API name: it must have 1 to 1024 characters");
    }
    return api;
}

Answer<RestMethod> read_rest_method(
    const nlohmann::json& body, RestMethod method, const RestApi& of
) {
    constexpr std::array<std::string_view, 8> kNames{
        "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"};
    if (std::find(kNames.begin(), kNames.end(), method.name) == kNames.end()) {
        return bad_request(
            "Invalid HttpMethod specified. Valid options are "
            "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
        );
    }
    std::string fault;
    JsonFields fields(body, fault);
    if (fields.flag("apiKeyRequired")) {
        return not_offered("API keys");
    }
    if (fields.has("requestValidatorId")) {
        return not_offered("Request validators");
    }
    method.authorizer_id = fields.text("authorizerId").value_or("");
    method.operation_name = fields.text("operationName").value_or("");
    LAMBENT_TRY(set_auth(fields.text("authorizationType").value_or(""), method));
    const nlohmann::json parameters = body.value("requestParameters", nlohmann::json::object());
    for (const auto& [name, is_required] : parameters.items()) {
        method.parameters[name] = is_required.is_boolean() && is_required.get<bool>();
    }
    if (!fault.empty()) {
        return bad_request(fault);
    }
    LAMBENT_TRY(check_auth(method, of));
    return method;
}

Answer<triggers::ApiIntegration> read_rest_integration(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    triggers::ApiIntegration integration;
    integration.payload_version = "1.0";
    integration.timeout_ms = kRestTimeoutMs;
    const std::string type = fields.text("type").value_or("");
    if (type != "AWS_PROXY") {
        return bad_request(
            "Integrations of type '" + type + "' are not offered by lambent: AWS_PROXY is"
        );
    }
    integration.method = fields.text("httpMethod").value_or("");
    if (fault.empty() && integration.method.empty()) {
        return bad_request("Enumeration value for HttpMethod must be non-empty");
    }
    LAMBENT_TRY(set_uri(fields.text("uri").value_or(""), integration));
    LAMBENT_TRY(
        set_timeout(fields.number("timeoutInMillis").value_or(integration.timeout_ms), integration)
    );
    if (!fault.empty()) {
        return bad_request(fault);
    }
    return integration;
}

Answer<triggers::ApiAuthorizer> read_rest_authorizer(
    const nlohmann::json& body, triggers::ApiAuthorizer authorizer
) {
    std::string fault;
    JsonFields fields(body, fault);
    const std::string type = fields.text("type").value_or("");
    if (type != "TOKEN" && type != "REQUEST") {
        return bad_request(
            "Authorizers of type '" + type + "' are not offered: TOKEN, REQUEST are"
        );
    }
    authorizer.type = type == "TOKEN" ? triggers::ApiAuthorizer::Type::kToken
                                      : triggers::ApiAuthorizer::Type::kRequest;
    authorizer.name = fields.text("name").value_or("");
    authorizer.uri = fields.text("authorizerUri").value_or("");
    authorizer.validation = fields.text("identityValidationExpression").value_or("");
    authorizer.ttl_s = fields.number("authorizerResultTtlInSeconds").value_or(kRestTtlS);
    LAMBENT_TRY(set_sources(fields.text("identitySource").value_or(""), authorizer));
    if (!fault.empty()) {
        return bad_request(fault);
    }
    LAMBENT_TRY(check_rest_authorizer(authorizer));
    authorizer.reference = function_in(authorizer.uri).value_or("");
    return authorizer;
}

Answer<void> check_part(
    const RestApi& api,
    const std::string& parent_id,
    const std::string& part,
    const std::string& own_id
) {
    if (!is_path_part(part)) {
        return bad_request(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and "
            "curly braces at the beginning and the end."
        );
    }
    const RestResource& parent = api.resources.at(parent_id);
    if (parent.part.ends_with("+}")) {
        return bad_request(
            "Cannot create a child of a resource with a greedy path variable: " + parent.part
        );
    }
    for (const auto& [id, other] : api.resources) {
        if (other.parent_id != parent_id || id == own_id) {
            continue;
        }
        if (other.part == part) {
            return conflict("Another resource with the same parent already has this name: " + part);
        }
        // A greedy one may stand beside a plain one: it takes what is longer.
        if (is_variable(other.part) && is_variable(part) &&
            other.part.ends_with("+}") == part.ends_with("+}")) {
            return bad_request(
                "A sibling (" + id +
                ") of this resource already has a variable path part -- only one is allowed"
            );
        }
    }
    return {};
}

Answer<void> check_stage_name(const std::string& name) {
    if (!are_letters(name, "_-")) {
        return bad_request("Stage name only allows a-zA-Z0-9_-");
    }
    return {};
}

}  // namespace lambent::api::apigateway
