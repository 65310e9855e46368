#include "triggers/schedules/schedules.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/outbox_table.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::run_flow;
using triggers::Schedule;
using triggers::ScheduleFilter;
using triggers::ScheduleGroup;
using triggers::Schedules;
using triggers::Timers;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:report";

Schedule wish(const std::string& name, const std::string& expression) {
    Schedule wanted;
    wanted.name = name;
    wanted.expression = expression;
    wanted.target.arn = kFunction;
    wanted.target.role = "arn:aws:iam::000000000000:role/scheduler";
    wanted.target.input = "{}";
    return wanted;
}

// Midnight of 2026-01-01, UTC.
struct Fixture {
    Fixture() { open(); }

    // As after a start of the daemon.
    void open() {
        schedules.reset();
        timers.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = Timers::migrations();
        for (const auto& room : {Schedules::migrations(), tests::OutboxTable::migrations()}) {
            all.insert(all.end(), room.begin(), room.end());
        }
        driver->migrate(all).value();
        outbox.driver = driver.get();
        timers = std::make_unique<Timers>(loop.get_executor(), *driver, clock, Logger::silent());
        schedules = std::make_unique<Schedules>("us-east-1", *driver, *timers, outbox, clock);
        run_flow(loop, schedules->open()).value();
    }
    Result<void> create(const Schedule& wanted) {
        return run_flow(loop, schedules->create(wanted));
    }
    Result<void> update(const Schedule& wanted) {
        return run_flow(loop, schedules->update(wanted));
    }
    Result<Schedule> find(const std::string& name, const std::string& group = "default") {
        return run_flow(loop, schedules->find(group, name));
    }
    std::vector<std::string> names(const ScheduleFilter& filter) {
        std::vector<std::string> found;
        for (const Schedule& one : run_flow(loop, schedules->list(filter)).value()) {
            found.push_back(one.group + "/" + one.name);
        }
        return found;
    }
    void after(std::chrono::nanoseconds time) {
        clock.advance(time);
        run_flow(loop, timers->tick());
    }
    std::size_t sent() { return outbox.all(loop).size(); }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::OutboxTable outbox;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<Timers> timers;
    std::unique_ptr<Schedules> schedules;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Schedules send their input to their target", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("nightly", "cron(30 2 * * ? *)");
    wanted.zone = "Europe/Berlin";
    wanted.target.input = R"({"when":"<aws.scheduler.scheduled-time>",)"
                          R"("who":"<aws.scheduler.schedule-arn>",)"
                          R"("run":"<aws.scheduler.execution-id>",)"
                          R"("try":"<aws.scheduler.attempt-number>"})";
    wanted.target.retries_max = 3;
    wanted.target.age_s_max = 600;
    wanted.target.dead_letter_arn = "arn:aws:sqs:us-east-1:000000000000:dead";
    room.create(wanted).value();
    room.after(1h + 29min);
    CHECK(room.sent() == 0);
    room.after(1min + 2s);
    const auto kept = room.outbox.all(room.loop);
    REQUIRE(kept.size() == 1);
    const scheduler::TargetMessage& message = kept[0].message;
    CHECK(message.target_arn == kFunction);
    const std::string arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly";
    CHECK(message.source_arn == arn);
    const auto body = nlohmann::json::parse(message.body);
    CHECK(body["when"] == "2026-01-01T01:30:00Z");
    CHECK(body["who"] == arn);
    CHECK(body["run"] == message.id);
    CHECK(body["try"] == "1");
    CHECK(kept[0].rules.attempts_max == 3);
    CHECK(kept[0].rules.age_ms_max == 598'000);
    CHECK(kept[0].rules.dead_letter_arn == wanted.target.dead_letter_arn);
    CHECK(room.outbox.wakes == 1);
}

TEST_CASE("Schedules without an input send the event that says so", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("plain", "at(2026-01-01T08:00:00)");
    wanted.target.input.reset();
    room.create(wanted).value();
    room.after(8h);
    const auto kept = room.outbox.all(room.loop);
    REQUIRE(kept.size() == 1);
    const auto event = nlohmann::json::parse(kept[0].message.body);
    CHECK(event["source"] == "aws.scheduler");
    CHECK(event["detail-type"] == "Scheduled Event");
    CHECK(event["time"] == "2026-01-01T08:00:00Z");
    CHECK(event["detail"] == "{}");
    CHECK(event["account"] == "000000000000");
    CHECK(event["resources"][0] == kept[0].message.source_arn);
}

TEST_CASE("Schedules to a bus say what kind of event it is", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("events", "at(2026-01-01T08:00:00)");
    wanted.target.arn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    wanted.target.detail_type = "Night";
    wanted.target.source = "house";
    wanted.target.group_id = "g";
    room.create(wanted).value();
    room.after(8h);
    const auto message = room.outbox.all(room.loop).at(0).message;
    CHECK(message.detail_type == "Night");
    CHECK(message.source == "house");
    CHECK(message.group_id == "g");
}

TEST_CASE("Schedules with a rate begin at once, or at their start", "[triggers][Schedules]") {
    Fixture room;
    room.create(wish("now", "rate(1 hour)")).value();
    Schedule later = wish("later", "rate(1 hour)");
    later.start_ms = unix_ms(room.clock.wall_now() + 30min);
    room.create(later).value();
    room.after(0s);
    CHECK(room.sent() == 1);
    room.after(30min);
    CHECK(room.sent() == 2);
    room.after(30min);
    CHECK(room.sent() == 3);
    room.after(30min);
    CHECK(room.sent() == 4);
}

TEST_CASE("Schedules that are deleted after completion go", "[triggers][Schedules]") {
    Fixture room;
    Schedule once = wish("once", "at(2026-01-01T08:00:00)");
    once.delete_after = true;
    room.create(once).value();
    room.create(wish("stays", "at(2026-01-01T08:00:00)")).value();
    Schedule bounded = wish("bounded", "rate(1 hour)");
    bounded.delete_after = true;
    bounded.end_ms = unix_ms(room.clock.wall_now() + 2h + 30min);
    room.create(bounded).value();
    room.after(1h);
    CHECK(room.names({}).size() == 3);
    room.after(8h);
    CHECK(room.names({}) == Names{"default/stays"});
    CHECK(room.sent() == 5);
    room.after(24h);
    CHECK(room.sent() == 5);
}

TEST_CASE("Schedules that are disabled do not tick", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("nap", "rate(1 minute)");
    wanted.enabled = false;
    room.create(wanted).value();
    room.after(10min);
    CHECK(room.sent() == 0);
    wanted.enabled = true;
    room.update(wanted).value();
    room.after(30s);
    CHECK(room.sent() == 0);  // it goes on counting from its creation
    room.after(30s);
    CHECK(room.sent() == 1);
    wanted.enabled = false;
    room.update(wanted).value();
    room.after(10min);
    CHECK(room.sent() == 1);
}

TEST_CASE("Schedules that are updated are replaced", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("a", "cron(0 8 * * ? *)");
    wanted.description = "first";
    wanted.start_ms = unix_ms(room.clock.wall_now() + 1h);
    room.create(wanted).value();
    const std::int64_t created = room.find("a")->created_ms;
    room.clock.advance(1min);
    room.update(wish("a", "cron(0 9 * * ? *)")).value();
    const Schedule now = room.find("a").value();
    CHECK(now.description.empty());
    CHECK_FALSE(now.start_ms);
    CHECK(now.created_ms == created);
    CHECK(now.modified_ms == created + 60'000);
    room.after(8h + 30min);
    CHECK(room.sent() == 0);
    room.after(30min);
    CHECK(room.sent() == 1);
    CHECK(room.update(wish("b", "rate(1 day)")).error().code() == Code::kNotFound);
}

TEST_CASE("Schedules keep a tick whose window is open", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("a", "cron(0 8 * * ? *)");
    wanted.window_minutes = 60;
    room.create(wanted).value();
    room.after(8h);
    REQUIRE(room.sent() == 0);
    wanted.target.input = "[]";
    room.update(wanted).value();
    room.after(1h);
    CHECK(room.sent() == 1);
    room.update(wanted).value();
    room.after(22h);
    CHECK(room.sent() == 1);
    room.after(2h);
    CHECK(room.sent() == 2);
}

TEST_CASE("Schedules survive a restart and make up for what was missed", "[triggers][Schedules]") {
    Fixture room;
    room.create(wish("hourly", "cron(0 * * * ? *)")).value();
    Schedule impatient = wish("impatient", "cron(0 * * * ? *)");
    impatient.target.age_s_max = 60;
    room.create(impatient).value();
    room.clock.advance(3h + 30min);
    room.open();
    room.after(0s);
    CHECK(room.sent() == 3);
    CHECK(room.find("hourly")->target.arn == kFunction);
    room.after(30min);
    CHECK(room.sent() == 5);
}

TEST_CASE("Schedules keep a tick that the outbox does not take", "[triggers][Schedules]") {
    Fixture room;
    room.create(wish("a", "at(2026-01-01T08:00:00)")).value();
    room.outbox.refuses = true;
    room.after(8h);
    CHECK(room.sent() == 0);
    room.outbox.refuses = false;
    room.after(1s);
    CHECK(room.sent() == 1);
}

TEST_CASE("Schedules refuse what cannot be", "[triggers][Schedules]") {
    Fixture room;
    const auto subject = [&](const Schedule& wanted) {
        return room.create(wanted).error().subject();
    };
    CHECK(subject(wish("a", "rate(5 fortnights)")) == "schedule");
    Schedule wanted = wish("a", "rate(5 minutes)");
    wanted.zone = "Mars/Olympus";
    CHECK(subject(wanted) == "zone");
    wanted.zone = "UTC";
    wanted.start_ms = unix_ms(room.clock.wall_now() - 6min);
    CHECK(subject(wanted) == "start");
    wanted.start_ms.reset();
    wanted.end_ms = unix_ms(room.clock.wall_now() - 1min);
    CHECK(subject(wanted) == "end");
    wanted.end_ms = unix_ms(room.clock.wall_now() + 1min);
    wanted.start_ms = *wanted.end_ms;
    CHECK(subject(wanted) == "end");
    wanted = wish("a", "rate(5 minutes)");
    wanted.group = "none";
    CHECK(subject(wanted) == "group");
    constexpr std::int64_t kYear2286Ms = 10'000'000'000'000;
    wanted = wish("a", "rate(5 minutes)");
    wanted.start_ms = kYear2286Ms;
    CHECK(subject(wanted) == "start");
    wanted.start_ms.reset();
    wanted.end_ms = kYear2286Ms;
    CHECK(subject(wanted) == "end");
    CHECK(subject(wish("a", "at(2200-01-01T00:00:00)")) == "schedule");
    CHECK(room.names({}).empty());
}

TEST_CASE("Schedules are created once for each client token", "[triggers][Schedules]") {
    Fixture room;
    Schedule wanted = wish("a", "rate(5 minutes)");
    wanted.client_token = "t1";
    room.create(wanted).value();
    room.create(wanted).value();
    wanted.client_token = "t2";
    CHECK(room.create(wanted).error().code() == Code::kConflict);
    run_flow(room.loop, room.schedules->remove("default", "a")).value();
    CHECK(room.find("a").error().code() == Code::kNotFound);
    CHECK(
        run_flow(room.loop, room.schedules->remove("default", "a")).error().subject() == "schedule"
    );
    room.after(1h);
    CHECK(room.sent() == 0);
}

TEST_CASE("Schedules are listed by group, name and state, in pages", "[triggers][Schedules]") {
    Fixture room;
    ScheduleGroup night;
    night.name = "night";
    run_flow(room.loop, room.schedules->create_group(night)).value();
    for (const char* name : {"b1", "a1", "a2"}) {
        Schedule wanted = wish(name, "rate(1 day)");
        wanted.enabled = wanted.name != "a2";
        room.create(wanted).value();
        wanted.group = "night";
        room.create(wanted).value();
    }
    ScheduleFilter filter;
    filter.group = "night";
    CHECK(room.names(filter) == Names{"night/a1", "night/a2", "night/b1"});
    filter = ScheduleFilter();
    filter.name_prefix = "a";
    filter.enabled = true;
    CHECK(room.names(filter) == Names{"default/a1", "night/a1"});
    filter = ScheduleFilter();
    filter.count_max = 2;
    filter.after_group = "default";
    filter.after_name = "a2";
    CHECK(room.names(filter) == Names{"default/b1", "night/a1"});
    filter.group = "none";
    CHECK(run_flow(room.loop, room.schedules->list(filter)).error().subject() == "group");
}

TEST_CASE("Schedules go with their group", "[triggers][Schedules]") {
    Fixture room;
    ScheduleGroup night;
    night.name = "night";
    night.tags = {{"team", "a"}, {"cost", "1"}};
    run_flow(room.loop, room.schedules->create_group(night)).value();
    CHECK(
        run_flow(room.loop, room.schedules->create_group(night)).error().code() == Code::kConflict
    );
    Schedule wanted = wish("a", "rate(1 minute)");
    wanted.group = "night";
    room.create(wanted).value();
    run_flow(room.loop, room.schedules->tag_group("night", {{"team", "b"}})).value();
    run_flow(room.loop, room.schedules->untag_group("night", {"cost"})).value();
    using Tags = std::map<std::string, std::string>;
    CHECK(
        run_flow(room.loop, room.schedules->find_group("night")).value().tags == Tags{{"team", "b"}}
    );
    run_flow(room.loop, room.schedules->remove_group("night")).value();
    CHECK(room.find("a", "night").error().subject() == "group");
    room.after(10min);
    CHECK(room.sent() == 0);
    const auto refused = run_flow(room.loop, room.schedules->remove_group("default"));
    CHECK(refused.error().code() == Code::kInvalidArgument);
    ScheduleFilter all;
    CHECK(run_flow(room.loop, room.schedules->list_groups(all)).value().size() == 1);
}
