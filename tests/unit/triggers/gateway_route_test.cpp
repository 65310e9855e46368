#include "triggers/gateway/route_match.h"

#include <catch2/catch.hpp>

using namespace lambent::triggers;

namespace {

ApiRoutes routes_of(const std::vector<std::string>& keys) {
    ApiRoutes all;
    for (const std::string& key : keys) {
        ApiRoute route;
        route.id = "r" + std::to_string(all.routes.size());
        route.key = key;
        all.routes.emplace(route.id, route);
    }
    return all;
}

// "key name=value …", or "none".
std::string chosen(const ApiRoutes& routes, const std::string& method, const std::string& path) {
    const auto match = match_route(routes, method, path);
    if (!match) {
        return "none";
    }
    std::string text = match->route->key;
    for (const auto& [name, value] : match->parameters) {
        text += " " + name + "=" + value;
    }
    return text;
}

}  // namespace

TEST_CASE("The most specific route is chosen", "[triggers][gateway]") {
    const ApiRoutes routes = routes_of(
        {"GET /pets/dog/1",
         "GET /pets/dog/{id}",
         "GET /pets/{proxy+}",
         "ANY /{proxy+}",
         "$default",
         "GET /pets",
         "ANY /pets",
         "POST /{a}/{b}",
         "GET /"}
    );
    const auto [method, path, route] = GENERATE(table<std::string, std::string, std::string>({
        {"GET", "/pets/dog/1", "GET /pets/dog/1"},
        {"GET", "/pets/dog/2", "GET /pets/dog/{id} id=2"},
        {"GET", "/pets/cat/1", "GET /pets/{proxy+} proxy=cat/1"},
        {"POST", "/pets/dog/1", "ANY /{proxy+} proxy=pets/dog/1"},
        {"POST", "/x/y", "POST /{a}/{b} a=x b=y"},
        {"GET", "/pets", "GET /pets"},
        {"GET", "/pets/", "GET /pets"},
        {"PUT", "/pets", "ANY /pets"},
        {"GET", "/", "GET /"},
        {"POST", "/", "$default"},
        {"GET", "/a%2Fb/c%20d", "ANY /{proxy+} proxy=a/b/c d"},
    }));
    CAPTURE(method, path);
    CHECK(chosen(routes, method, path) == route);
}

TEST_CASE("A path takes the same route however it is spelt", "[triggers][gateway]") {
    const ApiRoutes routes = routes_of({"GET /admin/{id}", "ANY /{proxy+}", "GET /a%20b"});
    CHECK(chosen(routes, "GET", "/%61dmin/5") == "GET /admin/{id} id=5");
    CHECK(chosen(routes, "GET", "/a%20b") == "GET /a%20b");
    CHECK(chosen(routes, "GET", "/a b") == "GET /a%20b");
    CHECK(chosen(routes, "GET", "/admin%2F5") == "ANY /{proxy+} proxy=admin/5");
}

TEST_CASE("A path is judged the same however it is spelt", "[triggers][gateway]") {
    for (const char* spelt : {"/admin/x", "/%61dmin/x", "/admin/x/", "/admin/%78/"}) {
        CHECK(judged_path(spelt) == "/admin/x");
    }
    CHECK(judged_path("/admin/") == "/admin");
    CHECK(judged_path("/admin%2fx") == "/admin%2Fx");
    CHECK(judged_path("/a%20b") == "/a b");
    CHECK(judged_path("/") == "/");
}

TEST_CASE("A method is what it is in upper case, or none", "[triggers][gateway]") {
    const ApiRoutes routes = routes_of({"ANY /admin", "$default"});
    for (const char* method : {"get", "Get", "ANY", "TRACE", "GETS", ""}) {
        CHECK(chosen(routes, method, "/admin") == "none");
        CHECK(chosen(routes, method, "/other") == "none");
        CHECK_FALSE(match_resource(routes_of({"ANY /admin"}), method, "/admin"));
    }
    CHECK(chosen(routes, "OPTIONS", "/admin") == "ANY /admin");
}

TEST_CASE("No route is chosen where none fits", "[triggers][gateway]") {
    const ApiRoutes routes = routes_of({"GET /a/{b}", "POST /c/{d+}"});
    CHECK(chosen(routes, "GET", "/a") == "none");
    CHECK(chosen(routes, "GET", "/a/b/c") == "none");
    CHECK(chosen(routes, "POST", "/a/b") == "none");
    CHECK(chosen(routes, "POST", "/c") == "none");
    CHECK(chosen(routes, "GET", "/A/b") == "none");
}

TEST_CASE("Keys of routes have a method and a path", "[triggers][gateway]") {
    const auto good = GENERATE(
        as<std::string>{}, "$default", "GET /", "ANY /a/{b}/c", "PATCH /{proxy+}", "GET /a/b+c"
    );
    CHECK(is_route_key(good));
    const auto bad = GENERATE(
        as<std::string>{},
        "",
        "GET",
        "GET ",
        "get /",
        "GET a",
        "FETCH /a",
        "GET /{a+}/b",
        "GET /{}",
        "GET /{a}/{a}",
        "GET /a{b}",
        "GET //a",
        "GET /{a{b}}"
    );
    CAPTURE(bad);
    CHECK_FALSE(is_route_key(bad));
}

TEST_CASE("A path begins with its stage", "[triggers][gateway]") {
    HttpApi api;
    for (const char* name : {"$default", "dev"}) {
        api.stages[name].name = name;
    }
    const auto stage_of = [&](const std::string& path) {
        const auto match = match_stage(api, path);
        return match ? match->stage->name + " " + match->path : "none";
    };
    CHECK(stage_of("/dev/a") == "dev /a");
    CHECK(stage_of("/dev") == "dev /");
    CHECK(stage_of("/d%65v/a%20b") == "dev /a%20b");
    CHECK(stage_of("/developers") == "$default /developers");
    CHECK(stage_of("/") == "$default /");
    CHECK(stage_of("/$default/a") == "$default /$default/a");
    api.stages.erase("$default");
    CHECK(stage_of("/a") == "none");
}
