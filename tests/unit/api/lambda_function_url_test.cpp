#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kUrl = "/2021-10-31/functions/resize/url";
const std::string kStream = "/2021-11-15/functions/resize/response-streaming-invocations";

scheduler::InvocationResult failed(runtime::OutcomeKind kind, const std::string& type) {
    scheduler::InvocationResult result;
    result.outcome.kind = kind;
    result.outcome.error_type = type;
    result.outcome.payload = R"({"errorMessage":"it broke"})";
    return result;
}

}  // namespace

TEST_CASE("CreateFunctionUrlConfig gives a function an address", "[api][LambdaService]") {
    LambdaDesk desk;
    CHECK(desk.ask("POST", kUrl, R"({"AuthType":"NONE"})").status == 404);
    desk.create("resize");
    const Reply made =
        desk.ask("POST", kUrl, R"({"AuthType":"NONE","InvokeMode":"RESPONSE_STREAM"})");
    CHECK(made.status == 201);
    const json url = made.json();
    CHECK(url.at("FunctionArn") == "arn:aws:lambda:us-east-1:000000000000:function:resize");
    CHECK(url.at("InvokeMode") == "RESPONSE_STREAM");
    CHECK(url.at("CreationTime") == "2026-01-01T00:00:00.000Z");
    const std::string address = url.at("FunctionUrl");
    CHECK(address.ends_with(".lambda-url.us-east-1.localhost:4566/"));
    CHECK(desk.ask("GET", kUrl).json() == url);
    CHECK(desk.ask("GET", kUrl + "s").json().at("FunctionUrlConfigs") == json::array({url}));
    const Reply again = desk.ask("POST", kUrl, R"({"AuthType":"NONE"})");
    CHECK(again.status == 409);
    CHECK(again.header("x-amzn-ErrorType") == "ResourceConflictException");
}

TEST_CASE("UpdateFunctionUrlConfig leaves what it does not name", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    CHECK(desk.ask("PUT", kUrl, "{}").status == 404);
    desk.ask("POST", kUrl, R"({"AuthType":"AWS_IAM","Cors":{"AllowOrigins":["*"]}})");
    const json changed = desk.ask("PUT", kUrl, R"({"InvokeMode":"RESPONSE_STREAM"})").json();
    CHECK(changed.at("AuthType") == "AWS_IAM");
    CHECK(changed.at("Cors") == json{{"AllowOrigins", {"*"}}});
    CHECK_FALSE(desk.ask("PUT", kUrl, R"({"Cors":{}})").json().contains("Cors"));
}

TEST_CASE("A function's address goes with it", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.ask("POST", kUrl, R"({"AuthType":"NONE"})");
    desk.ask("DELETE", std::string(LambdaDesk::kFunctions) + "/resize");
    desk.create("resize");
    CHECK(desk.ask("GET", kUrl).status == 404);
    desk.ask("POST", kUrl, R"({"AuthType":"NONE"})");
    CHECK(desk.ask("DELETE", kUrl).status == 204);
    CHECK(desk.ask("DELETE", kUrl).status == 404);
}

TEST_CASE("A function's own key makes no addresses", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.is_root = false;
    CHECK(desk.ask("POST", kUrl, R"({"AuthType":"NONE"})").status == 403);
    CHECK(desk.ask("POST", kStream, "{}").status == 200);
}

TEST_CASE("InvokeWithResponseStream frames what comes and how it ends", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.invoker.parts = {"one", "two"};
    scheduler::InvocationResult result;
    result.executed_version = "7";
    result.log_tail = "line";
    desk.invoker.answer = result;
    const Reply reply = desk.ask("POST", kStream, "", {}, {{"X-Amz-Log-Type", "Tail"}});
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/vnd.amazon.eventstream");
    CHECK(reply.header("X-Amz-Executed-Version") == "7");
    CHECK(desk.invoker.asked.at(0).payload == "{}");
    const auto chunk = reply.text.find("onetwo");
    const auto complete = reply.text.find("InvokeComplete");
    CHECK(chunk < complete);
    CHECK(reply.text.find(R"({"LogResult":"bGluZQ=="})") != std::string::npos);
}

TEST_CASE("InvokeWithResponseStream tells of errors in its last event", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.invoker.answer = failed(runtime::OutcomeKind::kTimeout, "Sandbox.Timedout");
    const Reply reply = desk.ask("POST", kStream, "{}");
    CHECK(reply.status == 200);
    CHECK(reply.text.find("PayloadChunk") == std::string::npos);
    CHECK(
        reply.text.find(
            R"({"ErrorCode":"Sandbox.Timedout","ErrorDetails":"{\"errorMessage\":\"it broke\"}"})"
        ) != std::string::npos
    );
}

TEST_CASE("InvokeWithResponseStream refuses before it begins", "[api][LambdaService]") {
    LambdaDesk desk;
    CHECK(desk.ask("POST", kStream, "{}").status == 404);
    desk.create("resize");
    CHECK(desk.ask("POST", kStream, "{").status == 400);
    CHECK(desk.ask("POST", kStream, std::string(6'291'457, 'x')).status == 413);
    CHECK(desk.ask("POST", kStream, "{}", {}, {{"X-Amz-Invocation-Type", "Event"}}).status == 400);
    CHECK(desk.ask("POST", kStream, "{}", {}, {{"X-Amz-Invocation-Type", "DryRun"}}).status == 204);
    CHECK(desk.invoker.asked.empty());
    desk.invoker.answer = Error(Code::kThrottled, "CallerRateLimitExceeded", "too much");
    const Reply throttled = desk.ask("POST", kStream, "{}");
    CHECK(throttled.status == 429);
    CHECK(throttled.header("Retry-After") == "1");
}
