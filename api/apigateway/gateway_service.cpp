#include "api/apigateway/gateway_service.h"

#include "api/apigateway/gateway_call.h"
#include "api/apigateway/rest_call.h"
#include "api/apigateway/stored_change.h"
#include "api/wire/json.h"

#include <array>
#include <optional>
#include <utility>

namespace lambent::api::apigateway {
namespace {

constexpr std::string_view kPrefix = "/v2/apis";
constexpr std::string_view kRestPrefix = "/restapis";
constexpr std::string_view kTagsPrefix = "/tags/";
constexpr std::uint64_t kBodyBytesMax = 1ULL << 20;

// Whether the path is one of an API; a slash at the end makes no difference.
bool split(std::string_view path, GatewayCall& call) {
    if (!path.starts_with(kPrefix)) {
        return false;
    }
    path.remove_prefix(kPrefix.size());
    for (std::string* part : {&call.api, &call.collection, &call.item}) {
        if (!path.starts_with('/')) {
            break;
        }
        path.remove_prefix(1);
        *part = path.substr(0, path.find('/'));
        path.remove_prefix(part->size());
    }
    return path.empty() || path == "/";
}

bool is_below(std::string_view path, std::string_view prefix) {
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

// "/restapis/a/b" -> {"a", "b"}
std::vector<std::string> segments_below(std::string_view path, std::string_view prefix) {
    std::vector<std::string> segments;
    path.remove_prefix(prefix.size());
    while (path.size() > 1) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        segments.emplace_back(segment);
        path.remove_prefix(segment.size());
    }
    return segments;
}

Served refuse_http(GatewayCall call) {
    co_return no_such_operation(call);
}

Served perform_http(GatewayCall call) {
    if (call.api.empty()) {
        return all_apis(std::move(call));
    }
    if (call.collection.empty()) {
        return one_api(std::move(call));
    }
    using Serve = Served (*)(GatewayCall);
    constexpr std::array<std::pair<std::string_view, Serve>, 6> kCollections{{
        {"cors", api_cors},
        {"routes", api_routes},
        {"integrations", api_integrations},
        {"authorizers", api_authorizers},
        {"stages", api_stages},
        {"deployments", api_deployments},
    }};
    for (const auto& [name, serve] : kCollections) {
        if (call.collection == name) {
            return serve(std::move(call));
        }
    }
    return refuse_http(std::move(call));
}

Task<Answer<nlohmann::json>> read_body(http::BodyReader& body) {
    Result<std::string> text = co_await body.read_all(kBodyBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    if (text->empty()) {
        co_return nlohmann::json::object();
    }
    auto parsed = parse_json(*text);
    if (parsed.has_error() || !parsed->is_object()) {
        co_return bad_request("Invalid JSON input");
    }
    co_return std::move(parsed).value();
}

}  // namespace

GatewayService::GatewayService(GatewayConfig config, GatewayPorts ports, Logger log)
    : config_(std::move(config)), ports_(ports), log_(std::move(log)) {}

Task<http::Response> GatewayService::serve(Request request, http::BodyReader& body) {
    Answer<nlohmann::json> document = co_await read_body(body);
    if (document.has_error()) {
        co_return rest_json_error(document.error());
    }
    Answer<http::Response> answer = co_await perform(std::move(request), std::move(*document));
    if (answer.has_value()) {
        co_return std::move(answer).value();
    }
    if (!answer.error().is_callers_fault()) {
        log_.error("gateway_request_failed", {{"message", answer.error().message()}});
    }
    co_return rest_json_error(answer.error());
}

Task<Answer<http::Response>> GatewayService::perform(Request request, nlohmann::json body) {
    RestCall rest(config_, ports_.rest_apis);
    if (is_below(request.path, kRestPrefix) || request.path.starts_with(kTagsPrefix)) {
        rest.method = request.head.method;
        rest.query = std::move(request.query);
        rest.body = std::move(body);
        if (request.path.starts_with(kTagsPrefix)) {
            std::string arn = request.path.substr(kTagsPrefix.size());
            return rest_tags(std::move(rest), std::move(arn));
        }
        rest.path = segments_below(request.path, kRestPrefix);
        return serve_rest(std::move(rest));
    }
    GatewayCall call(config_, ports_.http_apis);
    call.method = request.head.method;
    call.body = std::move(body);
    return split(request.path, call) ? perform_http(std::move(call)) : refuse_http(std::move(call));
}

http::Response json_response(unsigned status, const nlohmann::json& body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = dump_json(body);
    return response;
}

http::Response no_content() {
    http::Response response;
    response.status = 204;
    return response;
}

AwsError no_such_operation(const GatewayCall& call) {
    return {
        404,
        "UnknownOperationException",
        "lambent does not offer this operation of API Gateway: " + call.method + " " +
            call.collection};
}

Task<Answer<void>> change_api(triggers::HttpApis& apis, std::string id, ApiChange change) {
    const std::int64_t now_ms = apis.now_ms();
    ApiChange apply = [&](triggers::HttpApi& api) -> Answer<void> {
        LAMBENT_TRY(change(api));
        triggers::deploy_automatically(api, now_ms);
        return {};
    };
    co_return co_await change_stored(apis, std::move(id), std::move(apply));
}

}  // namespace lambent::api::apigateway
