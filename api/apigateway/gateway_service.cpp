#include "api/apigateway/gateway_service.h"

#include "api/apigateway/gateway_call.h"
#include "api/wire/json.h"

#include <array>
#include <optional>
#include <utility>

namespace lambent::api::apigateway {
namespace {

constexpr std::string_view kPrefix = "/v2/apis";
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

Served perform(GatewayCall call) {
    if (call.api.empty()) {
        return all_apis(std::move(call));
    }
    if (call.collection.empty()) {
        return one_api(std::move(call));
    }
    using Serve = Served (*)(GatewayCall);
    constexpr std::array<std::pair<std::string_view, Serve>, 5> kCollections{{
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
    constexpr auto kRefuse = [](GatewayCall refused) -> Served {
        co_return no_such_operation(refused);
    };
    return kRefuse(std::move(call));
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

GatewayService::GatewayService(GatewayConfig config, triggers::HttpApis& apis, Logger log)
    : config_(std::move(config)), apis_(apis), log_(std::move(log)) {}

Task<http::Response> GatewayService::serve(Request request, http::BodyReader& body) {
    GatewayCall call(config_, apis_);
    call.method = request.head.method;
    if (!split(request.path, call)) {
        co_return rest_json_error(no_such_operation(call));
    }
    Answer<nlohmann::json> document = co_await read_body(body);
    if (document.has_error()) {
        co_return rest_json_error(document.error());
    }
    call.body = std::move(document).value();
    Answer<http::Response> answer = co_await perform(std::move(call));
    if (answer.has_value()) {
        co_return std::move(answer).value();
    }
    if (!answer.error().is_callers_fault()) {
        log_.error("gateway_request_failed", {{"message", answer.error().message()}});
    }
    co_return rest_json_error(answer.error());
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
    std::optional<AwsError> refused;
    const std::int64_t now_ms = apis.now_ms();
    triggers::HttpApis::Change apply = [&](triggers::HttpApi& api) -> Result<void> {
        const Answer<void> changed = change(api);
        if (changed.has_error()) {
            refused = changed.error();
            return Error(Code::kInvalidArgument, "refused");
        }
        triggers::deploy_automatically(api, now_ms);
        return {};
    };
    const Result<void> updated = co_await apis.update(std::move(id), std::move(apply));
    if (refused) {
        co_return *refused;
    }
    if (updated.has_error()) {
        co_return from_error(updated.error());
    }
    co_return Answer<void>();
}

}  // namespace lambent::api::apigateway
