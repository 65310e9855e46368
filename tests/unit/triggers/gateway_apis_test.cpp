#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "triggers/gateway/api_row.h"
#include "triggers/gateway/http_apis.h"

#include <catch2/catch.hpp>

#include <exception>
#include <memory>
#include <optional>

using namespace lambent;
using namespace lambent::triggers;
using lambent::tests::ManualClock;
using lambent::tests::run_flow;
using lambent::tests::TempDir;

namespace {

struct ApiFixture {
    ApiFixture() { open(); }

    // As after a start of the daemon.
    void open() {
        apis.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(HttpApis::migrations()).value();
        apis = std::make_unique<HttpApis>(*driver, clock);
        run_flow(loop, apis->load()).value();
    }
    Result<void> update(HttpApis::Change change) {
        return run_flow(loop, apis->update("a1", std::move(change)));
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<HttpApis> apis;
};

HttpApi whole_api() {
    HttpApi api;
    api.id = "a1";
    api.name = "shop";
    api.tags = {{"k", "v"}};
    api.cors.emplace();
    api.cors->allow_origins = {"https://a.example"};
    ApiIntegration integration;
    integration.id = "i1";
    integration.reference = "f:live";
    integration.timeout_ms = 500;
    ApiAuthorizer authorizer;
    authorizer.id = "z1";
    authorizer.type = ApiAuthorizer::Type::kJwt;
    authorizer.issuer = "https://i.example";
    authorizer.audience = {"shop"};
    ApiRoute route;
    route.id = "r1";
    route.key = "GET /x";
    route.integration_id = "i1";
    route.auth = ApiRoute::Auth::kJwt;
    route.authorizer_id = "z1";
    route.scopes = {"read"};
    api.current.integrations["i1"] = integration;
    api.current.authorizers["z1"] = authorizer;
    api.current.routes["r1"] = route;
    ApiStage stage;
    stage.name = "dev";
    stage.variables = {{"tone", "blue"}};
    deploy_stage(api, stage, 7);
    api.stages["dev"] = stage;
    return api;
}

}  // namespace

TEST_CASE("A row of an HTTP API is read back, with fields that are null or not there") {
    HttpApi api = whole_api();
    api.cors->max_age_s = 60;
    const std::string text = ApiRow<HttpApi>::text(api);
    CHECK(ApiRow<HttpApi>::read("a1", text)->cors->max_age_s == 60);
    std::string without = text;
    const std::string said = "\"max_age_s\":60";
    without.replace(without.find(said), said.size(), "\"max_age_s\":null");
    const auto read = ApiRow<HttpApi>::read("a1", without);
    REQUIRE(read.has_value());
    CHECK(read->id == "a1");
    CHECK(read->cors->allow_origins == api.cors->allow_origins);
    CHECK_FALSE(read->cors->max_age_s.has_value());
    api.cors.reset();
    CHECK_FALSE(ApiRow<HttpApi>::read("a1", ApiRow<HttpApi>::text(api))->cors.has_value());
    const auto broken = ApiRow<HttpApi>::read("a1", "{}");
    REQUIRE(broken.has_error());
    CHECK(broken.error().code() == Code::kCorrupted);
}

TEST_CASE("HttpApis keeps all that was acknowledged", "[triggers][HttpApis]") {
    ApiFixture fixture;
    run_flow(fixture.loop, fixture.apis->create(whole_api())).value();
    fixture.open();
    const HttpApi* const api = fixture.apis->find("a1");
    REQUIRE(api != nullptr);
    CHECK(api->tags.at("k") == "v");
    CHECK(api->cors->allow_origins.size() == 1);
    CHECK(api->current.integrations.at("i1").timeout_ms == 500);
    CHECK(api->current.authorizers.at("z1").type == ApiAuthorizer::Type::kJwt);
    const ApiStage& stage = api->stages.at("dev");
    CHECK(stage.variables.at("tone") == "blue");
    CHECK(stage.modified_ms == 7);
    const ApiRoute& route = stage.deployed->routes.at("r1");
    CHECK(route.auth == ApiRoute::Auth::kJwt);
    CHECK(route.scopes == std::vector<std::string>{"read"});
    run_flow(fixture.loop, fixture.apis->remove("a1")).value();
    fixture.open();
    CHECK(fixture.apis->list().empty());
}

TEST_CASE("HttpApis keeps no change that is refused", "[triggers][HttpApis]") {
    ApiFixture fixture;
    CHECK(
        fixture.update([](HttpApi&) { return Result<void>(); }).error().code() == Code::kNotFound
    );
    run_flow(fixture.loop, fixture.apis->create(whole_api())).value();
    const auto refuse = [](HttpApi& api) -> Result<void> {
        api.name = "other";
        return Error(Code::kInvalidArgument, "no");
    };
    CHECK(fixture.update(refuse).has_error());
    CHECK(fixture.apis->find("a1")->name == "shop");
}

TEST_CASE("HttpApis brings back nothing that is removed meanwhile", "[triggers][HttpApis]") {
    ApiFixture fixture;
    run_flow(fixture.loop, fixture.apis->create(whole_api())).value();
    const auto rename = [](HttpApi& api) -> Result<void> {
        api.name = "other";
        return {};
    };
    std::optional<Result<void>> removed;
    std::optional<Result<void>> updated;
    // Both begin before either ends.
    boost::asio::co_spawn(
        fixture.loop,
        fixture.apis->remove("a1"),
        [&](const std::exception_ptr&, Result<void> result) { removed = std::move(result); }
    );
    boost::asio::co_spawn(
        fixture.loop,
        fixture.apis->update("a1", rename),
        [&](const std::exception_ptr&, Result<void> result) { updated = std::move(result); }
    );
    fixture.loop.restart();
    fixture.loop.run_for(lambent::tests::kHangGuard);
    REQUIRE((removed && updated));
    CHECK(removed->has_value());
    REQUIRE(updated->has_error());
    CHECK(updated->error().code() == Code::kNotFound);
    CHECK(fixture.apis->list().empty());
    fixture.open();
    CHECK(fixture.apis->list().empty());
}

TEST_CASE("A stage serves what was deployed", "[triggers][HttpApis]") {
    HttpApi api = whole_api();
    api.current.routes.clear();
    deploy_automatically(api, 8);
    CHECK(api.stages.at("dev").deployed->routes.size() == 1);
    api.stages.at("dev").auto_deploy = true;
    deploy_automatically(api, 9);
    CHECK(api.stages.at("dev").deployed->routes.empty());
    CHECK(api.stages.at("dev").modified_ms == 9);
}
