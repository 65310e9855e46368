#include "api/apigateway/rest_call.h"
#include "api/apigateway/rest_fields.h"
#include "api/apigateway/stored_change.h"

#include <algorithm>
#include <charconv>
#include <utility>

// Which operation of REST APIs a request means, and what operations have in common.
namespace lambent::api::apigateway {
namespace {

constexpr std::size_t kItemsDefault = 25;
constexpr std::size_t kItemsMax = 500;

// Refuses as an operation does: without a wait.
Served refuse_rest(RestCall call) {
    co_return no_such_operation(call);
}

Answer<std::size_t> limit_of(const RestCall& call) {
    const auto text = http::find_item(call.query, "limit");
    if (!text) {
        return kItemsDefault;
    }
    std::size_t limit = 0;
    const char* const end = text->data() + text->size();
    const auto [read, failed] = std::from_chars(text->data(), end, limit);
    if (failed != std::errc() || read != end || limit == 0) {
        return bad_request("Invalid limit: " + std::string(*text));
    }
    return std::min(limit, kItemsMax);
}

}  // namespace

Served serve_rest(RestCall call) {
    if (call.path.empty()) {
        return all_rest_apis(std::move(call));
    }
    if (call.path.size() == 1) {
        return one_rest_api(std::move(call));
    }
    const std::string& collection = call.path[1];
    if (collection == "resources") {
        return call.path.size() < 4 ? rest_resources(std::move(call))
                                    : rest_methods(std::move(call));
    }
    if (call.path.size() > 3) {
        return refuse_rest(std::move(call));
    }
    if (collection == "authorizers") {
        return rest_authorizers(std::move(call));
    }
    if (collection == "deployments") {
        return rest_deployments(std::move(call));
    }
    if (collection == "stages") {
        return rest_stages(std::move(call));
    }
    return refuse_rest(std::move(call));
}

Served serve_rest_part(RestCall call, RestPart part) {
    if (call.is_at(part.create_depth, "POST")) {
        co_return co_await part.create(std::move(call));
    }
    if (call.is_at(3, "PATCH")) {
        co_return co_await part.patch(std::move(call));
    }
    if (call.is_at(3, "DELETE")) {
        co_return co_await part.remove(std::move(call));
    }
    if (call.method != "GET") {
        co_return no_such_operation(call);
    }
    const triggers::RestApi* const api = call.apis.find(call.api());
    if (api == nullptr) {
        co_return no_rest_api(call.api());
    }
    co_return part.show(call, *api);
}

AwsError no_such_operation(const RestCall& call) {
    std::string what;
    for (std::size_t i = 1; i < call.path.size(); i += 2) {
        what += " " + call.path[i];
    }
    return {
        404,
        "UnknownOperationException",
        "lambent does not offer this operation of API Gateway: " + call.method + what};
}

AwsError no_rest_api(const std::string& id) {
    return {404, "NotFoundException", "Invalid API identifier specified 000000000000:" + id};
}

AwsError no_rest_part(const std::string& what) {
    return {404, "NotFoundException", "Invalid " + what + " identifier specified"};
}

Served change_rest(RestCall call, unsigned status, RestChange change) {
    if (call.apis.find(call.api()) == nullptr) {
        co_return no_rest_api(call.api());
    }
    nlohmann::json shown;
    std::function<Answer<void>(triggers::RestApi&)> apply = [&](triggers::RestApi& api) {
        return change(api, shown);
    };
    std::string id = call.api();
    LAMBENT_CO_TRY(co_await change_stored(call.apis, std::move(id), std::move(apply)));
    if (shown.is_null()) {
        http::Response response;
        response.status = status;
        co_return response;
    }
    co_return json_response(status, shown);
}

Answer<http::Response> paged(const RestCall& call, NamedItems items) {
    LAMBENT_TRY(const std::size_t limit, limit_of(call));
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    const auto behind = http::find_item(call.query, "position");
    nlohmann::json page;
    page["item"] = nlohmann::json::array();
    for (auto& [name, item] : items) {
        if (behind && name <= *behind) {
            continue;
        }
        if (page["item"].size() == limit) {
            return json_response(200, page);
        }
        page["item"].push_back(std::move(item));
        page["position"] = name;
    }
    page.erase("position");
    return json_response(200, page);
}

}  // namespace lambent::api::apigateway
