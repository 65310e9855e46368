#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using scheduler::ProvisionedStatus;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kProvisionedArn = "arn:aws:lambda:us-east-1:000000000000:function:resize";
const std::string kConfig = "/2019-09-30/functions/resize/provisioned-concurrency";
const std::string kResize = std::string(LambdaDesk::kFunctions) + "/resize";

struct Desk : LambdaDesk {
    Desk() {
        create("resize", {{"Publish", true}});
        const json alias = {{"Name", "live"}, {"FunctionVersion", "1"}};
        REQUIRE(ask("POST", kResize + "/aliases", alias.dump()).status == 201);
    }
    Reply put(const std::string& qualifier, int slots) {
        const json body = {{"ProvisionedConcurrentExecutions", slots}};
        return ask("PUT", kConfig, body.dump(), {{"Qualifier", qualifier}});
    }
    Reply get(const std::string& qualifier) {
        return ask("GET", kConfig, "", {{"Qualifier", qualifier}});
    }
    static std::string fault(const Reply& reply) {
        return reply.header("x-amzn-ErrorType") + ": " +
               reply.json().at("message").get<std::string>();
    }
};

}  // namespace

TEST_CASE("PutProvisionedConcurrencyConfig tells how far it has come", "[api][LambdaService]") {
    Desk desk;
    const Reply put = desk.put("1", 3);
    CHECK(put.status == 202);
    CHECK(
        put.json() ==
        json{
            {"RequestedProvisionedConcurrentExecutions", 3},
            {"AvailableProvisionedConcurrentExecutions", 0},
            {"AllocatedProvisionedConcurrentExecutions", 0},
            {"Status", "IN_PROGRESS"},
            {"LastModified", "2026-01-01T00:00:00+0000"},
        }
    );
    desk.provisioned_status = {ProvisionedStatus::State::kReady, 3, 2, ""};
    const json ready = desk.get("1").json();
    CHECK(ready.at("Status") == "READY");
    CHECK(ready.at("AllocatedProvisionedConcurrentExecutions") == 3);
    CHECK(ready.at("AvailableProvisionedConcurrentExecutions") == 2);
    CHECK_FALSE(ready.contains("StatusReason"));
    desk.provisioned_status = {
        ProvisionedStatus::State::kFailed, 0, 0, "FUNCTION_ERROR_INIT_FAILURE"};
    CHECK(desk.get("1").json().at("Status") == "FAILED");
    CHECK(desk.get("1").json().at("StatusReason") == "FUNCTION_ERROR_INIT_FAILURE");
}

TEST_CASE("Provisioned concurrency is listed and deleted", "[api][LambdaService]") {
    Desk desk;
    desk.put("live", 2);
    const http::QueryItems all{{"List", "ALL"}};
    const json listed = desk.ask("GET", kConfig, "", all).json();
    REQUIRE(listed.at("ProvisionedConcurrencyConfigs").size() == 1);
    const json one = listed.at("ProvisionedConcurrencyConfigs")[0];
    CHECK(one.at("FunctionArn") == kProvisionedArn + ":live");
    CHECK(one.at("RequestedProvisionedConcurrentExecutions") == 2);
    CHECK(desk.ask("DELETE", kConfig, "", {{"Qualifier", "live"}}).status == 204);
    CHECK(
        Desk::fault(desk.get("live")) ==
        "ProvisionedConcurrencyConfigNotFoundException: No Provisioned Concurrency Config found "
        "for this function"
    );
    CHECK(desk.ask("GET", kConfig, "", all).json().at("ProvisionedConcurrencyConfigs").empty());
}

TEST_CASE("Provisioned concurrency is refused in AWS's words", "[api][LambdaService]") {
    Desk desk;
    CHECK(
        Desk::fault(desk.put("$LATEST", 1)) ==
        "InvalidParameterValueException: Provisioned Concurrency Configs cannot be applied to "
        "unpublished function versions."
    );
    CHECK(Desk::fault(desk.ask("PUT", kConfig, "{}")).starts_with("ValidationException: "));
    CHECK(Desk::fault(desk.put("1", 0)).starts_with("ValidationException: "));
    CHECK(
        Desk::fault(desk.put("9", 1)) ==
        "ResourceNotFoundException: Function not found: " + kProvisionedArn + ":9"
    );
    CHECK(Desk::fault(desk.put("1", 901)).find("below its minimum value of [100].") > 0);
    desk.put("live", 1);
    CHECK(
        Desk::fault(desk.put("1", 1)) ==
        "ResourceConflictException: Version is pointed by a Provisioned Concurrency alias"
    );
    desk.ask("DELETE", kConfig, "", {{"Qualifier", "live"}});
    desk.put("1", 1);
    CHECK(
        Desk::fault(desk.put("live", 1)) ==
        "ResourceConflictException: Alias can't be used for Provisioned Concurrency configuration "
        "on an already Provisioned version"
    );
}
