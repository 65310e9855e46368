#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"

#include <algorithm>
#include <utility>

// REST APIs as such, and their tags.
namespace lambent::api::apigateway {
namespace {

constexpr std::size_t kRestApiIdLength = 10;
constexpr std::size_t kResourceIdLength = 10;

Served create_rest_api(RestCall call) {
    if (http::find_item(call.query, "mode")) {
        co_return bad_request("Imports of OpenAPI documents are not offered by lambent");
    }
    triggers::RestApi api;
    api.id = triggers::new_api_id(kRestApiIdLength);
    api.created_ms = call.apis.now_ms();
    LAMBENT_CO_TRY(api, read_rest_api(call.body, std::move(api)));
    triggers::RestResource root;
    root.id = triggers::new_api_id(kResourceIdLength);
    root.path = "/";
    api.root_id = root.id;
    api.resources.emplace(api.root_id, std::move(root));
    const auto created = co_await call.apis.create(api);
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    co_return json_response(201, rest_api_json(api));
}

Served patch_one_api(RestCall call) {
    LAMBENT_CO_TRY(const std::vector<Patch> patches, read_patches(call.body));
    RestChange change = [patches](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        for (const Patch& patch : patches) {
            LAMBENT_TRY(patch_rest_api(patch, api));
        }
        shown = rest_api_json(api);
        return {};
    };
    co_return co_await change_rest(std::move(call), 200, std::move(change));
}

// What "…:/restapis/<id>" or "…:/restapis/<id>/stages/<name>" names; nothing when it is not there.
std::map<std::string, std::string>* tags_at(triggers::RestApi& api, const std::string& stage) {
    if (stage.empty()) {
        return &api.tags;
    }
    const auto found = api.stages.find(stage);
    return found == api.stages.end() ? nullptr : &found->second.tags;
}

Answer<void> change_tags(
    const RestCall& call, const nlohmann::json& added, std::map<std::string, std::string>& tags
) {
    for (const auto& [name, value] : added.items()) {
        if (!value.is_string()) {
            return bad_request("The value of the tag " + name + " must be a text");
        }
        tags[name] = value.get<std::string>();
    }
    for (const auto& [name, key] : call.query) {
        if (name == "tagKeys" && call.method == "DELETE") {
            tags.erase(key);
        }
    }
    return {};
}

}  // namespace

Served all_rest_apis(RestCall call) {
    if (call.method == "POST") {
        co_return co_await create_rest_api(std::move(call));
    }
    if (call.method != "GET") {
        co_return no_such_operation(call);
    }
    NamedItems items;
    for (const triggers::RestApi* api : call.apis.list()) {
        items.emplace_back(api->id, rest_api_json(*api));
    }
    co_return paged(call, std::move(items));
}

Served one_rest_api(RestCall call) {
    const triggers::RestApi* const api = call.apis.find(call.api());
    if (api == nullptr) {
        co_return no_rest_api(call.api());
    }
    if (call.method == "GET") {
        co_return json_response(200, rest_api_json(*api));
    }
    if (call.method == "PATCH") {
        co_return co_await patch_one_api(std::move(call));
    }
    if (call.method != "DELETE") {
        co_return no_such_operation(call);
    }
    const auto removed = co_await call.apis.remove(call.api());
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    http::Response response;
    response.status = 202;
    co_return response;
}

Served rest_tags(RestCall call, std::string arn) {
    constexpr std::string_view kApis = ":/restapis/";
    constexpr std::string_view kStages = "/stages/";
    const std::size_t at = arn.find(kApis);
    if (at == std::string::npos) {
        co_return bad_request("Invalid ARN specified in the request");
    }
    std::string id = arn.substr(at + kApis.size());
    std::string stage;
    if (const std::size_t named = id.find(kStages); named != std::string::npos) {
        stage = id.substr(named + kStages.size());
        id.resize(named);
    }
    call.path = {id};
    const bool is_read = call.method == "GET";
    RestChange change =
        [&call, stage, is_read](triggers::RestApi& api, nlohmann::json& shown) -> Answer<void> {
        auto* const tags = tags_at(api, stage);
        if (tags == nullptr) {
            return no_rest_part("stage");
        }
        if (is_read) {
            shown["tags"] = *tags;
            return {};
        }
        const auto added = call.body.value("tags", nlohmann::json::object());
        return change_tags(call, added, *tags);
    };
    if (!is_read && call.method != "PUT" && call.method != "DELETE") {
        co_return no_such_operation(call);
    }
    if (!is_read) {
        RestCall asked = call;
        co_return co_await change_rest(std::move(asked), 204, std::move(change));
    }
    const triggers::RestApi* const api = call.apis.find(id);
    if (api == nullptr) {
        co_return no_rest_api(id);
    }
    triggers::RestApi copy = *api;
    nlohmann::json shown;
    LAMBENT_CO_TRY(change(copy, shown));
    co_return json_response(200, shown);
}

}  // namespace lambent::api::apigateway
