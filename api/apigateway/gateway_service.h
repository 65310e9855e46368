#pragma once

#include "api/wire/errors.h"
#include "api/wire/service.h"
#include "base/async/task.h"
#include "base/fetch/reach.h"
#include "base/logger.h"
#include "triggers/gateway/http_apis.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace lambent::api::apigateway {

struct GatewayConfig {
    std::string region = "us-east-1";
    std::uint16_t port = 4566;  // of the addresses that it hands out for APIs
    std::string scheme = "http";
    bool checks_signatures = true;
    // Where issuers of tokens may be: who configures an API names addresses of somebody else's.
    Reach reach = Reach::kPublic;
};

// What it manages; outlives it.
struct GatewayPorts {
    triggers::HttpApis& http_apis;
    triggers::RestApis& rest_apis;
};

// The management of HTTP APIs (API Gateway v2) and REST APIs (v1), both REST-JSON: parses, calls,
// renders.
class GatewayService final : public Service {
  public:
    GatewayService(GatewayConfig config, GatewayPorts ports, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    Task<Answer<http::Response>> perform(Request request, nlohmann::json body);

    GatewayConfig config_;
    GatewayPorts ports_;
    Logger log_;
};

}  // namespace lambent::api::apigateway
