#pragma once

#include "api/apigateway/gateway_fields.h"
#include "api/apigateway/gateway_service.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace lambent::api::apigateway {

// One request on its way: "/v2/apis/<api>/<collection>/<item>" and its body, already an object.
// Borrows the service's parts, which outlive the flow that serves the request.
struct GatewayCall {
    GatewayCall(const GatewayConfig& with, triggers::HttpApis& through)
        : config(with), apis(through) {}

    const GatewayConfig& config;
    triggers::HttpApis& apis;
    std::string method;
    std::string api;
    std::string collection;
    std::string item;
    nlohmann::json body = nlohmann::json::object();
};

using Served = Task<Answer<http::Response>>;

Served all_apis(GatewayCall call);  // create, list
Served one_api(GatewayCall call);   // get, update, delete
Served api_cors(GatewayCall call);
Served api_routes(GatewayCall call);
Served api_integrations(GatewayCall call);
Served api_authorizers(GatewayCall call);
Served api_stages(GatewayCall call);
Served api_deployments(GatewayCall call);

http::Response json_response(unsigned status, const nlohmann::json& body);
http::Response no_content();
AwsError no_such_operation(const GatewayCall& call);

// Changes the API by what `change` makes of it, or refuses with what `change` says; then the stages
// that deploy by themselves follow.
using ApiChange = std::function<Answer<void>(triggers::HttpApi& api)>;
Task<Answer<void>> change_api(triggers::HttpApis& apis, std::string id, ApiChange change);

}  // namespace lambent::api::apigateway
