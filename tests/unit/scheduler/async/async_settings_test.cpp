#include "scheduler/async/async_settings.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <set>

using namespace lambent;
using namespace lambent::scheduler;
using lambent::tests::run_flow;

namespace {

struct SettingsRoom {
    boost::asio::io_context loop;
    tests::ManualClock clock;
    tests::TempDir directory;
    std::set<std::string> functions{"resize", "other"};
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<AsyncSettings> subject;

    SettingsRoom() { open(); }
    void open() {
        subject.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(AsyncSettings::migrations()).value();
        subject = std::make_unique<AsyncSettings>(*driver, clock);
        auto exists = [this](const std::string& name) {
            return functions.contains(name);
        };
        run_flow(loop, subject->load(std::move(exists))).value();
    }
    EventInvokeConfig put(const std::string& function, const std::string& qualifier) {
        EventInvokeConfig config;
        config.function = function;
        config.qualifier = qualifier;
        config.retries_max = 1;
        config.on_failure = "arn:aws:sqs:us-east-1:000000000000:failed";
        return run_flow(loop, subject->put(std::move(config))).value();
    }
};

}  // namespace

TEST_CASE("AsyncSettings keeps what was put over a restart", "[scheduler][AsyncSettings]") {
    SettingsRoom room;
    room.put("resize", "live");
    room.open();
    const auto config = room.subject->find("resize", "live");
    REQUIRE(config.has_value());
    CHECK(config->retries_max == 1U);
    CHECK_FALSE(config->age_max_s.has_value());
    CHECK(config->on_success.empty());
    CHECK(config->on_failure == "arn:aws:sqs:us-east-1:000000000000:failed");
    CHECK(config->modified_ms == unix_ms(room.clock.wall_now()));
}

TEST_CASE("AsyncSettings tells versions and aliases apart", "[scheduler][AsyncSettings]") {
    SettingsRoom room;
    room.put("resize", "live");
    CHECK(room.subject->of_reference("resize:live").retries_max == 1U);
    CHECK_FALSE(room.subject->of_reference("resize").retries_max.has_value());
    CHECK(room.subject->of_reference("resize").qualifier == "$LATEST");
    room.put("resize", "$LATEST");
    CHECK(room.subject->of_reference("resize").retries_max == 1U);
    CHECK(room.subject->of_reference("resize:$LATEST").retries_max == 1U);
    CHECK(room.subject->list("resize").size() == 2);
    CHECK(room.subject->list("res").empty());
}

TEST_CASE("AsyncSettings forgets", "[scheduler][AsyncSettings]") {
    SettingsRoom room;
    room.put("resize", "live");
    room.put("resize", "$LATEST");
    room.put("other", "$LATEST");
    run_flow(room.loop, room.subject->remove("resize", "live")).value();
    CHECK_FALSE(room.subject->find("resize", "live").has_value());
    run_flow(room.loop, room.subject->forget("resize")).value();
    room.open();
    CHECK(room.subject->list("resize").empty());
    CHECK(room.subject->list("other").size() == 1);
    room.functions.clear();
    room.open();
    CHECK(room.subject->list("other").empty());
}

TEST_CASE("AsyncSettings knows which functions may loop", "[scheduler][AsyncSettings]") {
    using Loops = AsyncSettings::Loops;
    SettingsRoom room;
    CHECK(room.subject->loops("resize") == Loops::kTerminate);
    run_flow(room.loop, room.subject->set_loops("resize", Loops::kAllow)).value();
    room.open();
    CHECK(room.subject->loops("resize") == Loops::kAllow);
    run_flow(room.loop, room.subject->set_loops("resize", Loops::kTerminate)).value();
    room.open();
    CHECK(room.subject->loops("resize") == Loops::kTerminate);
}
