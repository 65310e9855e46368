#pragma once

#include "api/wire/service.h"
#include "base/async/task.h"
#include "base/logger.h"
#include "triggers/gateway/http_apis.h"

#include <cstdint>
#include <string>

namespace lambent::api::apigateway {

struct GatewayConfig {
    std::string region = "us-east-1";
    std::uint16_t port = 4566;  // of the addresses that it hands out for APIs
};

// The management of HTTP APIs (API Gateway v2, REST-JSON): parses, calls, renders.
class GatewayService final : public Service {
  public:
    GatewayService(GatewayConfig config, triggers::HttpApis& apis, Logger log);
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    GatewayConfig config_;
    triggers::HttpApis& apis_;
    Logger log_;
};

}  // namespace lambent::api::apigateway
