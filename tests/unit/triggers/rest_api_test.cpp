#include "triggers/gateway/rest_api.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "triggers/gateway/api_store.h"
#include "triggers/gateway/route_match.h"

#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::triggers;
using lambent::tests::ManualClock;
using lambent::tests::run_flow;
using lambent::tests::TempDir;

namespace {

RestResource& add(RestApi& api, const std::string& id, const std::string& above, const char* part) {
    RestResource resource;
    resource.id = id;
    resource.parent_id = above;
    resource.part = part;
    RestResource& added = api.resources.emplace(id, resource).first->second;
    name_paths(api);
    return added;
}

void lead(RestResource& resource, const std::string& name) {
    RestMethod method;
    method.name = name;
    method.integration.emplace();
    method.integration->reference = "f";
    method.integration->method = "POST";
    resource.methods.emplace(name, method);
}

RestApi pets() {
    RestApi api;
    api.id = "r1";
    api.root_id = "root";
    api.resources["root"].id = "root";
    api.resources["root"].path = "/";
    lead(add(api, "pets", "root", "pets"), "POST");
    lead(add(api, "dog", "pets", "dog"), "GET");
    lead(add(api, "pet", "pets", "{id}"), "GET");
    lead(add(api, "rest", "root", "{proxy+}"), "ANY");
    add(api, "empty", "root", "empty");
    return api;
}

// "resource name=value", or "none".
std::string resource_for(const std::string& method, const std::string& path) {
    const ApiRoutes routes = rest_routes(pets());
    const auto match = match_resource(routes, method, path);
    if (!match) {
        return "none";
    }
    std::string text = match->route->id;
    for (const auto& [name, value] : match->parameters) {
        text += " " + name + "=" + value;
    }
    return text;
}

struct RestFixture {
    RestFixture() { open(); }

    // As after a start of the daemon.
    void open() {
        apis.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(RestApis::migrations()).value();
        apis = std::make_unique<RestApis>(*driver, clock);
        run_flow(loop, apis->load()).value();
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<RestApis> apis;
};

}  // namespace

TEST_CASE("A REST API chooses the path before the method", "[triggers][gateway]") {
    CHECK(resource_for("POST", "/pets") == "pets/POST");
    CHECK(resource_for("POST", "/pets/") == "pets/POST");
    CHECK(resource_for("GET", "/pets") == "none");
    CHECK(resource_for("GET", "/pets/dog") == "dog/GET");
    CHECK(resource_for("GET", "/pets/a%20b") == "pet/GET id=a%20b");
    CHECK(resource_for("PUT", "/pets/a") == "none");
    CHECK(resource_for("PUT", "/pets/a/b") == "rest/ANY proxy=pets/a/b");
    CHECK(resource_for("GET", "/empty") == "rest/ANY proxy=empty");
    CHECK(resource_for("GET", "/") == "none");
}

TEST_CASE("Only methods that lead somewhere can be called", "[triggers][gateway]") {
    RestApi api = pets();
    api.resources.at("dog").methods.at("GET").integration.reset();
    CHECK_FALSE(rest_routes(api).routes.contains("dog/GET"));
    CHECK(rest_routes(api).routes.at("pet/GET").key == "GET /pets/{id}");
}

TEST_CASE("A resource is renamed and removed with all below it", "[triggers][gateway]") {
    RestApi api = pets();
    api.resources.at("pets").part = "animals";
    name_paths(api);
    CHECK(api.resources.at("dog").path == "/animals/dog");
    CHECK(api.resources.at("rest").path == "/{proxy+}");
    remove_resource(api, "pets");
    CHECK(api.resources.size() == 3);
}

TEST_CASE("A stage of a REST API is what its path begins with", "[triggers][gateway]") {
    RestApi api = pets();
    api.stages["prod"].name = "prod";
    REQUIRE(match_stage(api, "/prod/pets/1"));
    CHECK(match_stage(api, "/prod/pets/1")->path == "/pets/1");
    CHECK(match_stage(api, "/prod")->path == "/");
    CHECK_FALSE(match_stage(api, "/pets"));
    CHECK_FALSE(match_stage(api, "/"));
}

TEST_CASE("RestApis keeps all that was acknowledged", "[triggers][RestApis]") {
    RestFixture fixture;
    RestApi api = pets();
    api.name = "shop";
    api.binary_types = {"image/png"};
    api.tags = {{"k", "v"}};
    api.authorizers["z1"].id = "z1";
    api.authorizers["z1"].type = ApiAuthorizer::Type::kToken;
    api.authorizers["z1"].validation = "a.*";
    RestDeployment deployment;
    deployment.id = "d1";
    deployment.routes = rest_routes(api);
    api.deployments["d1"] = deployment;
    api.stages["prod"].name = "prod";
    api.stages["prod"].deployment_id = "d1";
    api.stages["prod"].variables = {{"tone", "blue"}};
    run_flow(fixture.loop, fixture.apis->create(api)).value();
    fixture.open();
    const RestApi* const kept = fixture.apis->find("r1");
    REQUIRE(kept != nullptr);
    CHECK(kept->name == "shop");
    CHECK(kept->binary_types == api.binary_types);
    CHECK(kept->tags.at("k") == "v");
    CHECK(kept->authorizers.at("z1").type == ApiAuthorizer::Type::kToken);
    CHECK(kept->authorizers.at("z1").validation == "a.*");
    CHECK(kept->resources.at("pet").path == "/pets/{id}");
    CHECK(kept->resources.at("pet").methods.at("GET").integration->reference == "f");
    CHECK(kept->deployments.at("d1").routes.routes.contains("pet/GET"));
    CHECK(kept->stages.at("prod").variables.at("tone") == "blue");
    run_flow(fixture.loop, fixture.apis->remove("r1")).value();
    fixture.open();
    CHECK(fixture.apis->list().empty());
}
