#pragma once

#include "api/wire/errors.h"
#include "base/result.h"
#include "triggers/gateway/http_api.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace lambent::api::apigateway {

AwsError bad_request(std::string message);
AwsError not_found(const std::string& what, const std::string& id);
AwsError conflict(std::string message);
AwsError from_error(const Error& error);

// The function that a URI names: its ARN, or the address at which API Gateway would invoke it.
// "name" or "name:qualifier", stage variables still in it; nothing when it names none.
std::optional<std::string> function_in(const std::string& uri);

// What a request makes of a part of an API; what it leaves out stays as it is. `body` is an object.
Answer<triggers::HttpApi> read_api(const nlohmann::json& body, triggers::HttpApi api, bool is_new);
Answer<triggers::ApiRoute> read_route(
    const nlohmann::json& body, triggers::ApiRoute route, const triggers::ApiRoutes& among
);
Answer<triggers::ApiIntegration> read_integration(
    const nlohmann::json& body, triggers::ApiIntegration integration, bool is_new
);
Answer<triggers::ApiAuthorizer> read_authorizer(
    const nlohmann::json& body, triggers::ApiAuthorizer authorizer, bool is_new
);
Answer<triggers::ApiStage> read_stage(const nlohmann::json& body, triggers::ApiStage stage);

nlohmann::json api_json(const triggers::HttpApi& api, const std::string& endpoint);
nlohmann::json route_json(const triggers::ApiRoute& route);
nlohmann::json integration_json(const triggers::ApiIntegration& integration);
nlohmann::json authorizer_json(const triggers::ApiAuthorizer& authorizer);
nlohmann::json stage_json(const triggers::ApiStage& stage);

}  // namespace lambent::api::apigateway
