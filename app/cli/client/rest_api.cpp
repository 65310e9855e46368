#include "app/cli/client/rest_api.h"

#include "app/cli/client/gateway_answer.h"
#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::cli {
namespace {

using nlohmann::json;

HttpCall rest_call(const std::string& method, const std::string& path) {
    HttpCall call;
    call.service = "apigateway";
    call.method = method;
    call.path = "/restapis" + path;
    return call;
}

HttpCall rest_call(const std::string& method, const std::string& path, const json& body) {
    HttpCall call = rest_call(method, path);
    call.body = body.dump();
    call.headers.emplace_back("Content-Type", "application/json");
    return call;
}

RestApiView api_view(const json& document) {
    RestApiView view;
    view.id = document.at("id").get<std::string>();
    view.settings.name = document.at("name").get<std::string>();
    view.settings.description = document.value("description", "");
    view.settings.binary_types = document.value("binaryMediaTypes", std::vector<std::string>());
    view.settings.tags = document.value("tags", std::map<std::string, std::string>());
    return view;
}

RestResourceView resource_view(const json& document) {
    RestResourceView view;
    view.id = document.at("id").get<std::string>();
    view.parent_id = document.value("parentId", "");
    view.path = document.at("path").get<std::string>();
    const json methods = document.value("resourceMethods", json::object());
    for (const auto& [name, method] : methods.items()) {
        RestMethodView one;
        one.name = name;
        one.is_signed = method.value("authorizationType", "") == "AWS_IAM";
        const json integration = method.value("methodIntegration", json::object());
        one.function_arn = invoked_function(integration.value("uri", ""));
        view.methods.push_back(std::move(one));
    }
    return view;
}

json change_of(const char* op, const std::string& path, const std::string& value) {
    return {{"op", op}, {"path", path}, {"value", value}};
}

// As a segment of a JSON pointer.
std::string pointer_segment(std::string text) {
    for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at)) {
        text.replace(at, 1, "~1");
    }
    return text;
}

}  // namespace

Result<json> RestApiClient::ask(const HttpCall& call) {
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    if (reply.body.empty()) {
        return json::object();
    }
    return reading([&] { return json::parse(reply.body); });
}

Result<std::optional<RestApiView>> RestApiClient::find(
    const std::string& tag, const std::string& value
) {
    HttpCall call = rest_call("GET", "");
    call.query.emplace_back("limit", "500");
    LAMBENT_TRY(const json page, ask(call));
    return reading([&] {
        std::optional<RestApiView> found;
        for (const json& one : page.at("item")) {
            RestApiView view = api_view(one);
            const auto tagged = view.settings.tags.find(tag);
            if (tagged != view.settings.tags.end() && tagged->second == value) {
                found = std::move(view);
            }
        }
        return found;
    });
}

Result<RestApiView> RestApiClient::create(const RestApiSettings& settings) {
    json body;
    body["name"] = settings.name;
    body["description"] = settings.description;
    body["binaryMediaTypes"] = settings.binary_types;
    body["tags"] = settings.tags;
    LAMBENT_TRY(const json made, ask(rest_call("POST", "", body)));
    return reading([&] { return api_view(made); });
}

Result<void> RestApiClient::update(const RestApiView& existing, const RestApiSettings& wanted) {
    json changes = json::array();
    if (existing.settings.name != wanted.name) {
        changes.push_back(change_of("replace", "/name", wanted.name));
    }
    if (existing.settings.description != wanted.description) {
        changes.push_back(change_of("replace", "/description", wanted.description));
    }
    if (existing.settings.binary_types != wanted.binary_types) {
        for (const std::string& type : existing.settings.binary_types) {
            changes.push_back(change_of("remove", "/binaryMediaTypes/" + pointer_segment(type), "")
            );
        }
        for (const std::string& type : wanted.binary_types) {
            changes.push_back(change_of("add", "/binaryMediaTypes/" + pointer_segment(type), ""));
        }
    }
    if (!changes.empty()) {
        LAMBENT_TRY(ask(rest_call("PATCH", "/" + existing.id, json{{"patchOperations", changes}})));
    }
    return {};
}

Result<std::vector<RestResourceView>> RestApiClient::resources(const std::string& api) {
    HttpCall call = rest_call("GET", "/" + api + "/resources");
    call.query.emplace_back("limit", "500");
    call.query.emplace_back("embed", "methods");
    LAMBENT_TRY(const json page, ask(call));
    return reading([&] {
        std::vector<RestResourceView> all;
        for (const json& one : page.at("item")) {
            all.push_back(resource_view(one));
        }
        return all;
    });
}

Result<RestResourceView> RestApiClient::create_resource(
    const std::string& api, const std::string& parent, const std::string& part
) {
    LAMBENT_TRY(
        const json made,
        ask(rest_call("POST", "/" + api + "/resources/" + parent, json{{"pathPart", part}}))
    );
    return reading([&] { return resource_view(made); });
}

Result<void> RestApiClient::remove_resource(const std::string& api, const std::string& resource) {
    LAMBENT_TRY(ask(rest_call("DELETE", "/" + api + "/resources/" + resource)));
    return {};
}

Result<void> RestApiClient::put_method(
    const std::string& api, const std::string& resource, const RestMethodView& method
) {
    const std::string path = "/" + api + "/resources/" + resource + "/methods/" + method.name;
    const json asked{{"authorizationType", method.is_signed ? "AWS_IAM" : "NONE"}};
    LAMBENT_TRY(ask(rest_call("PUT", path, asked)));
    const json integration{
        {"type", "AWS_PROXY"},
        {"httpMethod", "POST"},
        {"uri", invocation_uri(client_.endpoint().region, method.function_arn)}};
    LAMBENT_TRY(ask(rest_call("PUT", path + "/integration", integration)));
    return {};
}

Result<void> RestApiClient::remove_method(
    const std::string& api, const std::string& resource, const std::string& method
) {
    const std::string path = "/" + api + "/resources/" + resource + "/methods/" + method;
    LAMBENT_TRY(ask(rest_call("DELETE", path)));
    return {};
}

Result<std::optional<RestApiClient::Variables>> RestApiClient::stage(
    const std::string& api, const std::string& name
) {
    LAMBENT_TRY(
        const HttpReply reply, client_.send(rest_call("GET", "/" + api + "/stages/" + name))
    );
    if (reply.status == 404) {
        return std::optional<Variables>();
    }
    if (!reply.ok()) {
        return service_error(reply);
    }
    return reading([&] {
        return std::optional(json::parse(reply.body).value("variables", Variables()));
    });
}

Result<void> RestApiClient::deploy(
    const std::string& api, const std::string& stage, const Variables& variables
) {
    json body;
    body["stageName"] = stage;
    body["variables"] = variables;
    LAMBENT_TRY(ask(rest_call("POST", "/" + api + "/deployments", body)));
    return {};
}

}  // namespace lambent::cli
