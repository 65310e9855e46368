#include "api/apigateway/gateway_fields.h"
#include "api/apigateway/rest_fields.h"
#include "api/apigateway/rest_settings.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

// What "patchOperations" change of a REST API's parts.
namespace lambent::api::apigateway {
namespace {

std::int64_t number_of(const std::string& text) {
    const bool is_number =
        !text.empty() && text.size() < 10 &&
        std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    return is_number ? std::stoll(text) : -1;
}

}  // namespace

std::string Patch::key_below(std::string_view name) const {
    const std::string prefix = "/" + std::string(name) + "/";
    std::string key = path.starts_with(prefix) ? path.substr(prefix.size()) : "";
    for (const auto& [mark, letter] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
        for (std::size_t at = key.find(mark); at != std::string::npos;
             at = key.find(mark, at + 1)) {
            key.replace(at, 2, letter);
        }
    }
    return key;
}

Answer<std::vector<Patch>> read_patches(const nlohmann::json& body) {
    std::vector<Patch> patches;
    for (const nlohmann::json& one : body.value("patchOperations", nlohmann::json::array())) {
        if (!one.is_object()) {
            return bad_request("Invalid patch operation");
        }
        std::string fault;
        JsonFields fields(one, fault);
        Patch patch;
        patch.op = fields.text("op").value_or("");
        patch.path = fields.text("path").value_or("");
        patch.value = fields.text("value").value_or("");
        if (!fault.empty()) {
            return bad_request(fault);
        }
        if (patch.op != "add" && patch.op != "replace" && patch.op != "remove") {
            return bad_request("Invalid patch operation specified: " + patch.op);
        }
        patches.push_back(std::move(patch));
    }
    return patches;
}

AwsError bad_patch(const Patch& patch) {
    return bad_request(
        "Invalid patch path '" + patch.path + "' specified for op '" + patch.op + "'"
    );
}

Answer<void> patch_rest_api(const Patch& patch, triggers::RestApi& api) {
    const std::string type = patch.key_below("binaryMediaTypes");
    if (!type.empty()) {
        auto& types = api.binary_types;
        types.erase(std::remove(types.begin(), types.end(), type), types.end());
        if (patch.op != "remove") {
            types.push_back(patch.op == "replace" && !patch.value.empty() ? patch.value : type);
        }
        return {};
    }
    if (patch.op == "replace" && patch.path == "/name" && !patch.value.empty()) {
        api.name = patch.value;
    } else if (patch.op == "replace" && patch.path == "/description") {
        api.description = patch.value;
    } else {
        return bad_patch(patch);
    }
    return {};
}

Answer<void> patch_method(
    const Patch& patch, triggers::RestMethod& method, const triggers::RestApi& of
) {
    if (patch.op != "replace") {
        return bad_patch(patch);
    }
    if (patch.path == "/authorizationType") {
        return set_auth(patch.value, method);
    }
    if (patch.path == "/authorizerId") {
        method.authorizer_id = patch.value;
        return check_auth(method, of);
    }
    if (patch.path == "/operationName") {
        method.operation_name = patch.value;
        return {};
    }
    return bad_patch(patch);
}

Answer<void> patch_integration(const Patch& patch, triggers::ApiIntegration& integration) {
    if (patch.op == "replace" && patch.path == "/uri") {
        return set_uri(patch.value, integration);
    }
    if (patch.op == "replace" && patch.path == "/timeoutInMillis") {
        return set_timeout(number_of(patch.value), integration);
    }
    if (patch.op == "replace" && patch.path == "/httpMethod") {
        integration.method = patch.value;
        return {};
    }
    return bad_patch(patch);
}

Answer<void> patch_authorizer(const Patch& patch, triggers::ApiAuthorizer& authorizer) {
    if (patch.op != "replace") {
        return bad_patch(patch);
    }
    if (patch.path == "/name") {
        authorizer.name = patch.value;
    } else if (patch.path == "/authorizerUri") {
        authorizer.uri = patch.value;
        authorizer.reference = function_in(patch.value).value_or("");
    } else if (patch.path == "/identitySource") {
        LAMBENT_TRY(set_sources(patch.value, authorizer));
    } else if (patch.path == "/identityValidationExpression") {
        authorizer.validation = patch.value;
    } else if (patch.path == "/authorizerResultTtlInSeconds") {
        authorizer.ttl_s = number_of(patch.value);
    } else {
        return bad_patch(patch);
    }
    return check_rest_authorizer(authorizer);
}

Answer<void> patch_rest_stage(
    const Patch& patch, triggers::RestStage& stage, const triggers::RestApi& of
) {
    if (const std::string name = patch.key_below("variables"); !name.empty()) {
        if (patch.op == "remove") {
            stage.variables.erase(name);
        } else {
            stage.variables[name] = patch.value;
        }
        return {};
    }
    if (patch.op == "replace" && patch.path == "/description") {
        stage.description = patch.value;
        return {};
    }
    if (patch.op == "replace" && patch.path == "/deploymentId") {
        if (!of.deployments.contains(patch.value)) {
            return bad_request("Deployment id does not exist");
        }
        stage.deployment_id = patch.value;
        return {};
    }
    return bad_patch(patch);
}

}  // namespace lambent::api::apigateway
