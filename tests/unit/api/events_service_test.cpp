#include "api/events/events_service.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/outbox_table.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace lambent;
using nlohmann::json;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";
const std::string kTrace = "Root=1-2-3;Lineage=1:01234567:3";

struct Desk {
    Desk() {
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = triggers::Timers::migrations();
        for (const auto& room :
             {triggers::EventBuses::migrations(), tests::OutboxTable::migrations()}) {
            all.insert(all.end(), room.begin(), room.end());
        }
        driver->migrate(all).value();
        outbox.driver = driver.get();
        timers.emplace(loop.get_executor(), *driver, clock, Logger::silent());
        buses.emplace("us-east-1", *driver, *timers, outbox, clock);
        tests::run_flow(loop, buses->load()).value();
        service.emplace(api::events::EventsConfig(), *buses, clock, Logger::silent());
    }
    http::Response ask_raw(const std::string& operation, std::string body) {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("X-Amz-Target", "AWSEvents." + operation);
        request.head.headers.add("X-Amzn-Trace-Id", kTrace);
        request.path = "/";
        request.principal.is_root = is_root;
        request.principal.name = "function:f";
        tests::FixedBody reader(std::move(body));
        return tests::run_flow(loop, service->serve(std::move(request), reader));
    }
    json ask(const std::string& operation, const json& body) {
        const http::Response response = ask_raw(operation, body.dump());
        const std::string& text = std::get<std::string>(response.body);
        return text.empty() ? json() : json::parse(text);
    }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::OutboxTable outbox;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::optional<triggers::Timers> timers;
    std::optional<triggers::EventBuses> buses;
    std::optional<api::events::EventsService> service;
    bool is_root = true;
};

json entry(const std::string& detail) {
    json made = {{"Source", "shop"}, {"DetailType", "Order"}};
    made["Detail"] = detail;
    return made;
}

}  // namespace

TEST_CASE("EventsService is for the owner", "[api][EventsService]") {
    Desk desk;
    desk.is_root = false;
    json asked = json::object();
    asked["Entries"] = json::array({entry("{}")});
    CHECK(desk.ask("PutEvents", asked)["__type"] == "AccessDeniedException");
}

TEST_CASE("EventsService says what it does not offer", "[api][EventsService]") {
    Desk desk;
    CHECK(desk.ask("CreateArchive", json::object())["__type"] == "UnknownOperationException");
    CHECK(desk.ask("", json::object())["__type"] == "UnknownOperationException");
}

TEST_CASE("EventsService refuses what is no JSON object", "[api][EventsService]") {
    Desk desk;
    for (const char* body : {"[]", "{", "1", "null"}) {
        const auto response = desk.ask_raw("PutRule", body);
        CHECK(response.status == 400);
        CHECK(
            json::parse(std::get<std::string>(response.body))["__type"] == "SerializationException"
        );
    }
}

TEST_CASE("EventsService refuses members of a wrong type", "[api][EventsService]") {
    Desk desk;
    const auto type = [&](const char* operation, const char* body) {
        return json::parse(std::get<std::string>(desk.ask_raw(operation, body).body))["__type"];
    };
    CHECK(type("PutRule", R"({"Name":1})") == "SerializationException");
    CHECK(type("PutEvents", R"({"Entries":[{"Source":{}}]})") == "SerializationException");
    CHECK(type("PutEvents", R"({"Entries":{}})") == "ValidationException");
    CHECK(type("PutTargets", R"({"Rule":"r","Targets":[]})") == "ValidationException");
    CHECK(type("DescribeRule", "{}") == "ValidationException");
}

TEST_CASE("EventsService accepts an event when it is on disk", "[api][EventsService]") {
    Desk desk;
    desk.ask("PutRule", {{"Name", "r"}, {"EventPattern", R"({"source":["shop"]})"}});
    json targets = {{"Rule", "r"}};
    targets["Targets"] = json::array({{{"Id", "t"}, {"Arn", kFunction}}});
    CHECK(desk.ask("PutTargets", targets)["FailedEntryCount"] == 0);
    json asked = json::object();
    asked["Entries"] = json::array({entry(R"({"n":1})"), entry("nothing")});
    const json answer = desk.ask("PutEvents", asked);
    CHECK(answer["FailedEntryCount"] == 1);
    REQUIRE(desk.outbox.all(desk.loop).size() == 1);
    const json event = json::parse(desk.outbox.all(desk.loop)[0].message.body);
    CHECK(event["id"] == answer["Entries"][0]["EventId"]);
    CHECK(event["time"] == "2026-01-01T00:00:00Z");
    CHECK(desk.outbox.all(desk.loop)[0].message.trace_header == kTrace);
    desk.outbox.refuses = true;
    const auto failed = desk.ask_raw("PutEvents", asked.dump());
    CHECK(failed.status == 500);
}

TEST_CASE("EventsService counts entries and bytes", "[api][EventsService]") {
    Desk desk;
    json asked = json::object();
    asked["Entries"] = json::array();
    CHECK(desk.ask("PutEvents", asked)["__type"] == "ValidationException");
    for (int i = 0; i < 10; ++i) {
        asked["Entries"].push_back(entry("{}"));
    }
    CHECK(desk.ask("PutEvents", asked)["FailedEntryCount"] == 0);
    asked["Entries"].push_back(entry("{}"));
    CHECK(desk.ask("PutEvents", asked)["__type"] == "ValidationException");
    const std::string frame = R"({"x":""})";
    const std::size_t room = (1U << 20U) - frame.size() - std::string("shopOrder").size();
    const auto detail = [&](std::size_t bytes) {
        return R"({"x":")" + std::string(bytes, 'x') + R"("})";
    };
    asked["Entries"] = json::array({entry(detail(room))});
    CHECK(desk.ask("PutEvents", asked)["FailedEntryCount"] == 0);
    asked["Entries"] = json::array({entry(detail(room + 1))});
    CHECK(
        desk.ask("PutEvents", asked)["message"] ==
        "Total size of the entries in the request is over the limit."
    );
}

TEST_CASE("EventsService knows buses by name and by ARN", "[api][EventsService]") {
    Desk desk;
    const json made = desk.ask("CreateEventBus", {{"Name", "shop"}});
    CHECK(made["EventBusArn"] == "arn:aws:events:us-east-1:000000000000:event-bus/shop");
    json rule = {{"Name", "r"}, {"EventPattern", R"({"source":["a"]})"}};
    rule["EventBusName"] = made["EventBusArn"];
    CHECK(
        desk.ask("PutRule", rule)["RuleArn"] == "arn:aws:events:us-east-1:000000000000:rule/shop/r"
    );
    const json of = {{"Name", "r"}, {"EventBusName", "shop"}};
    CHECK(desk.ask("DescribeRule", of)["EventBusName"] == "shop");
    CHECK(desk.ask("DescribeRule", {{"Name", "r"}})["__type"] == "ResourceNotFoundException");
    CHECK(desk.ask("DeleteRule", of).is_null());
    CHECK(desk.ask("DeleteEventBus", {{"Name", "shop"}}).is_null());
}
