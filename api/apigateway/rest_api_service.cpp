#include "api/apigateway/rest_api_service.h"

#include "api/apigateway/rest_answers.h"
#include "api/urls/url_answers.h"
#include "api/urls/visitor.h"
#include "api/wire/json.h"
#include "api/wire/routing.h"
#include "runtime/functions/function.h"
#include "triggers/gateway/rest_authorizer.h"
#include "triggers/gateway/route_match.h"
#include "triggers/http/http_answer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

namespace lambent::api::apigateway {
namespace {

using RestKind = FunctionCalls::Outcome::Kind;
using RestAuth = triggers::ApiRoute::Auth;

std::string small(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

bool carries_signature(const http::RequestHead& head) {
    return head.headers.find("authorization").has_value() ||
           head.query.find("X-Amz-Signature=") != std::string::npos;
}

std::string field_value(const triggers::HttpRequest& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (small(key) == name) {
            return value;
        }
    }
    return "";
}

// What a function raises to say 401.
bool says_unauthorized(const std::string& error_document) {
    const auto document = parse_json(error_document);
    return document.has_value() && document->is_object() &&
           document->value("errorMessage", nlohmann::json()) == "Unauthorized";
}

// What the authorizer said of the caller, and how long it took.
std::string context_of_caller(const triggers::Verdict& verdict, std::int64_t latency_ms) {
    auto context = parse_json(verdict.context);
    nlohmann::json document = context.has_value() ? std::move(*context) : nlohmann::json::object();
    document["integrationLatency"] = latency_ms;
    return dump_json(document);
}

std::int64_t steady_ms(SteadyTime::duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

RestApiService::RestApiService(GatewayConfig config, RestApiPorts ports, Logger log)
    : config_(std::move(config)),
      ports_(ports),
      log_(std::move(log)),
      functions_(ports.streams, ports.clock) {}

std::optional<RestApiService::Place> RestApiService::find_place(const http::RequestHead& head
) const {
    const auto address = function_address(head);
    if (!address || (!address->region.empty() && small(address->region) != config_.region)) {
        return std::nullopt;
    }
    const triggers::RestApi* const api = ports_.apis.find(small(address->id));
    if (api == nullptr) {
        return std::nullopt;
    }
    Place place;
    place.api_id = api->id;
    place.by_path = address->by_path;
    place.full_path = address->path.empty() ? "/" : std::string(address->path);
    const auto stage = triggers::match_stage(*api, place.full_path);
    if (!stage) {
        return std::nullopt;
    }
    const auto deployment = api->deployments.find(stage->stage->deployment_id);
    if (deployment == api->deployments.end()) {
        return std::nullopt;
    }
    place.stage = stage->stage->name;
    place.variables = stage->stage->variables;
    place.rest.path = stage->path;
    place.rest.deployment_id = deployment->first;
    place.rest.binary_types = api->binary_types;
    const triggers::ApiRoutes& routes = deployment->second.routes;
    auto match = triggers::match_resource(routes, head.method, stage->path);
    if (match) {
        place.route = *match->route;
        place.parameters = std::move(match->parameters);
        place.integration = routes.integrations.at(match->route->integration_id);
        place.rest.resource = match->route->key.substr(match->route->key.find(' ') + 1);
        place.rest.resource_id = match->route->id.substr(0, match->route->id.find('/'));
        place.rest.operation_name = match->route->operation_name;
        const auto authorizer = routes.authorizers.find(match->route->authorizer_id);
        if (authorizer != routes.authorizers.end()) {
            place.authorizer = authorizer->second;
        }
    }
    return place;
}

// Who did not sign at all is told so by the API itself.
bool RestApiService::wants_signature(const http::RequestHead& head) const {
    const auto place = find_place(head);
    return place && place->route && place->route->auth == RestAuth::kIam &&
           (carries_signature(head) || !config_.checks_signatures);
}

triggers::HttpRequest RestApiService::request_at(const Place& place, const Request& request) const {
    const bool by_signature = place.route->auth == RestAuth::kIam;
    triggers::HttpRequest http = urls::visitor_of(request, config_.port, by_signature);
    http.path = place.full_path;
    http.domain = place.api_id + ".execute-api." + config_.region + ".localhost";
    http.domain_id = place.api_id;
    http.account = runtime::kAccountId;
    http.time = ports_.clock.wall_now();
    http.route.key = place.route->key;
    http.route.stage = place.stage;
    http.route.stage_variables = place.variables;
    http.route.parameters = place.parameters;
    return http;
}

Task<http::Response> RestApiService::serve(Request request, http::BodyReader& body) {
    std::optional<Place> place = find_place(request.head);
    const bool by_path = place && place->by_path;
    const bool is_open = place && place->route && place->route->auth != RestAuth::kIam;
    const std::string request_id = request.request_id;
    http::Response response;
    if (!place) {
        response = rest_refusal(403, "ForbiddenException", "Forbidden");
    } else if (!place->route || (!is_open && request.principal.is_stranger)) {
        response = missing_token();
    } else {
        response = co_await visit(std::move(*place), std::move(request), body);
    }
    if (by_path) {
        urls::isolate_page(response);
    }
    response.headers.add("x-amz-apigw-id", triggers::extended_request_id(request_id));
    co_return response;
}

Task<http::Response> RestApiService::visit(Place place, Request request, http::BodyReader& body) {
    triggers::HttpRequest http = request_at(place, request);
    Result<std::string> bytes = co_await body.read_all(kApiBodyBytesMax);
    if (bytes.has_error()) {
        const bool is_large = bytes.error().code() == Code::kTooLarge;
        co_return is_large ? too_long() : rest_refusal(400, "BadRequestException", "Bad Request");
    }
    http.body = std::move(bytes).value();
    Place asked = place;
    std::optional<http::Response> refusal = co_await authorize(std::move(asked), http);
    if (refusal) {
        co_return std::move(*refusal);
    }
    co_return co_await answer(std::move(place), std::move(http));
}

Task<http::Response> RestApiService::answer(Place place, triggers::HttpRequest request) {
    std::string event = triggers::rest_event(request, place.rest);
    if (event.size() > kEventBytesMax) {
        co_return too_long();
    }
    if (place.integration.method != "POST") {
        co_return internal_error(500);  // as Lambda answers API Gateway for any other method
    }
    std::string function = with_variables(place.integration.reference, place.variables);
    const FunctionCalls::Outcome outcome = co_await functions_.invoke(
        std::move(function), std::move(event), place.integration.timeout_ms
    );
    if (outcome.kind == RestKind::kLate) {
        co_return timed_out();
    }
    if (outcome.kind == RestKind::kRejected || outcome.kind == RestKind::kBusy) {
        co_return internal_error(500);
    }
    std::optional<triggers::HttpAnswer> reply;
    if (outcome.kind == RestKind::kAnswered) {
        const bool is_binary =
            triggers::is_binary_type(place.rest.binary_types, field_value(request, "accept"));
        const auto base64 = is_binary ? triggers::Base64::kDecode : triggers::Base64::kKeep;
        reply = triggers::rest_answer(outcome.payload, base64);
    }
    if (!reply) {
        co_return internal_error(502);
    }
    http::Response response;
    response.status = reply->status;
    for (auto& [name, value] : reply->fields) {
        response.headers.add(std::move(name), std::move(value));
    }
    response.body = std::move(reply->body);
    co_return response;
}

Task<std::optional<http::Response>> RestApiService::authorize(
    Place place, triggers::HttpRequest& request
) {
    if (place.route->auth != RestAuth::kCustom) {
        co_return std::nullopt;
    }
    if (!place.authorizer) {
        co_return authorizer_failed();
    }
    auto identity = triggers::identity_of(*place.authorizer, request);
    const bool is_token = place.authorizer->type == triggers::ApiAuthorizer::Type::kToken;
    if (!identity ||
        (is_token &&
         (identity->empty() || !triggers::has_valid_form(*place.authorizer, identity->front())))) {
        co_return unauthorized_caller();
    }
    const std::string arn = "arn:aws:execute-api:" + config_.region + ":" + runtime::kAccountId +
                            ":" + place.api_id + "/" + place.stage + "/" + request.method +
                            triggers::judged_path(place.rest.path);
    const SteadyTime begun = ports_.clock.steady_now();
    Asked asked = co_await decide(std::move(place), request, std::move(*identity), arn);
    if (asked.refusal) {
        co_return std::move(asked.refusal);
    }
    const triggers::Ruling ruling = triggers::rest_ruling(*asked.verdict, arn);
    if (ruling != triggers::Ruling::kAllowed) {
        co_return not_authorized(ruling == triggers::Ruling::kDenied);
    }
    const std::int64_t latency_ms = steady_ms(ports_.clock.steady_now() - begun);
    request.route.authorizer = context_of_caller(*asked.verdict, latency_ms);
    co_return std::nullopt;
}

// The policy of a caller holds for all of the API for as long as the authorizer says, as on AWS.
Task<RestApiService::Asked> RestApiService::decide(
    Place place,
    const triggers::HttpRequest& request,
    std::vector<std::string> identity,
    std::string method_arn
) {
    const triggers::ApiAuthorizer& authorizer = *place.authorizer;
    std::vector<std::string> matter{place.api_id, place.stage, authorizer.id};
    matter.insert(matter.end(), identity.begin(), identity.end());
    const SteadyTime now = ports_.clock.steady_now();
    Asked asked;
    asked.verdict = verdicts_.find(matter, now);
    if (asked.verdict) {
        co_return asked;
    }
    const bool is_token = authorizer.type == triggers::ApiAuthorizer::Type::kToken;
    std::string event = is_token ? triggers::rest_token_event(identity.front(), method_arn)
                                 : triggers::rest_request_event(request, place.rest, method_arn);
    std::string function = with_variables(authorizer.reference, place.variables);
    const FunctionCalls::Outcome outcome =
        co_await functions_.invoke(std::move(function), std::move(event), kAuthorizerTimeMs);
    if (outcome.kind == RestKind::kAnswered) {
        asked.verdict = triggers::rest_verdict_of(outcome.payload);
    }
    if (!asked.verdict) {
        const bool is_refused =
            outcome.kind == RestKind::kFailed && says_unauthorized(outcome.payload);
        asked.refusal = is_refused ? unauthorized_caller() : authorizer_failed();
    } else if (authorizer.ttl_s > 0 && !identity.empty()) {
        verdicts_.keep(matter, *asked.verdict, now, now + std::chrono::seconds(authorizer.ttl_s));
    }
    co_return asked;
}

}  // namespace lambent::api::apigateway
