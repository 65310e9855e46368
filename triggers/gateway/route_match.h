#pragma once

#include "triggers/gateway/http_api.h"
#include "triggers/gateway/rest_api.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::triggers {

// Whether a text has the shape of a route's key: "$default", or a method and a path whose segments
// are literal, "{name}", or, at the end, "{name+}"; names at most once.
bool is_route_key(std::string_view key);

struct RouteMatch {
    const ApiRoute* route = nullptr;  // borrowed from the routes that were asked
    std::map<std::string, std::string> parameters;
};

// The most specific route for a request, as API Gateway chooses: a whole path before a greedy one,
// a literal segment before a parameter, a method before ANY, and $default last. `path` is raw,
// without the stage; its segments are compared decoded, so that no spelling of a path evades the
// route that is meant for it. Parameters are decoded once. Methods are API Gateway's seven, in
// upper case: no route, not even $default, is for another. Pure.
std::optional<RouteMatch> match_route(
    const ApiRoutes& routes, std::string_view method, std::string_view path
);

// The same for a REST API: the most specific path is chosen first, whatever methods it has, and
// then the method; another path is not tried. Parameters are raw, as REST APIs pass them on. Pure.
std::optional<RouteMatch> match_resource(
    const ApiRoutes& routes, std::string_view method, std::string_view path
);

// The path that an authorizer's policy is asked about, of both kinds of API: of the segments that
// are compared above, decoded, where "/" inside of one is "%2F"; no slash at the end. `path` is
// raw, without the stage. However a path is spelt, its route and its judgement go together. Pure.
std::string judged_path(std::string_view path);

// The stage that a path begins with, and what is left of the path; else $default, if there is one.
struct StageMatch {
    const ApiStage* stage = nullptr;  // borrowed from the API
    std::string path;
};
std::optional<StageMatch> match_stage(const HttpApi& api, std::string_view path);

// The stage of a REST API that a path begins with: there is no other way to one.
struct RestStageMatch {
    const RestStage* stage = nullptr;  // borrowed from the API
    std::string path;
};
std::optional<RestStageMatch> match_stage(const RestApi& api, std::string_view path);

}  // namespace lambent::triggers
