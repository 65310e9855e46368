#pragma once

#include "api/apigateway/function_calls.h"
#include "api/apigateway/gateway_service.h"
#include "api/wire/service.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/streamed_invocations.h"
#include "triggers/gateway/api_store.h"
#include "triggers/gateway/proxy_event.h"
#include "triggers/gateway/verdict_cache.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::api::apigateway {

// What the door of REST APIs needs of the rooms below; all of it outlives the door.
struct RestApiPorts {
    const triggers::RestApis& apis;
    scheduler::StreamedInvocations& streams;
    const Clock& clock;
};

// The HTTP face of REST APIs: finds stage, resource and method, asks the authorizer, and lets a
// function answer. The front door has checked host and, for AWS_IAM, the signature.
class RestApiService final : public PublicService {
  public:
    RestApiService(GatewayConfig config, RestApiPorts ports, Logger log);

    bool wants_signature(const http::RequestHead& head) const override;
    Task<http::Response> serve(Request request, http::BodyReader& body) override;

  private:
    // What a request came to. The parts are copies: an API may be changed while it is served.
    struct Place {
        std::string api_id;
        bool by_path = false;  // on the platform's own host
        std::string stage;
        std::map<std::string, std::string> variables;
        std::string full_path;  // with the stage
        triggers::RestPlace rest;
        std::optional<triggers::ApiRoute> route;
        std::map<std::string, std::string> parameters;
        triggers::ApiIntegration integration;
        std::optional<triggers::ApiAuthorizer> authorizer;
    };

    std::optional<Place> find_place(const http::RequestHead& head) const;
    triggers::HttpRequest request_at(const Place& place, const Request& request) const;
    Task<http::Response> visit(Place place, Request request, http::BodyReader& body);
    Task<http::Response> answer(Place place, triggers::HttpRequest request);
    // Nothing when the request may pass; else what it is refused with.
    Task<std::optional<http::Response>> authorize(Place place, triggers::HttpRequest& request);
    struct Asked {
        std::optional<triggers::Verdict> verdict;
        std::optional<http::Response> refusal;
    };
    Task<Asked> decide(
        Place place,
        const triggers::HttpRequest& request,
        std::vector<std::string> identity,
        std::string method_arn
    );

    GatewayConfig config_;
    RestApiPorts ports_;
    Logger log_;
    FunctionCalls functions_;
    triggers::VerdictCache verdicts_;  // by API, stage, authorizer and identity
};

}  // namespace lambent::api::apigateway
