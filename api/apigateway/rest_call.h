#pragma once

#include "api/apigateway/gateway_call.h"
#include "base/http/uri.h"
#include "triggers/gateway/rest_api.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::api::apigateway {

// One request for REST APIs on its way: "/restapis/<api>/<collection>/<item>/…" and its body,
// already an object. Borrows the service's parts, which outlive the flow that serves the request.
struct RestCall {
    RestCall(const GatewayConfig& with, triggers::RestApis& through)
        : config(with), apis(through) {}

    const GatewayConfig& config;
    triggers::RestApis& apis;
    std::string method;
    std::vector<std::string> path;  // decoded segments behind "/restapis"
    http::QueryItems query;
    nlohmann::json body = nlohmann::json::object();

    const std::string& api() const { return path.at(0); }
    bool is_at(std::size_t depth, std::string_view by) const {
        return path.size() == depth && method == by;
    }
};

Served serve_rest(RestCall call);
Served rest_tags(RestCall call, std::string arn);

Served all_rest_apis(RestCall call);
Served one_rest_api(RestCall call);
Served rest_resources(RestCall call);    // path[2] is a resource, or its parent-to-be
Served rest_methods(RestCall call);      // path[4] is a method, path[5] may be "integration"
Served rest_authorizers(RestCall call);  // path[2] is an authorizer
Served rest_deployments(RestCall call);
Served rest_stages(RestCall call);

// What clients may do with one kind of part of a REST API.
struct RestPart {
    std::size_t create_depth;  // the length of the path that one is made at
    Served (*create)(RestCall call);
    Served (*patch)(RestCall call);
    Served (*remove)(RestCall call);
    Answer<http::Response> (*show)(const RestCall& call, const triggers::RestApi& api);
};
Served serve_rest_part(RestCall call, RestPart part);

AwsError no_such_operation(const RestCall& call);
AwsError no_rest_api(const std::string& id);
AwsError no_rest_part(const std::string& what);  // "Invalid <what> identifier specified"

// Changes the API, and answers with `status` and what `change` made of `shown`; empty without one.
using RestChange = std::function<Answer<void>(triggers::RestApi& api, nlohmann::json& shown)>;
Served change_rest(RestCall call, unsigned status, RestChange change);

// {"item":[…],"position":…}: as many as "limit" says (25 when it is absent) behind "position".
using NamedItems = std::vector<std::pair<std::string, nlohmann::json>>;
Answer<http::Response> paged(const RestCall& call, NamedItems items);

// What GET shows of one kind of part: all by pages, or the one whose id stands in the path. `name`
// is what an error calls it.
template <class Parts, class Render>
Answer<http::Response> show_parts(
    const RestCall& call, const Parts& parts, const char* name, Render render
) {
    if (call.path.size() == 2) {
        NamedItems items;
        for (const auto& [id, part] : parts) {
            items.emplace_back(id, render(part));
        }
        return paged(call, std::move(items));
    }
    const auto found = parts.find(call.path[2]);
    if (found == parts.end()) {
        return no_rest_part(name);
    }
    return json_response(200, render(found->second));
}

}  // namespace lambent::api::apigateway
