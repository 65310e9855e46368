#include "scheduler/lineage.h"
#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using lambent::tests::LambdaDesk;
using lambent::tests::Reply;
using nlohmann::json;

namespace {

const std::string kPath = "/2019-09-25/functions/resize/event-invoke-config";
const std::string kPrefix = "arn:aws:lambda:us-east-1:000000000000:function:";
const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:ends";

json to(const std::string& when, const std::string& arn) {
    json body;
    body["DestinationConfig"][when]["Destination"] = arn;
    return body;
}

void check_refused(const Reply& reply, const std::string& message) {
    CHECK(reply.status == 400);
    CHECK(reply.header("x-amzn-ErrorType") == "InvalidParameterValueException");
    CHECK(reply.json().at("Message") == message);
}

}  // namespace

TEST_CASE("An event invoke configuration is put, read, changed and deleted", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    const Reply missing = desk.ask("GET", kPath);
    CHECK(missing.status == 404);
    CHECK(
        missing.json().at("Message") ==
        "The function " + kPrefix + "resize:$LATEST doesn't have an EventInvokeConfig"
    );
    CHECK(desk.ask("POST", kPath, R"({"MaximumRetryAttempts":1})").status == 404);

    json wanted = to("OnSuccess", kQueue);
    wanted["MaximumRetryAttempts"] = 0;
    const json put = desk.ask("PUT", kPath, wanted.dump()).json();
    CHECK(put.at("FunctionArn") == kPrefix + "resize:$LATEST");
    CHECK(put.at("MaximumRetryAttempts") == 0);
    CHECK_FALSE(put.contains("MaximumEventAgeInSeconds"));
    CHECK(put.at("DestinationConfig").at("OnSuccess").at("Destination") == kQueue);
    CHECK(put.at("DestinationConfig").at("OnFailure") == json::object());
    CHECK(put.at("LastModified").is_number());
    CHECK(desk.ask("GET", kPath).json() == put);

    const json changed = desk.ask("POST", kPath, R"({"MaximumEventAgeInSeconds":60})").json();
    CHECK(changed.at("MaximumRetryAttempts") == 0);
    CHECK(changed.at("MaximumEventAgeInSeconds") == 60);
    CHECK(changed.at("DestinationConfig") == put.at("DestinationConfig"));

    const json replaced = desk.ask("PUT", kPath, R"({"MaximumEventAgeInSeconds":61})").json();
    CHECK_FALSE(replaced.contains("MaximumRetryAttempts"));
    CHECK(replaced.at("DestinationConfig").at("OnSuccess") == json::object());

    CHECK(desk.ask("DELETE", kPath).status == 204);
    CHECK(desk.ask("DELETE", kPath).status == 404);
}

TEST_CASE("Versions and aliases have event invoke configurations of their own", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.ask("POST", "/2015-03-31/functions/resize/versions", "{}");
    const json alias = {{"Name", "live"}, {"FunctionVersion", "1"}};
    desk.ask("POST", "/2015-03-31/functions/resize/aliases", alias.dump());
    for (const char* qualifier : {"1", "live", "$LATEST"}) {
        const Reply put =
            desk.ask("PUT", kPath, R"({"MaximumRetryAttempts":1})", {{"Qualifier", qualifier}});
        CHECK(put.json().at("FunctionArn") == kPrefix + "resize:" + qualifier);
    }
    json listed = desk.ask("GET", kPath + "/list").json();
    CHECK(listed.at("FunctionEventInvokeConfigs").size() == 3);
    listed = desk.ask("GET", kPath + "/list", {}, {{"MaxItems", "2"}}).json();
    REQUIRE(listed.contains("NextMarker"));
    const std::string marker = listed.at("NextMarker");
    listed = desk.ask("GET", kPath + "/list", {}, {{"Marker", marker}}).json();
    CHECK(listed.at("FunctionEventInvokeConfigs").size() == 1);
    CHECK_FALSE(listed.contains("NextMarker"));

    CHECK(desk.ask("DELETE", "/2015-03-31/functions/resize/aliases/live").status == 204);
    CHECK(
        desk.ask("DELETE", "/2015-03-31/functions/resize", {}, {{"Qualifier", "1"}}).status == 204
    );
    CHECK(desk.ask("GET", kPath + "/list").json().at("FunctionEventInvokeConfigs").size() == 1);
    CHECK(desk.ask("DELETE", "/2015-03-31/functions/resize").status == 204);
    desk.create("resize");
    CHECK(desk.ask("GET", kPath).status == 404);
}

TEST_CASE("Event invoke configurations are checked as Lambda checks them", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    check_refused(
        desk.ask("PUT", kPath, "{}"),
        "You must specify at least one of error handling or destination setting."
    );
    for (const char* body :
         {R"({"MaximumRetryAttempts":3})",
          R"({"MaximumRetryAttempts":-1})",
          R"({"MaximumEventAgeInSeconds":59})",
          R"({"MaximumEventAgeInSeconds":21601})",
          R"({"DestinationConfig":{"OnFailure":{"Destination":"queue"}}})"}) {
        const Reply reply = desk.ask("PUT", kPath, body);
        CHECK(reply.status == 400);
        CHECK(reply.header("x-amzn-ErrorType") == "ValidationException");
    }
    CHECK(desk.ask("GET", kPath).status == 404);
}

TEST_CASE("Destinations are what Lambda accepts as such", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.create("next");
    for (const std::string& arn :
         {kQueue,
          std::string("arn:aws:sns:us-east-1:000000000000:ends"),
          std::string("arn:aws:events:us-east-1:000000000000:event-bus/default"),
          kPrefix + "next",
          std::string("arn:aws:s3:::ends")}) {
        CHECK(desk.ask("PUT", kPath, to("OnFailure", arn).dump()).status == 200);
    }
    check_refused(
        desk.ask("PUT", kPath, to("OnSuccess", "arn:aws:s3:::ends").dump()),
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination="
        "arn:aws:s3:::ends), onFailure=null) is invalid."
    );
    check_refused(
        desk.ask("PUT", kPath, to("OnFailure", kQueue + ".fifo").dump()),
        "The provided destination config DestinationConfig(onSuccess=null, "
        "onFailure=OnFailure(destination=" +
            kQueue + ".fifo)) is invalid."
    );
    check_refused(
        desk.ask("PUT", kPath, to("OnSuccess", kPrefix + "resize").dump()),
        "You can't specify the function as a destination for itself."
    );
    check_refused(
        desk.ask("PUT", kPath, to("OnSuccess", kPrefix + "gone").dump()),
        "The destination ARN " + kPrefix + "gone is invalid."
    );
    check_refused(
        desk.ask("PUT", kPath, to("OnFailure", "arn:aws:sns:us-east-1:000000000000:a.fifo").dump()),
        "FIFO-type Amazon SNS topics aren't supported as a destination."
    );
}

TEST_CASE("A function may have a dead-letter queue", "[api][lambda]") {
    LambdaDesk desk;
    const json letters = {{"DeadLetterConfig", {{"TargetArn", kQueue}}}};
    CHECK(desk.create("resize", letters).json().at("DeadLetterConfig").at("TargetArn") == kQueue);
    const std::string path = "/2015-03-31/functions/resize/configuration";
    CHECK(desk.ask("PUT", path, R"({"Timeout":5})").json().contains("DeadLetterConfig"));
    const Reply fifo =
        desk.ask("PUT", path, json{{"DeadLetterConfig", {{"TargetArn", kQueue + ".fifo"}}}}.dump());
    check_refused(
        fifo,
        "Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter "
        "configuration"
    );
    const Reply cleared = desk.ask("PUT", path, R"({"DeadLetterConfig":{"TargetArn":""}})");
    CHECK_FALSE(cleared.json().contains("DeadLetterConfig"));
}

TEST_CASE("A synchronous call that closes a loop is refused", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    std::string trace =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
    for (std::uint32_t i = 0; i < scheduler::kChainInvocationsMax; ++i) {
        const Reply reply = desk.invoke("resize", "{}", {{"X-Amzn-Trace-Id", trace}});
        REQUIRE(reply.status == 200);
        trace = reply.header("X-Amzn-Trace-Id");
        CHECK(desk.invoker.asked.back().trace_id == trace);
    }
    const Reply refused = desk.invoke("resize", "{}", {{"X-Amzn-Trace-Id", trace}});
    CHECK(refused.status == 400);
    CHECK(refused.header("x-amzn-ErrorType") == "RecursiveInvocationException");
    CHECK(desk.invoker.asked.size() == scheduler::kChainInvocationsMax);

    const std::string path = "/2024-08-31/functions/resize/recursion-config";
    CHECK(desk.ask("GET", path).json() == json{{"RecursiveLoop", "Terminate"}});
    CHECK(
        desk.ask("PUT", path, R"({"RecursiveLoop":"Allow"})").json() ==
        json{{"RecursiveLoop", "Allow"}}
    );
    CHECK(desk.invoke("resize", "{}", {{"X-Amzn-Trace-Id", trace}}).status == 200);
    CHECK(desk.ask("PUT", path, R"({"RecursiveLoop":"Maybe"})").status == 400);
    CHECK(desk.ask("PUT", path, "{}").status == 400);
}

TEST_CASE("An asynchronous event keeps its caller's trace", "[api][lambda]") {
    LambdaDesk desk;
    desk.create("resize");
    const std::string trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a87bd80c:1";
    CHECK(
        desk.invoke(
                "resize", "{}", {{"X-Amz-Invocation-Type", "Event"}, {"X-Amzn-Trace-Id", trace}}
        ).status == 202
    );
    CHECK(desk.events.events.back().trace_header == trace);
}
