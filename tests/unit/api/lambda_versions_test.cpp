#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:resize";
const std::string kResize = std::string(LambdaDesk::kFunctions) + "/resize";

struct Desk : LambdaDesk {
    Desk() { create("resize"); }

    Reply publish(const json& body = json::object()) {
        return ask("POST", kResize + "/versions", body.dump());
    }
    void change_code(const std::string& text) {
        const json body = {{"ZipFile", to_base64(tests::small_zip(text))}};
        REQUIRE(ask("PUT", kResize + "/code", body.dump()).status == 200);
    }
    Reply create_alias(const std::string& name, const std::string& version, json more = {}) {
        json body = {{"Name", name}, {"FunctionVersion", version}};
        body.update(more.is_object() ? more : json::object());
        return ask("POST", kResize + "/aliases", body.dump());
    }
    Reply update_alias(const std::string& name, const json& body) {
        return ask("PUT", kResize + "/aliases/" + name, body.dump());
    }
    // The error's name and message, or "" after a success.
    static std::string fault(const Reply& reply) {
        return reply.status < 300 ? ""
                                  : reply.header("x-amzn-ErrorType") + ": " +
                                        reply.json().at("message").get<std::string>();
    }
};

}  // namespace

TEST_CASE("PublishVersion answers the version's configuration", "[api][LambdaService]") {
    Desk desk;
    const Reply reply = desk.publish({{"Description", "the first"}});
    REQUIRE(reply.status == 201);
    CHECK(reply.json().at("Version") == "1");
    CHECK(reply.json().at("FunctionArn") == kArn + ":1");
    CHECK(reply.json().at("Description") == "the first");
    CHECK(desk.publish().json().at("Version") == "1");
    desk.change_code("two");
    CHECK(desk.publish().json().at("Version") == "2");

    const json old = desk.ask("GET", kResize + "/configuration", "", {{"Qualifier", "1"}}).json();
    CHECK(old.at("FunctionArn") == kArn + ":1");
    CHECK(old.at("Version") == "1");
    const json latest = desk.ask("GET", kResize + "/configuration").json();
    CHECK(latest.at("FunctionArn") == kArn);
    CHECK(latest.at("Version") == "$LATEST");
    const json named = desk.ask("GET", kResize + ":$LATEST/configuration").json();
    CHECK(named.at("FunctionArn") == kArn + ":$LATEST");
    CHECK(desk.ask("GET", kResize, "", {{"Qualifier", "3"}}).status == 404);
}

TEST_CASE("PublishVersion publishes only what the caller has seen", "[api][LambdaService]") {
    Desk desk;
    const json latest = desk.ask("GET", kResize + "/configuration").json();
    const std::string hash = latest.at("CodeSha256");
    CHECK(
        Desk::fault(desk.publish({{"CodeSha256", "bm8="}})) ==
        "InvalidParameterValueException: CodeSHA256 (bm8=) is different from current CodeSHA256 "
        "in $LATEST (" +
            hash + "). Please try again with the CodeSHA256 in $LATEST."
    );
    CHECK(desk.publish({{"RevisionId", "other"}}).status == 412);
    CHECK(
        desk.publish({{"CodeSha256", hash}, {"RevisionId", latest.at("RevisionId")}}).status == 201
    );
}

TEST_CASE("Functions can be published as they are made and changed", "[api][LambdaService]") {
    LambdaDesk desk;
    const json made = desk.create("resize", {{"Publish", true}}).json();
    CHECK(made.at("Version") == "1");
    CHECK(made.at("FunctionArn") == kArn + ":1");
    const json code = {{"ZipFile", to_base64(tests::small_zip("two"))}, {"Publish", true}};
    CHECK(desk.ask("PUT", kResize + "/code", code.dump()).json().at("Version") == "2");
}

TEST_CASE("ListVersionsByFunction pages from $LATEST on", "[api][LambdaService]") {
    Desk desk;
    for (const char* text : {"one", "two", "three"}) {
        desk.change_code(text);
        desk.publish();
    }
    std::vector<std::string> seen;
    http::QueryItems query{{"MaxItems", "3"}};
    const json first = desk.ask("GET", kResize + "/versions", "", query).json();
    for (const json& version : first.at("Versions")) {
        seen.push_back(version.at("FunctionArn"));
    }
    query.emplace_back("Marker", first.at("NextMarker"));
    const json second = desk.ask("GET", kResize + "/versions", "", query).json();
    for (const json& version : second.at("Versions")) {
        seen.push_back(version.at("FunctionArn"));
    }
    CHECK_FALSE(second.contains("NextMarker"));
    CHECK(
        seen == std::vector<std::string>{kArn + ":$LATEST", kArn + ":1", kArn + ":2", kArn + ":3"}
    );
}

TEST_CASE("An alias is made, read, changed and removed", "[api][LambdaService]") {
    Desk desk;
    desk.publish();
    desk.change_code("two");
    desk.publish();
    const Reply made = desk.create_alias("live", "1", {{"Description", "what people get"}});
    REQUIRE(made.status == 201);
    CHECK(made.json().at("AliasArn") == kArn + ":live");
    CHECK(made.json().at("FunctionVersion") == "1");
    CHECK_FALSE(made.json().contains("RoutingConfig"));
    CHECK(desk.ask("GET", kResize + "/aliases/live").json() == made.json());

    const json weights = {{"AdditionalVersionWeights", {{"2", 0.25}}}};
    const Reply split = desk.update_alias("live", {{"RoutingConfig", weights}});
    REQUIRE(split.status == 200);
    CHECK(split.json().at("RoutingConfig") == weights);
    CHECK(split.json().at("Description") == "what people get");
    CHECK(split.json().at("RevisionId") != made.json().at("RevisionId"));
    CHECK(desk.update_alias("live", {{"RevisionId", made.json().at("RevisionId")}}).status == 412);
    const json none = {{"AdditionalVersionWeights", json::object()}};
    const json moved =
        desk.update_alias("live", {{"RoutingConfig", none}, {"FunctionVersion", "2"}}).json();
    CHECK(moved.at("FunctionVersion") == "2");
    CHECK_FALSE(moved.contains("RoutingConfig"));

    desk.create_alias("beta", "$LATEST");
    CHECK(desk.ask("GET", kResize + "/aliases").json().at("Aliases").size() == 2);
    const http::QueryItems of_two{{"FunctionVersion", "2"}};
    const json listed = desk.ask("GET", kResize + "/aliases", "", of_two).json().at("Aliases");
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].at("Name") == "live");
    CHECK(desk.ask("DELETE", kResize + "/aliases/live").status == 204);
    CHECK(desk.ask("DELETE", kResize + "/aliases/live").status == 204);
    CHECK(
        Desk::fault(desk.ask("GET", kResize + "/aliases/live")) ==
        "ResourceNotFoundException: Cannot find alias arn: " + kArn + ":live"
    );
}

TEST_CASE("An alias that cannot be is refused in AWS's words", "[api][LambdaService]") {
    Desk desk;
    desk.publish();
    desk.change_code("two");
    desk.publish();
    const auto fault = [&](const std::string& version, const json& weights) {
        const json routing = {{"RoutingConfig", {{"AdditionalVersionWeights", weights}}}};
        return Desk::fault(desk.create_alias("live", version, routing));
    };
    const std::string invalid = "InvalidParameterValueException: ";
    CHECK(
        fault("9", json::object()) ==
        "ResourceNotFoundException: Function not found: " + kArn + ":9"
    );
    CHECK(
        fault("1", {{"9", 0.5}}) == "ResourceNotFoundException: Function not found: " + kArn + ":9"
    );
    CHECK(
        fault("1", {{"1", 0.5}}) ==
        invalid +
            "Invalid function version 1. Function version 1 is already included in routing "
            "configuration."
    );
    CHECK(
        fault("$LATEST", {{"1", 0.5}}) ==
        invalid + "$LATEST is not supported for an alias pointing to more than 1 version"
    );
    CHECK(
        fault("1", {{"2", 0.5}, {"3", 0.1}}) ==
        invalid + "Number of items in AdditionalVersionWeights cannot be greater than 1"
    );
    CHECK(fault("1", {{"2", 1.5}}).starts_with("ValidationException: 1 validation error"));
    CHECK(fault("1", {{"2", -0.1}}).starts_with("ValidationException: 1 validation error"));
    CHECK(fault("1", {{"x", 0.1}}).starts_with("ValidationException: 1 validation error"));
    CHECK(fault("1", {{"2", "half"}}).starts_with("SerializationException: "));
    for (const char* name : {"", "12", "a b", "a:b"}) {
        CHECK(Desk::fault(desk.create_alias(name, "1")).starts_with("ValidationException: "));
    }
    CHECK(Desk::fault(desk.create_alias("live", "one")).starts_with("ValidationException: "));
    CHECK(desk.create_alias("live", "1").status == 201);
    CHECK(
        Desk::fault(desk.create_alias("live", "1")) ==
        "ResourceConflictException: Alias already exists: " + kArn + ":live"
    );
    CHECK(
        Desk::fault(desk.update_alias("dead", json::object())) ==
        "ResourceNotFoundException: Cannot find alias arn: " + kArn + ":dead"
    );
}

TEST_CASE("DeleteFunction of a version leaves the others", "[api][LambdaService]") {
    Desk desk;
    desk.publish();
    desk.change_code("two");
    desk.publish();
    desk.create_alias("live", "1");
    const auto remove = [&](const std::string& qualifier) {
        return desk.ask("DELETE", kResize, "", {{"Qualifier", qualifier}});
    };
    CHECK(
        Desk::fault(remove("1")) ==
        "ResourceConflictException: Unable to delete version because the following aliases "
        "reference it: [live]"
    );
    CHECK(
        Desk::fault(remove("live")) ==
        "InvalidParameterValueException: Deletion of aliases is not currently supported."
    );
    CHECK(
        Desk::fault(remove("$LATEST")) ==
        "InvalidParameterValueException: $LATEST version cannot be deleted without deleting the "
        "function."
    );
    desk.retired.clear();
    CHECK(remove("2").status == 204);
    CHECK(desk.retired == std::vector<std::string>{"resize:2"});
    CHECK(remove("2").status == 204);
    CHECK(remove("77").status == 204);
    CHECK(desk.ask("GET", kResize, "", {{"Qualifier", "2"}}).status == 404);
    CHECK(desk.ask("GET", kResize, "", {{"Qualifier", "1"}}).status == 200);

    desk.retired.clear();
    CHECK(desk.ask("DELETE", kResize).status == 204);
    CHECK(desk.retired == std::vector<std::string>{"resize", "resize:1"});
    desk.create("resize");
    CHECK(desk.ask("GET", kResize + "/aliases").json().at("Aliases").empty());
    CHECK(desk.ask("GET", kResize, "", {{"Qualifier", "1"}}).status == 404);
}

TEST_CASE("Invoke runs what its qualifier names", "[api][LambdaService]") {
    Desk desk;
    desk.publish();
    desk.create_alias("live", "1");
    const std::string invocations = kResize + "/invocations";
    desk.ask("POST", invocations, "{}", {{"Qualifier", "live"}});
    CHECK(desk.invoker.asked.back().function == "resize:live");
    desk.ask("POST", kResize + ":1/invocations", "{}");
    CHECK(desk.invoker.asked.back().function == "resize:1");
    desk.ask("POST", invocations, "{}", {{"Qualifier", "$LATEST"}});
    CHECK(desk.invoker.asked.back().function == "resize:$LATEST");
    desk.ask("POST", invocations, "{}");
    CHECK(desk.invoker.asked.back().function == "resize");
    CHECK(
        Desk::fault(desk.ask("POST", invocations, "{}", {{"Qualifier", "dead"}})) ==
        "ResourceNotFoundException: Function not found: " + kArn + ":dead"
    );
    const Reply event = desk.ask(
        "POST", invocations, "{}", {{"Qualifier", "live"}}, {{"X-Amz-Invocation-Type", "Event"}}
    );
    CHECK(event.status == 202);
    CHECK(desk.events.events.back().function == "resize:live");
}
