#include "api/apigateway/http_api_service.h"

#include "api/urls/url_answers.h"
#include "api/urls/visitor.h"
#include "api/wire/json.h"
#include "api/wire/routing.h"
#include "runtime/functions/function.h"
#include "triggers/gateway/jwt.h"
#include "triggers/gateway/proxy_event.h"
#include "triggers/http/cors.h"
#include "triggers/http/http_answer.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace lambent::api::apigateway {
namespace {

using triggers::ApiRoute;
using CallKind = FunctionCalls::Outcome::Kind;

http::Response said(unsigned status, const char* message) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = std::string("{\"message\":\"") + message + "\"}";
    return response;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return out;
}

http::Response unauthorized() {
    http::Response response = said(401, "Unauthorized");
    response.headers.add("WWW-Authenticate", "Bearer");
    return response;
}

// "Bearer <token>", or the token alone.
std::string bearer_of(const std::string& value) {
    constexpr std::string_view kScheme = "bearer ";
    const bool has_scheme =
        value.size() > kScheme.size() && lower(value.substr(0, kScheme.size())) == kScheme;
    return has_scheme ? value.substr(kScheme.size()) : value;
}

bool have_common(const std::vector<std::string>& some, const std::vector<std::string>& others) {
    return std::any_of(some.begin(), some.end(), [&](const std::string& one) {
        return std::find(others.begin(), others.end(), one) != others.end();
    });
}

std::string jwt_context(const triggers::JwtClaims& claims) {
    nlohmann::json scopes;
    if (!claims.scopes.empty()) {
        scopes = claims.scopes;
    }
    return "{\"jwt\":{\"claims\":" + claims.document + ",\"scopes\":" + dump_json(scopes) + "}}";
}

template <class Parts>
auto part_of(const Parts& parts, const std::string& id) {
    using Part = typename Parts::mapped_type;
    const auto found = parts.find(id);
    return found == parts.end() ? std::optional<Part>() : std::optional<Part>(found->second);
}

}  // namespace

HttpApiService::HttpApiService(GatewayConfig config, HttpApiPorts ports, Logger log)
    : config_(std::move(config)),
      ports_(ports),
      log_(std::move(log)),
      functions_(ports.streams, ports.clock),
      keys_(ports.clock, config_.reach) {}

std::optional<HttpApiService::Place> HttpApiService::find_place(const http::RequestHead& head
) const {
    const auto address = function_address(head);
    if (!address || (!address->region.empty() && lower(address->region) != config_.region)) {
        return std::nullopt;
    }
    const triggers::HttpApi* const api = ports_.apis.find(lower(address->id));
    if (api == nullptr) {
        return std::nullopt;
    }
    Place place;
    place.api_id = api->id;
    place.by_path = address->by_path;
    place.cors = api->cors;
    place.full_path = address->path.empty() ? "/" : std::string(address->path);
    const auto stage = triggers::match_stage(*api, place.full_path);
    if (!stage || !stage->stage->deployed) {
        return place;
    }
    const triggers::ApiRoutes& routes = *stage->stage->deployed;
    place.stage = stage->stage->name;
    place.path = stage->path;
    place.variables = stage->stage->variables;
    auto match = triggers::match_route(routes, head.method, stage->path);
    if (match) {
        place.route = *match->route;
        place.parameters = std::move(match->parameters);
        place.integration = part_of(routes.integrations, place.route->integration_id);
        place.authorizer = part_of(routes.authorizers, place.route->authorizer_id);
    }
    return place;
}

bool HttpApiService::wants_signature(const http::RequestHead& head) const {
    const auto place = find_place(head);
    const bool is_question = head.method == "OPTIONS" && head.headers.find("origin") &&
                             head.headers.find("access-control-request-method");
    return place && place->route && place->route->auth == ApiRoute::Auth::kIam &&
           !(place->cors && is_question);
}

triggers::HttpRequest HttpApiService::request_at(const Place& place, const Request& request) const {
    const bool is_signed = place.route && place.route->auth == ApiRoute::Auth::kIam;
    triggers::HttpRequest http = urls::visitor_of(request, config_.port, is_signed);
    http.path = place.full_path;
    http.domain = place.api_id + ".execute-api." + config_.region + ".localhost";
    http.domain_id = place.api_id;
    http.account = runtime::kAccountId;
    http.time = ports_.clock.wall_now();
    http.route.stage = place.stage;
    http.route.stage_variables = place.variables;
    http.route.parameters = place.parameters;
    if (place.route) {
        http.route.key = place.route->key;
    }
    return http;
}

Task<http::Response> HttpApiService::serve(Request request, http::BodyReader& body) {
    std::optional<Place> place = find_place(request.head);
    if (!place) {
        co_return said(404, "Not Found");
    }
    triggers::HttpRequest http = request_at(*place, request);
    const auto cors = place->cors;
    const bool by_path = place->by_path;
    http::Response response;
    if (cors && triggers::is_preflight(http)) {
        response.status = 204;
    } else if (!place->route || !place->integration) {
        response = said(404, "Not Found");
    } else if (place->route->auth == ApiRoute::Auth::kIam && request.principal.is_stranger) {
        response = said(403, "Forbidden");  // it was open when the request began
    } else {
        Result<std::string> bytes = co_await body.read_all(kApiBodyBytesMax);
        if (bytes.has_error()) {
            const bool is_large = bytes.error().code() == Code::kTooLarge;
            co_return is_large ? said(413, "Request Entity Too Large") : said(400, "Bad Request");
        }
        http.body = std::move(bytes).value();
        triggers::HttpRequest asked = http;
        response = co_await answer(std::move(*place), std::move(asked));
    }
    if (cors) {
        for (auto& [name, value] : triggers::cors_fields(*cors, http)) {
            response.headers.set(name, std::move(value));
        }
    }
    if (by_path) {
        urls::isolate_page(response);
    }
    response.headers.add("apigw-requestid", http.request_id);
    co_return response;
}

Task<http::Response> HttpApiService::answer(Place place, triggers::HttpRequest request) {
    std::optional<http::Response> refusal = co_await authorize(place, request);
    if (refusal) {
        co_return std::move(*refusal);
    }
    const triggers::ApiIntegration& integration = *place.integration;
    const bool is_proxy = integration.payload_version == "1.0";
    const std::string key = place.route->key;
    const std::string resource = key.starts_with('$') ? key : key.substr(key.find(' ') + 1);
    std::string event =
        is_proxy ? triggers::proxy_event(request, resource) : triggers::http_event(request);
    if (event.size() > kEventBytesMax) {
        co_return said(413, "Request Entity Too Large");
    }
    std::string function = with_variables(integration.reference, place.variables);
    FunctionCalls::Outcome outcome =
        co_await functions_.invoke(std::move(function), std::move(event), integration.timeout_ms);
    if (outcome.kind == CallKind::kBusy || outcome.kind == CallKind::kLate) {
        co_return said(503, "Service Unavailable");
    }
    std::optional<triggers::HttpAnswer> answer;
    if (outcome.kind == CallKind::kAnswered) {
        answer = is_proxy ? triggers::proxy_answer(outcome.payload)
                          : triggers::http_answer(std::move(outcome.payload));
    }
    if (!answer) {
        co_return said(500, "Internal Server Error");
    }
    http::Response response;
    response.status = answer->status;
    for (auto& [name, value] : answer->fields) {
        if (!place.cors || !triggers::is_cors_field(name)) {
            response.headers.add(std::move(name), std::move(value));
        }
    }
    response.body = std::move(answer->body);
    co_return response;
}

Task<std::optional<http::Response>> HttpApiService::authorize(
    Place place, triggers::HttpRequest& request
) {
    const ApiRoute::Auth auth = place.route->auth;
    if (auth != ApiRoute::Auth::kCustom && auth != ApiRoute::Auth::kJwt) {
        co_return std::nullopt;
    }
    if (!place.authorizer) {
        co_return said(500, "Internal Server Error");
    }
    if (auth == ApiRoute::Auth::kJwt) {
        co_return co_await check_token(std::move(place), request);
    }
    co_return co_await ask_function(std::move(place), request);
}

Task<std::optional<http::Response>> HttpApiService::check_token(
    Place place, triggers::HttpRequest& request
) {
    const triggers::ApiAuthorizer& authorizer = *place.authorizer;
    const auto identity = triggers::identity_of(authorizer, request);
    const std::string token = identity && !identity->empty() ? bearer_of(identity->front()) : "";
    const auto key_id = triggers::jwt_key_id(token);
    if (!key_id) {
        co_return unauthorized();
    }
    const auto keys = co_await keys_.find(authorizer.issuer, *key_id);
    if (keys.has_error()) {
        log_.warn(
            "issuer_failed", {{"issuer", authorizer.issuer}, {"reason", keys.error().message()}}
        );
        co_return said(500, "Internal Server Error");
    }
    const triggers::JwtRules rules{authorizer.issuer, authorizer.audience};
    const auto claims = triggers::jwt_claims(token, *keys, rules, ports_.clock.wall_now());
    if (!claims) {
        co_return unauthorized();
    }
    if (!place.route->scopes.empty() && !have_common(place.route->scopes, claims->scopes)) {
        co_return said(403, "Forbidden");
    }
    request.route.authorizer = jwt_context(*claims);
    co_return std::nullopt;
}

Task<std::optional<http::Response>> HttpApiService::ask_function(
    Place place, triggers::HttpRequest& request
) {
    auto identity = triggers::identity_of(*place.authorizer, request);
    if (!identity) {
        co_return said(401, "Unauthorized");
    }
    const auto verdict = co_await decide(std::move(place), request, std::move(*identity));
    if (!verdict) {
        co_return said(500, "Internal Server Error");
    }
    if (!verdict->is_allowed) {
        co_return said(403, "Forbidden");
    }
    request.route.authorizer = "{\"lambda\":" + verdict->context + "}";
    co_return std::nullopt;
}

// What was decided a while ago holds for as long as the authorizer says.
Task<std::optional<triggers::Verdict>> HttpApiService::decide(
    Place place, const triggers::HttpRequest& request, std::vector<std::string> identity
) {
    const triggers::ApiAuthorizer& authorizer = *place.authorizer;
    const std::string arn = "arn:aws:execute-api:" + config_.region + ":" + runtime::kAccountId +
                            ":" + place.api_id + "/" + place.stage + "/" + request.method +
                            triggers::judged_path(place.path);
    std::vector<std::string> matter{place.api_id, place.stage, authorizer.id};
    matter.insert(matter.end(), identity.begin(), identity.end());
    if (!authorizer.simple_responses) {
        matter.push_back(arn);  // a policy may say something else of each
    }
    const SteadyTime now = ports_.clock.steady_now();
    auto known = verdicts_.find(matter, now);
    if (known) {
        co_return known;
    }
    std::string event = triggers::authorizer_event(request, identity, arn);
    std::string function = with_variables(authorizer.reference, place.variables);
    const FunctionCalls::Outcome outcome =
        co_await functions_.invoke(std::move(function), std::move(event), kAuthorizerTimeMs);
    if (outcome.kind != CallKind::kAnswered) {
        co_return std::nullopt;
    }
    auto verdict = triggers::verdict_of(authorizer, outcome.payload, arn);
    if (verdict && authorizer.ttl_s > 0) {
        verdicts_.keep(matter, *verdict, now, now + std::chrono::seconds(authorizer.ttl_s));
    }
    co_return verdict;
}

}  // namespace lambent::api::apigateway
