#include "api/logs/logs_service.h"

#include "tests/support/fixed_body.h"
#include "tests/support/memory_log_store.h"
#include "tests/support/run_flow.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using nlohmann::json;

namespace {

const std::string kGroup = "/aws/lambda/resize";

// The door over a store in memory.
struct Desk {
    tests::MemoryLogStore store;
    api::logs::LogsService service{api::logs::LogsConfig(), store, Logger::silent()};
    boost::asio::io_context loop;
    bool is_root = true;

    http::Response ask_raw(const std::string& operation, std::string body) {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("X-Amz-Target", "Logs_20140328." + operation);
        request.path = "/";
        request.principal.is_root = is_root;
        request.principal.name = "someone";
        tests::FixedBody reader(std::move(body));
        return tests::run_flow(loop, service.serve(std::move(request), reader));
    }
    json ask(const std::string& operation, const json& body) {
        const http::Response response = ask_raw(operation, body.dump());
        const std::string text = std::get<std::string>(response.body);
        return text.empty() ? json() : json::parse(text);
    }
    std::vector<std::string> messages(const json& answer) {
        std::vector<std::string> found;
        for (const json& event : answer.at("events")) {
            found.push_back(event.at("message"));
        }
        return found;
    }
};

using Messages = std::vector<std::string>;

}  // namespace

TEST_CASE("LogsService describes groups by prefix, a page at a time", "[api][LogsService]") {
    Desk desk;
    for (const char* name : {"/aws/lambda/a", "/aws/lambda/b", "/aws/lambda/c", "/other"}) {
        desk.store.add(name, "s", 1, "x");
    }
    const json first =
        desk.ask("DescribeLogGroups", {{"logGroupNamePrefix", "/aws/lambda/"}, {"limit", 2}});
    REQUIRE(first.at("logGroups").size() == 2);
    CHECK(first.at("logGroups")[0].at("logGroupName") == "/aws/lambda/a");
    CHECK(
        first.at("logGroups")[0].at("arn") ==
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/a:*"
    );
    CHECK(first.at("logGroups")[0].at("storedBytes") == 7);
    const json second = desk.ask(
        "DescribeLogGroups",
        {{"logGroupNamePrefix", "/aws/lambda/"}, {"limit", 2}, {"nextToken", first["nextToken"]}}
    );
    REQUIRE(second.at("logGroups").size() == 1);
    CHECK(second.at("logGroups")[0].at("logGroupName") == "/aws/lambda/c");
    CHECK_FALSE(second.contains("nextToken"));
}

TEST_CASE("LogsService orders streams by their last event", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "early", 10, "x");
    desk.store.add(kGroup, "late", 30, "x");
    desk.store.add(kGroup, "middle", 20, "x");
    const json answer = desk.ask(
        "DescribeLogStreams",
        {{"logGroupName", kGroup}, {"orderBy", "LastEventTime"}, {"descending", true}, {"limit", 2}}
    );
    REQUIRE(answer.at("logStreams").size() == 2);
    CHECK(answer.at("logStreams")[0].at("logStreamName") == "late");
    CHECK(answer.at("logStreams")[0].at("lastEventTimestamp") == 30);
    CHECK(answer.at("logStreams")[1].at("logStreamName") == "middle");
    const json rest = desk.ask(
        "DescribeLogStreams",
        {{"logGroupName", kGroup},
         {"orderBy", "LastEventTime"},
         {"descending", true},
         {"nextToken", answer.at("nextToken")}}
    );
    REQUIRE(rest.at("logStreams").size() == 1);
    CHECK(rest.at("logStreams")[0].at("logStreamName") == "early");
}

TEST_CASE("LogsService finds streams by prefix, but not by time then", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "2026/01/01/a", 10, "x");
    desk.store.add(kGroup, "2026/01/02/b", 20, "x");
    const json found = desk.ask(
        "DescribeLogStreams", {{"logGroupName", kGroup}, {"logStreamNamePrefix", "2026/01/02"}}
    );
    REQUIRE(found.at("logStreams").size() == 1);
    const json refused = desk.ask(
        "DescribeLogStreams",
        {{"logGroupName", kGroup}, {"logStreamNamePrefix", "2"}, {"orderBy", "LastEventTime"}}
    );
    CHECK(refused.at("__type") == "InvalidParameterException");
}

TEST_CASE("LogsService filters events of a group by time, stream and text", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 10, "first");
    desk.store.add(kGroup, "b", 20, "second ERROR");
    desk.store.add(kGroup, "a", 30, "third");
    const json group = {{"logGroupName", kGroup}};
    CHECK(
        desk.messages(desk.ask("FilterLogEvents", group)) ==
        Messages{"first", "second ERROR", "third"}
    );
    const auto with = [&group](const char* name, json value) {
        json asked = group;
        asked[name] = std::move(value);
        return asked;
    };
    CHECK(desk.messages(desk.ask("FilterLogEvents", with("startTime", 30))) == Messages{"third"});
    CHECK(
        desk.messages(desk.ask("FilterLogEvents", with("endTime", 20))) ==
        Messages{"first", "second ERROR"}
    );
    CHECK(
        desk.messages(desk.ask("FilterLogEvents", with("filterPattern", "ERROR"))) ==
        Messages{"second ERROR"}
    );
    CHECK(
        desk.messages(desk.ask("FilterLogEvents", with("logStreamNames", {"a"}))) ==
        Messages{"first", "third"}
    );
    CHECK(
        desk.messages(desk.ask("FilterLogEvents", with("logStreamNamePrefix", "b"))) ==
        Messages{"second ERROR"}
    );
}

TEST_CASE("LogsService gives every filtered event an id of its own", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 10, "same");
    desk.store.add(kGroup, "a", 10, "same");
    const json answer = desk.ask("FilterLogEvents", {{"logGroupName", kGroup}});
    const json& events = answer.at("events");
    REQUIRE(events.size() == 2);
    CHECK(events[0].at("eventId") != events[1].at("eventId"));
    CHECK(events[0].at("logStreamName") == "a");
    CHECK(events[0].at("timestamp") == 10);
    CHECK(events[0].at("ingestionTime") == 15);
}

TEST_CASE("LogsService pages through filtered events without loss", "[api][LogsService]") {
    Desk desk;
    Messages expected;
    for (int i = 0; i < 7; ++i) {
        expected.push_back("line " + std::to_string(i));
        desk.store.add(kGroup, "a", 10, expected.back());
    }
    Messages seen;
    json asked = {{"logGroupName", kGroup}, {"limit", 3}};
    for (int pages = 0; pages < 10; ++pages) {
        const json answer = desk.ask("FilterLogEvents", asked);
        const Messages page = desk.messages(answer);
        seen.insert(seen.end(), page.begin(), page.end());
        if (!answer.contains("nextToken")) {
            break;
        }
        asked["nextToken"] = answer.at("nextToken");
    }
    CHECK(seen == expected);
}

TEST_CASE("LogsService cuts a page at one megabyte", "[api][LogsService]") {
    Desk desk;
    const std::string line(300'000, 'x');
    for (int i = 0; i < 4; ++i) {
        desk.store.add(kGroup, "a", 10, line);
    }
    const json first = desk.ask("FilterLogEvents", {{"logGroupName", kGroup}});
    CHECK(first.at("events").size() == 3);
    const json second = desk.ask(
        "FilterLogEvents", {{"logGroupName", kGroup}, {"nextToken", first.at("nextToken")}}
    );
    CHECK(second.at("events").size() == 1);
}

TEST_CASE("LogsService loses no event when the clock went back", "[api][LogsService]") {
    Desk desk;
    const std::string line(600'000, 'x');
    desk.store.add(kGroup, "a", 30, "late " + line);
    desk.store.add(kGroup, "a", 20, "early " + line);
    Messages seen;
    json asked = {{"logGroupName", kGroup}};
    for (int page = 0; page < 2; ++page) {
        const json answer = desk.ask("FilterLogEvents", asked);
        REQUIRE(answer.at("events").size() == 1);
        seen.push_back(answer.at("events")[0].at("message").get<std::string>().substr(0, 5));
        asked["nextToken"] = answer.value("nextToken", "");
    }
    CHECK(seen == Messages{"late ", "early"});
}

TEST_CASE("LogsService reads one stream from its end, then further back", "[api][LogsService]") {
    Desk desk;
    for (int i = 1; i <= 5; ++i) {
        desk.store.add(kGroup, "a", i, std::to_string(i));
        desk.store.add(kGroup, "b", i, "other");
    }
    json asked = {{"logGroupName", kGroup}, {"logStreamName", "a"}, {"limit", 2}};
    const json last = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(last) == Messages{"4", "5"});
    asked["nextToken"] = last.at("nextBackwardToken");
    const json before = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(before) == Messages{"2", "3"});
    asked["nextToken"] = before.at("nextForwardToken");
    CHECK(desk.messages(desk.ask("GetLogEvents", asked)) == Messages{"4", "5"});
    asked["nextToken"] = before.at("nextBackwardToken");
    const json first = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(first) == Messages{"1"});
    asked["nextToken"] = first.at("nextBackwardToken");
    const json none = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(none).empty());
    CHECK(none.at("nextBackwardToken") == asked["nextToken"]);
}

TEST_CASE("LogsService follows one stream forward with the same token", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 1, "1");
    json asked = {{"logGroupName", kGroup}, {"logStreamName", "a"}, {"startFromHead", true}};
    const json first = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(first) == Messages{"1"});
    asked["nextToken"] = first.at("nextForwardToken");
    const json quiet = desk.ask("GetLogEvents", asked);
    CHECK(desk.messages(quiet).empty());
    CHECK(quiet.at("nextForwardToken") == asked["nextToken"]);
    desk.store.add(kGroup, "a", 2, "2");
    CHECK(desk.messages(desk.ask("GetLogEvents", asked)) == Messages{"2"});
}

TEST_CASE("LogsService says which group or stream is missing", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 1, "1");
    const json group = desk.ask("FilterLogEvents", {{"logGroupName", "/none"}});
    CHECK(group.at("__type") == "ResourceNotFoundException");
    CHECK(group.at("message") == "The specified log group does not exist.");
    const json stream =
        desk.ask("GetLogEvents", {{"logGroupName", kGroup}, {"logStreamName", "none"}});
    CHECK(stream.at("message") == "The specified log stream does not exist.");
}

TEST_CASE("LogsService makes and removes groups", "[api][LogsService]") {
    Desk desk;
    CHECK(desk.ask("CreateLogGroup", {{"logGroupName", "mine"}}).is_null());
    const json again = desk.ask("CreateLogGroup", {{"logGroupName", "mine"}});
    CHECK(again.at("__type") == "ResourceAlreadyExistsException");
    CHECK(desk.ask("DeleteLogGroup", {{"logGroupName", "mine"}}).is_null());
    const json gone = desk.ask("DeleteLogGroup", {{"logGroupName", "mine"}});
    CHECK(gone.at("__type") == "ResourceNotFoundException");
}

TEST_CASE("LogsService takes a group by its ARN", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 1, "1");
    const std::string arn = "arn:aws:logs:us-east-1:000000000000:log-group:" + kGroup;
    for (const std::string& identifier : {arn, arn + ":*", kGroup}) {
        INFO(identifier);
        const json answer = desk.ask("FilterLogEvents", {{"logGroupIdentifier", identifier}});
        CHECK(desk.messages(answer) == Messages{"1"});
    }
}

TEST_CASE("LogsService refuses what it cannot read", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 1, "1");
    struct Case {
        std::string operation, body, type;
    };
    const auto bad = GENERATE_COPY(
        Case{"FilterLogEvents", "{", "SerializationException"},
        Case{"FilterLogEvents", "[]", "SerializationException"},
        Case{"FilterLogEvents", R"({"logGroupName":7})", "SerializationException"},
        Case{"FilterLogEvents", "{}", "InvalidParameterException"},
        Case{"FilterLogEvents", R"({"logGroupName":""})", "InvalidParameterException"},
        Case{"FilterLogEvents", R"({"logGroupName":"a b"})", "InvalidParameterException"},
        Case{"FilterLogEvents", R"({"logGroupName":"a","limit":0})", "InvalidParameterException"},
        Case{
            "FilterLogEvents",
            R"({"logGroupName":"a","nextToken":"x/1"})",
            "InvalidParameterException"},
        Case{"GetLogEvents", R"({"logGroupName":"a"})", "InvalidParameterException"},
        Case{"PutRetentionPolicy", "{}", "UnknownOperationException"}
    );
    const http::Response response = desk.ask_raw(bad.operation, bad.body);
    INFO(bad.operation << " " << bad.body);
    CHECK(response.status == 400);
    CHECK(json::parse(std::get<std::string>(response.body)).at("__type") == bad.type);
}

TEST_CASE("LogsService is closed to functions", "[api][LogsService]") {
    Desk desk;
    desk.store.add(kGroup, "a", 1, "1");
    desk.is_root = false;
    const json answer = desk.ask("FilterLogEvents", {{"logGroupName", kGroup}});
    CHECK(answer.at("__type") == "AccessDeniedException");
}
