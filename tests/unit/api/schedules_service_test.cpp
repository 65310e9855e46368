#include "api/schedules/schedules_service.h"

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

struct Reply {
    unsigned status = 0;
    std::string error;  // its name
    json body;
};

struct Desk {
    Desk() {
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = triggers::Timers::migrations();
        for (const auto& room :
             {triggers::Schedules::migrations(), tests::OutboxTable::migrations()}) {
            all.insert(all.end(), room.begin(), room.end());
        }
        driver->migrate(all).value();
        outbox.driver = driver.get();
        timers.emplace(loop.get_executor(), *driver, clock, Logger::silent());
        schedules.emplace("us-east-1", *driver, *timers, outbox, clock);
        tests::run_flow(loop, schedules->open()).value();
        service.emplace(api::schedules::SchedulesConfig(), *schedules, Logger::silent());
    }
    Reply ask_raw(
        const std::string& method,
        const std::string& path,
        std::string body,
        http::QueryItems query = {}
    ) {
        api::Request request;
        request.head.method = method;
        request.path = path;
        request.query = std::move(query);
        request.principal.is_root = is_root;
        request.principal.name = "function:f";
        tests::FixedBody reader(std::move(body));
        const http::Response response =
            tests::run_flow(loop, service->serve(std::move(request), reader));
        Reply reply;
        reply.status = response.status;
        reply.error = response.headers.find("x-amzn-ErrorType").value_or("");
        reply.body = json::parse(std::get<std::string>(response.body));
        return reply;
    }
    Reply ask(const std::string& method, const std::string& path, const json& body = nullptr) {
        return ask_raw(method, path, body.is_null() ? "" : body.dump());
    }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::OutboxTable outbox;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::optional<triggers::Timers> timers;
    std::optional<triggers::Schedules> schedules;
    std::optional<api::schedules::SchedulesService> service;
    bool is_root = true;
};

const json kWish = json::parse(R"json({
    "ScheduleExpression": "rate(5 minutes)", "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f",
               "RoleArn": "arn:aws:iam::000000000000:role/r"}
})json");

json wish_with(const std::string& pointer, const json& value) {
    json wish = kWish;
    wish[json::json_pointer(pointer)] = value;
    return wish;
}

}  // namespace

TEST_CASE("SchedulesService is for the owner", "[api][SchedulesService]") {
    Desk desk;
    desk.is_root = false;
    const Reply refused = desk.ask("POST", "/schedules/a", kWish);
    CHECK(refused.status == 403);
    CHECK(refused.error == "AccessDeniedException");
}

TEST_CASE("SchedulesService says what it does not offer", "[api][SchedulesService]") {
    Desk desk;
    for (const char* path : {"/schedules/", "/else", "/schedule-groups/"}) {
        CHECK(desk.ask("POST", path, kWish).error == "UnknownOperationException");
    }
    CHECK(desk.ask("PATCH", "/schedules/a", kWish).status == 404);
}

TEST_CASE("SchedulesService keeps a schedule that then ticks", "[api][SchedulesService]") {
    Desk desk;
    const Reply made = desk.ask("POST", "/schedules/a", kWish);
    CHECK(made.status == 200);
    CHECK(
        made.body["ScheduleArn"] == "arn:aws:scheduler:us-east-1:000000000000:schedule/default/a"
    );
    tests::run_flow(desk.loop, desk.timers->tick());
    CHECK(desk.outbox.all(desk.loop).size() == 1);
    const json got = desk.ask("GET", "/schedules/a").body;
    CHECK(got["ActionAfterCompletion"] == "NONE");
    CHECK(got["ScheduleExpressionTimezone"] == "UTC");
    CHECK(got["CreationDate"] == 1767225600.0);
    CHECK(desk.ask("DELETE", "/schedules/a").status == 200);
    CHECK(desk.ask("GET", "/schedules/a").status == 404);
}

TEST_CASE("SchedulesService words its refusals as AWS does", "[api][SchedulesService]") {
    Desk desk;
    const auto message = [&](const json& wish) {
        const Reply reply = desk.ask("POST", "/schedules/a", wish);
        return std::to_string(reply.status) + " " + reply.error + ": " +
               reply.body.value("Message", "");
    };
    CHECK(
        message(wish_with("/ScheduleExpression", "never")) ==
        "400 ValidationException: Invalid Schedule Expression never."
    );
    for (const double late : {1e10, 1e300}) {  // the year 2286, and none
        CHECK(
            message(wish_with("/EndDate", late)) ==
            "400 ValidationException: The EndDate you specify cannot be later than 2199."
        );
    }
    CHECK(
        message(wish_with("/State", "ASLEEP")) ==
        "400 ValidationException: 1 validation error detected: Value 'ASLEEP' at 'state' failed to "
        "satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]"
    );
    CHECK(
        message(json::object()) ==
        "400 ValidationException: 4 validation errors detected: Value null at 'scheduleExpression' "
        "failed to satisfy constraint: Member must not be null; Value '' at 'scheduleExpression' "
        "failed to satisfy constraint: Member must have length greater than or equal to 1; Value "
        "null at 'flexibleTimeWindow' failed to satisfy constraint: Member must not be null; Value "
        "null at 'target' failed to satisfy constraint: Member must not be null"
    );
    CHECK(
        message(wish_with("/GroupName", "none")) ==
        "404 ResourceNotFoundException: Schedule group none does not exist."
    );
    CHECK(message(wish_with("/StartDate", "soon")).starts_with("400 SerializationException"));
    CHECK(message(wish_with("/Target/Arn", 5)).starts_with("400 SerializationException"));
    CHECK(message(wish_with("/Target/Arn", "x")).ends_with("Provided Arn is not in correct format.")
    );
    const Reply long_name = desk.ask("POST", "/schedules/" + std::string(65, 'a'), kWish);
    CHECK(long_name.status == 400);
    CHECK(desk.ask_raw("POST", "/schedules/a", "[]").error == "SerializationException");
}

TEST_CASE("SchedulesService pages through schedules", "[api][SchedulesService]") {
    Desk desk;
    for (const char* name : {"a", "b", "c"}) {
        REQUIRE(desk.ask("POST", std::string("/schedules/") + name, kWish).status == 200);
    }
    http::QueryItems two{{"MaxResults", "2"}};
    const json first = desk.ask_raw("GET", "/schedules", "", two).body;
    CHECK(first["Schedules"].size() == 2);
    two.emplace_back("NextToken", first["NextToken"].get<std::string>());
    const json second = desk.ask_raw("GET", "/schedules", "", two).body;
    CHECK(second["Schedules"].size() == 1);
    CHECK_FALSE(second.contains("NextToken"));
    for (const http::QueryItems& wrong :
         {http::QueryItems{{"MaxResults", "0"}},
          http::QueryItems{{"MaxResults", "many"}},
          http::QueryItems{{"State", "ASLEEP"}},
          http::QueryItems{{"NextToken", "x"}}}) {
        CHECK(desk.ask_raw("GET", "/schedules", "", wrong).error == "ValidationException");
    }
}

TEST_CASE("SchedulesService has tags for groups alone", "[api][SchedulesService]") {
    Desk desk;
    const json tags = json::parse(R"({"Tags": [{"Key": "a", "Value": "1"}]})");
    const json made = desk.ask("POST", "/schedule-groups/night", tags).body;
    const std::string path = "/tags/" + made["ScheduleGroupArn"].get<std::string>();
    CHECK(desk.ask("GET", path).body == tags);
    CHECK(desk.ask_raw("DELETE", path, "", {{"TagKeys", "a"}, {"TagKeys", "b"}}).status == 200);
    CHECK(desk.ask("GET", path).body["Tags"].empty());
    CHECK(
        desk.ask("GET", "/tags/arn:aws:scheduler:us-east-1:000000000000:schedule/default/a")
            .error == "ValidationException"
    );
    CHECK(desk.ask("GET", path + "s").error == "ResourceNotFoundException");
}
