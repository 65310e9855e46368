#include "api/apigateway/gateway_call.h"

#include <map>
#include <utility>

// Routes, integrations and authorizers: the parts of an API that live alike.
namespace lambent::api::apigateway {
namespace {

using nlohmann::json;
using triggers::ApiAuthorizer;
using triggers::ApiIntegration;
using triggers::ApiRoute;
using triggers::ApiRoutes;
using triggers::HttpApi;

constexpr std::size_t kIdLength = 7;

struct Routes {
    using Part = ApiRoute;
    static constexpr char kName[] = "Route";
    template <class All>
    static auto& of(All& all) {
        return all.routes;
    }
    static Answer<Part> read(const json& body, Part part, bool, const ApiRoutes& among) {
        return read_route(body, std::move(part), among);
    }
    static json render(const Part& part) { return route_json(part); }
    static bool is_used(const ApiRoutes&, const std::string&) { return false; }
};

struct Integrations {
    using Part = ApiIntegration;
    static constexpr char kName[] = "Integration";
    template <class All>
    static auto& of(All& all) {
        return all.integrations;
    }
    static Answer<Part> read(const json& body, Part part, bool is_new, const ApiRoutes&) {
        return read_integration(body, std::move(part), is_new);
    }
    static json render(const Part& part) { return integration_json(part); }
    static bool is_used(const ApiRoutes& by, const std::string& id) {
        for (const auto& [route_id, route] : by.routes) {
            if (route.integration_id == id) {
                return true;
            }
        }
        return false;
    }
};

struct Authorizers {
    using Part = ApiAuthorizer;
    static constexpr char kName[] = "Authorizer";
    template <class All>
    static auto& of(All& all) {
        return all.authorizers;
    }
    static Answer<Part> read(const json& body, Part part, bool is_new, const ApiRoutes&) {
        return read_authorizer(body, std::move(part), is_new);
    }
    static json render(const Part& part) { return authorizer_json(part); }
    static bool is_used(const ApiRoutes& by, const std::string& id) {
        for (const auto& [route_id, route] : by.routes) {
            if (route.authorizer_id == id) {
                return true;
            }
        }
        return false;
    }
};

// Creates the part that has no id yet, or changes the one that has; what it is then.
template <class Kind>
Task<Answer<json>> put_part(GatewayCall& call, std::string id) {
    const bool is_new = call.item.empty();
    json rendered;
    ApiChange change = [&](HttpApi& api) -> Answer<void> {
        auto& parts = Kind::of(api.current);
        typename Kind::Part part;
        if (is_new) {
            part.id = id;
        } else if (const auto found = parts.find(id); found != parts.end()) {
            part = found->second;
        } else {
            return not_found(Kind::kName, id);
        }
        LAMBENT_TRY(part, Kind::read(call.body, std::move(part), is_new, api.current));
        rendered = Kind::render(part);
        parts.insert_or_assign(id, std::move(part));
        return {};
    };
    LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    co_return rendered;
}

template <class Kind>
Served remove_part(GatewayCall call) {
    ApiChange change = [&call](HttpApi& api) -> Answer<void> {
        if (Kind::is_used(api.current, call.item)) {
            return conflict(
                std::string("Cannot delete ") + Kind::kName + " '" + call.item +
                "' because it is referenced by a Route."
            );
        }
        if (Kind::of(api.current).erase(call.item) == 0) {
            return not_found(Kind::kName, call.item);
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await change_api(call.apis, call.api, std::move(change)));
    co_return no_content();
}

template <class Kind>
Answer<http::Response> show_parts(const GatewayCall& call, const HttpApi& api) {
    const auto& parts = Kind::of(api.current);
    if (!call.item.empty()) {
        const auto found = parts.find(call.item);
        if (found == parts.end()) {
            return not_found(Kind::kName, call.item);
        }
        return json_response(200, Kind::render(found->second));
    }
    json items = json::array();
    for (const auto& [id, part] : parts) {
        items.push_back(Kind::render(part));
    }
    return json_response(200, json{{"items", std::move(items)}});
}

template <class Kind>
Served serve_parts(GatewayCall call) {
    const HttpApi* const api = call.apis.find(call.api);
    if (api == nullptr) {
        co_return not_found("API", call.api);
    }
    if (call.method == "GET") {
        co_return show_parts<Kind>(call, *api);
    }
    if (call.method == "POST" && call.item.empty()) {
        std::string id = triggers::new_api_id(kIdLength);
        LAMBENT_CO_TRY(const json made, co_await put_part<Kind>(call, std::move(id)));
        co_return json_response(201, made);
    }
    if (call.method == "PATCH" && !call.item.empty()) {
        std::string id = call.item;
        LAMBENT_CO_TRY(const json changed, co_await put_part<Kind>(call, std::move(id)));
        co_return json_response(200, changed);
    }
    if (call.method == "DELETE" && !call.item.empty()) {
        co_return co_await remove_part<Kind>(std::move(call));
    }
    co_return no_such_operation(call);
}

}  // namespace

Served api_routes(GatewayCall call) {
    return serve_parts<Routes>(std::move(call));
}

Served api_integrations(GatewayCall call) {
    return serve_parts<Integrations>(std::move(call));
}

Served api_authorizers(GatewayCall call) {
    return serve_parts<Authorizers>(std::move(call));
}

}  // namespace lambent::api::apigateway
