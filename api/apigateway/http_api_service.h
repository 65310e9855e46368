#pragma once

#include "api/apigateway/function_calls.h"
#include "api/apigateway/gateway_service.h"
#include "api/apigateway/jwt_keys.h"
#include "api/wire/service.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/streamed_invocations.h"
#include "triggers/gateway/authorizer.h"
#include "triggers/gateway/http_apis.h"
#include "triggers/gateway/route_match.h"
#include "triggers/gateway/verdict_cache.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::api::apigateway {

// What the door of HTTP APIs needs of the rooms below; all of it outlives the door.
struct HttpApiPorts {
    const triggers::HttpApis& apis;
    scheduler::StreamedInvocations& streams;
    const Clock& clock;
};

// The HTTP face of HTTP APIs: finds stage and route, asks the authorizer, and lets a function
// answer. The front door has checked host and, for AWS_IAM, the signature.
class HttpApiService final : public PublicService {
  public:
    HttpApiService(GatewayConfig config, HttpApiPorts ports, Logger log);

    bool wants_signature(const http::RequestHead& head) const override;
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    // What a request came to. The parts are copies: an API may be changed while it is served.
    struct Place {
        std::string api_id;
        bool by_path = false;  // on the platform's own host
        std::optional<triggers::CorsRules> cors;
        std::string stage;
        std::map<std::string, std::string> variables;
        std::string path;       // without the stage
        std::string full_path;  // with it
        std::optional<triggers::ApiRoute> route;
        std::map<std::string, std::string> parameters;
        std::optional<triggers::ApiIntegration> integration;
        std::optional<triggers::ApiAuthorizer> authorizer;
    };

    std::optional<Place> find_place(const http::RequestHead& head) const;
    triggers::HttpRequest request_at(const Place& place, const Request& request) const;
    Task<http::Response> answer(Place place, triggers::HttpRequest request);
    // Nothing when the request may pass; else what it is refused with.
    Task<std::optional<http::Response>> authorize(Place place, triggers::HttpRequest& request);
    Task<std::optional<http::Response>> check_token(Place place, triggers::HttpRequest& request);
    Task<std::optional<http::Response>> ask_function(Place place, triggers::HttpRequest& request);
    // Nothing when the authorizer has failed.
    Task<std::optional<triggers::Verdict>> decide(
        Place place, const triggers::HttpRequest& request, std::vector<std::string> identity
    );

    GatewayConfig config_;
    HttpApiPorts ports_;
    Logger log_;
    FunctionCalls functions_;
    JwtKeys keys_;
    triggers::VerdictCache verdicts_;  // by API, stage, authorizer and identity
};

}  // namespace lambent::api::apigateway
