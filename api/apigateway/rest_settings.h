#pragma once

#include "api/wire/errors.h"
#include "triggers/gateway/rest_api.h"

#include <cstdint>
#include <string>

namespace lambent::api::apigateway {

// Single settings of a REST API's parts, as requests and patches give them: checked, then kept.
Answer<void> set_auth(const std::string& type, triggers::RestMethod& method);
Answer<void> check_auth(const triggers::RestMethod& method, const triggers::RestApi& of);
Answer<void> set_uri(const std::string& uri, triggers::ApiIntegration& integration);
Answer<void> set_timeout(std::int64_t timeout_ms, triggers::ApiIntegration& integration);
// "method.request.header.X,stageVariables.Y" -> {"$request.header.X", "$stageVariables.Y"}
Answer<void> set_sources(const std::string& text, triggers::ApiAuthorizer& authorizer);
Answer<void> check_rest_authorizer(const triggers::ApiAuthorizer& authorizer);

}  // namespace lambent::api::apigateway
