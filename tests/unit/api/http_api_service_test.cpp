#include "api/apigateway/http_api_service.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/scripted_invoker.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::api;
using namespace lambent::tests;

namespace {

triggers::HttpApi guarded_api() {
    triggers::HttpApi api;
    api.id = "abcdefghij";
    triggers::ApiAuthorizer authorizer;
    authorizer.id = "z1";
    authorizer.type = triggers::ApiAuthorizer::Type::kJwt;
    authorizer.issuer = "https://i.example";
    triggers::ApiIntegration integration;
    integration.id = "i1";
    integration.reference = "f";
    triggers::ApiRoute route;
    route.id = "r1";
    route.key = "GET /x";
    route.integration_id = "i1";
    route.auth = triggers::ApiRoute::Auth::kJwt;
    route.authorizer_id = "z1";
    api.current.authorizers["z1"] = authorizer;
    api.current.integrations["i1"] = integration;
    api.current.routes["r1"] = route;
    authorizer.id = "z2";
    authorizer.type = triggers::ApiAuthorizer::Type::kRequest;
    authorizer.reference = "guard";
    route.auth = triggers::ApiRoute::Auth::kCustom;
    route.authorizer_id = "z2";
    api.current.authorizers["z2"] = authorizer;
    route.id = "r2";
    route.key = "ANY /admin";
    api.current.routes["r2"] = route;
    route.id = "r3";
    route.key = "ANY /admin/{x}";
    api.current.routes["r3"] = route;
    triggers::ApiStage stage;
    stage.name = "$default";
    stage.deployed = api.current;
    api.stages["$default"] = stage;
    stage.name = "dev";
    api.stages["dev"] = stage;
    return api;
}

// The door of HTTP APIs; what runs functions is scripted.
struct ApiDesk {
    ApiDesk() {
        driver->migrate(triggers::HttpApis::migrations()).value();
        run_flow(loop, apis.create(guarded_api())).value();
    }
    http::Response ask(const std::string& path, const std::string& method = "GET") {
        Request request;
        request.head.method = method;
        request.head.path = path;
        request.head.peer = "127.0.0.1:5000";
        request.head.headers.add("Host", "abcdefghij.execute-api.us-east-1.localhost:4566");
        FixedBody reader("");
        return run_flow(loop, service.serve(std::move(request), reader));
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    ScriptedInvoker invoker;
    std::unique_ptr<sql::SqliteDriver> driver =
        sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
    triggers::HttpApis apis{*driver, clock};
    scheduler::StreamedInvocations streams{loop.get_executor(), invoker, Logger::silent()};
    apigateway::HttpApiService service{
        apigateway::GatewayConfig(),
        apigateway::HttpApiPorts{apis, streams, clock},
        Logger::silent()};
};

}  // namespace

TEST_CASE("An authorizer that looks nowhere lets no token pass", "[api][apigateway]") {
    ApiDesk desk;
    CHECK(desk.ask("/x").status == 401);
    CHECK(desk.ask("/%78").status == 401);
    CHECK(desk.ask("/y").status == 404);
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("No spelling of an HTTP API's path evades what denies it", "[api][apigateway]") {
    ApiDesk desk;
    desk.invoker.parts = {R"({"policyDocument":{"Statement":[
        {"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"},
        {"Effect":"Deny","Action":"execute-api:Invoke",
         "Resource":["*/GET/admin/*","*/GET/admin"]}]}})"};
    for (const char* path :
         {"/admin/x", "/%61dmin/x", "/admin", "/admin/", "/dev/admin", "/d%65v/%61dmin/x/"}) {
        CAPTURE(path);
        CHECK(desk.ask(path).status == 403);
    }
    CHECK(desk.invoker.asked.size() == 6);
    CHECK(desk.ask("/admin", "get").status == 404);
    CHECK(desk.invoker.asked.size() == 6);
}
