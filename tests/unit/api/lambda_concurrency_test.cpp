#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kPut = "/2017-10-31/functions/resize/concurrency";
const std::string kGet = "/2019-09-30/functions/resize/concurrency";

std::string slots(int count) {
    return json{{"ReservedConcurrentExecutions", count}}.dump();
}

}  // namespace

TEST_CASE("PutFunctionConcurrency reserves until it is deleted", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    CHECK(desk.ask("GET", kGet).json() == json::object());
    const Reply put = desk.ask("PUT", kPut, slots(5));
    CHECK(put.status == 200);
    CHECK(put.json() == json{{"ReservedConcurrentExecutions", 5}});
    CHECK(desk.ask("GET", kGet).json() == json{{"ReservedConcurrentExecutions", 5}});
    const json function = desk.ask("GET", std::string(LambdaDesk::kFunctions) + "/resize").json();
    CHECK(function.at("Concurrency") == json{{"ReservedConcurrentExecutions", 5}});
    CHECK(desk.ask("DELETE", kPut).status == 204);
    CHECK(desk.ask("DELETE", kPut).status == 204);
    CHECK(desk.ask("GET", kGet).json() == json::object());
}

TEST_CASE("PutFunctionConcurrency refuses as AWS does", "[api][LambdaService]") {
    LambdaDesk desk;
    CHECK(desk.ask("PUT", kPut, slots(5)).status == 404);
    desk.create("resize");
    const Reply over = desk.ask("PUT", kPut, slots(901));
    CHECK(over.status == 400);
    CHECK(over.header("x-amzn-ErrorType") == "InvalidParameterValueException");
    CHECK(
        over.json().at("message") ==
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    );
    CHECK(desk.ask("PUT", kPut, slots(-1)).header("x-amzn-ErrorType") == "ValidationException");
    CHECK(desk.ask("PUT", kPut, "{}").header("x-amzn-ErrorType") == "ValidationException");
    const Reply text = desk.ask("PUT", kPut, R"({"ReservedConcurrentExecutions":"five"})");
    CHECK(text.header("x-amzn-ErrorType") == "SerializationException");
}

TEST_CASE("GetAccountSettings tells limits and use", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.ask("PUT", kPut, slots(30));
    const Reply reply = desk.ask("GET", "/2016-08-19/account-settings/");
    REQUIRE(reply.status == 200);
    const json limit = reply.json().at("AccountLimit");
    CHECK(limit.at("ConcurrentExecutions") == 1'000);
    CHECK(limit.at("UnreservedConcurrentExecutions") == 970);
    CHECK(limit.at("CodeSizeUnzipped") == 262'144'000);
    CHECK(limit.at("CodeSizeZipped") == 52'428'800);
    CHECK(limit.at("TotalCodeSize") == 322'122'547'200);
    const json usage = reply.json().at("AccountUsage");
    CHECK(usage.at("FunctionCount") == 1);
    CHECK(usage.at("TotalCodeSize") == tests::small_zip("resize").size());
}

TEST_CASE("DeleteFunction gives its reservation back", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.ask("PUT", kPut, slots(30));
    desk.ask("DELETE", std::string(LambdaDesk::kFunctions) + "/resize");
    desk.create("resize");
    CHECK(desk.ask("GET", kGet).json() == json::object());
}
