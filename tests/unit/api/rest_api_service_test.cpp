#include "api/apigateway/api_door.h"
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

triggers::RestApi guarded_rest_api() {
    triggers::RestApi api;
    api.id = "abcdefghij";
    api.root_id = "root";
    triggers::RestMethod method;
    method.name = "GET";
    method.integration.emplace();
    method.integration->reference = "f";
    method.integration->timeout_ms = 50;
    triggers::RestResource root;
    root.id = "root";
    root.path = "/";
    root.methods["GET"] = method;
    method.name = "POST";
    method.auth = triggers::ApiRoute::Auth::kIam;
    root.methods["POST"] = method;
    api.resources["root"] = root;
    triggers::ApiAuthorizer authorizer;
    authorizer.id = "z1";
    authorizer.type = triggers::ApiAuthorizer::Type::kToken;
    authorizer.reference = "guard";
    authorizer.identity_sources = {"$request.header.Authorization"};
    api.authorizers["z1"] = authorizer;
    method.name = "ANY";
    method.auth = triggers::ApiRoute::Auth::kCustom;
    method.authorizer_id = "z1";
    triggers::RestResource admin;
    admin.id = "admin";
    admin.parent_id = "root";
    admin.part = "admin";
    admin.methods["ANY"] = method;
    triggers::RestResource below = admin;
    below.id = "below";
    below.parent_id = "admin";
    below.part = "{x}";
    api.resources["admin"] = admin;
    api.resources["below"] = below;
    triggers::name_paths(api);
    triggers::RestDeployment deployment;
    deployment.id = "d1";
    deployment.routes = triggers::rest_routes(api);
    api.deployments["d1"] = deployment;
    api.stages["prod"].name = "prod";
    api.stages["prod"].deployment_id = "d1";
    return api;
}

// The door of all APIs; what runs functions is scripted.
struct RestDesk {
    RestDesk() {
        driver->migrate(triggers::RestApis::migrations()).value();
        run_flow(loop, rest_apis.create(guarded_rest_api())).value();
    }
    Request request(const std::string& method, const std::string& path) {
        Request made;
        made.head.method = method;
        made.head.path = path;
        made.head.peer = "127.0.0.1:5000";
        made.head.headers.add("Host", "abcdefghij.execute-api.us-east-1.localhost:4566");
        return made;
    }
    http::Response ask(Request made) {
        FixedBody reader("");
        return run_flow(loop, door.serve(std::move(made), reader));
    }
    std::string text(const http::Response& response) {
        return std::to_string(response.status) + " " + std::get<std::string>(response.body);
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    ScriptedInvoker invoker;
    std::unique_ptr<sql::SqliteDriver> driver =
        sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
    triggers::HttpApis http_apis{*driver, clock};
    triggers::RestApis rest_apis{*driver, clock};
    scheduler::StreamedInvocations streams{loop.get_executor(), invoker, Logger::silent()};
    apigateway::ApiDoor door{
        apigateway::GatewayConfig(),
        apigateway::ApiDoorPorts{http_apis, rest_apis, streams, clock},
        Logger::silent()};
};

}  // namespace

TEST_CASE("A REST API names what it does not have in AWS's words", "[api][apigateway]") {
    RestDesk desk;
    CHECK(desk.text(desk.ask(desk.request("GET", "/"))) == R"(403 {"message":"Forbidden"})");
    const http::Response unknown = desk.ask(desk.request("GET", "/prod/x"));
    CHECK(desk.text(unknown) == R"(403 {"message":"Missing Authentication Token"})");
    CHECK(unknown.headers.find("x-amzn-ErrorType") == "MissingAuthenticationTokenException");
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("Who does not sign for a REST API is told so by the API", "[api][apigateway]") {
    RestDesk desk;
    Request made = desk.request("POST", "/prod");
    CHECK_FALSE(desk.door.wants_signature(made.head));
    made.principal.is_stranger = true;
    CHECK(
        desk.text(desk.ask(std::move(made))) == R"(403 {"message":"Missing Authentication Token"})"
    );
    Request tried = desk.request("POST", "/prod");
    tried.head.headers.add("Authorization", "AWS4-HMAC-SHA256 …");
    CHECK(desk.door.wants_signature(tried.head));
    CHECK_FALSE(desk.door.wants_signature(desk.request("GET", "/prod").head));
}

TEST_CASE("What a function did is told as API Gateway tells it", "[api][apigateway]") {
    RestDesk desk;
    const std::string broken = R"({"message": "Internal server error"})";
    desk.invoker.parts = {R"({"statusCode":201,"body":"hi"})"};
    CHECK(desk.text(desk.ask(desk.request("GET", "/prod"))) == "201 hi");
    desk.invoker.parts = {"no JSON"};
    CHECK(desk.text(desk.ask(desk.request("GET", "/prod"))) == "502 " + broken);
    scheduler::InvocationResult failed;
    failed.outcome.kind = runtime::OutcomeKind::kFunctionError;
    desk.invoker.answer = failed;
    CHECK(desk.text(desk.ask(desk.request("GET", "/prod"))) == "502 " + broken);
    for (const Code code : {Code::kThrottled, Code::kNotFound}) {
        desk.invoker.answer = Error(code, "refused");
        CHECK(desk.text(desk.ask(desk.request("GET", "/prod"))) == "500 " + broken);
    }
}

TEST_CASE("No spelling of a path evades what denies it", "[api][apigateway]") {
    RestDesk desk;
    desk.invoker.parts = {R"({"principalId":"p","policyDocument":{"Statement":[
        {"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"},
        {"Effect":"Deny","Action":"execute-api:Invoke",
         "Resource":["*/prod/GET/admin/*","*/prod/GET/admin"]}]}})"};
    for (const char* path :
         {"/prod/admin/x", "/prod/%61dmin/x", "/prod/admin", "/prod/admin/", "/%70rod/%61dmin/"}) {
        Request made = desk.request("GET", path);
        made.head.headers.add("Authorization", "t");
        CAPTURE(path);
        CHECK(desk.ask(std::move(made)).status == 403);
    }
    CHECK(desk.invoker.asked.size() == 5);
    Request other = desk.request("get", "/prod/admin");
    other.head.headers.add("Authorization", "t");
    CHECK(
        desk.text(desk.ask(std::move(other))) == R"(403 {"message":"Missing Authentication Token"})"
    );
    CHECK(desk.invoker.asked.size() == 5);
}
