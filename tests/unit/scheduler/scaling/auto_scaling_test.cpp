#include "scheduler/scaling/auto_scaling.h"

#include "base/sql/sqlite_driver.h"
#include "base/time_format.h"
#include "scheduler/scaling/provisioned_capacity.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <map>
#include <memory>

using namespace lambent;
using namespace std::chrono_literals;
using namespace lambent::scheduler;
using lambent::tests::ManualClock;
using lambent::tests::run_flow;
using lambent::tests::TempDir;

namespace {

const std::string kLive = "function:resize:live";

class FakeCapacity final : public ScalableCapacity {
  public:
    std::map<std::string, std::uint32_t> all{{kLive, 0}};
    std::optional<double> use;
    std::string refusal;  // of every change

    std::optional<std::uint32_t> slots(const std::string& resource) const override {
        const auto found = all.find(resource);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    }
    Task<Result<void>> set(std::string resource, std::uint32_t slots) override {
        if (!refusal.empty()) {
            co_return Error(Code::kInvalidArgument, "concurrency", refusal);
        }
        if (!all.contains(resource)) {
            co_return Error(Code::kNotFound, "resource", "There is no " + resource + ".");
        }
        all[resource] = slots;
        co_return Result<void>();
    }
    std::optional<double> utilisation(const std::string&) override { return use; }
};

// Midnight of 2026-01-01, a Thursday, UTC.
struct Fixture {
    Fixture() { open(); }

    // As after a start of the daemon.
    void open() {
        subject.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(AutoScaling::migrations()).value();
        subject = std::make_unique<AutoScaling>(
            loop.get_executor(), *driver, capacity, clock, Logger::silent()
        );
        run_flow(loop, subject->load()).value();
    }
    void bound(std::uint32_t least, std::uint32_t most) {
        ScalableTarget target = subject->target(kLive).value_or(ScalableTarget());
        target.resource = kLive;
        target.slots_min = least;
        target.slots_max = most;
        run_flow(loop, subject->put_target(target)).value();
    }
    Result<ScheduledAction> schedule(
        const std::string& name,
        const std::string& schedule,
        std::optional<std::uint32_t> least,
        std::optional<std::uint32_t> most = std::nullopt
    ) {
        ScheduledAction action;
        action.resource = kLive;
        action.name = name;
        action.schedule = schedule;
        action.slots_min = least;
        action.slots_max = most;
        return put(action);
    }
    Result<ScheduledAction> put(const ScheduledAction& action) {
        return run_flow(loop, subject->put_action(action));
    }
    void track(double target) {
        ScalingPolicy policy;
        policy.resource = kLive;
        policy.name = "utilisation";
        policy.target = target;
        run_flow(loop, subject->put_policy(policy)).value();
    }
    // The capacity after this time, looked at every minute.
    std::uint32_t after(std::chrono::minutes time) {
        for (; time.count() > 0; --time) {
            clock.advance(1min);
            run_flow(loop, subject->tick());
        }
        return capacity.all.at(kLive);
    }
    std::vector<ScalingActivity> activities() {
        return run_flow(loop, subject->activities(kLive)).value();
    }

    TempDir directory;
    ManualClock clock;
    boost::asio::io_context loop;
    FakeCapacity capacity;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<AutoScaling> subject;
};

}  // namespace

TEST_CASE("AutoScaling brings a capacity within its bounds", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(2, 5);
    CHECK(room.capacity.all.at(kLive) == 2);
    room.capacity.all[kLive] = 9;
    room.bound(2, 5);
    CHECK(room.capacity.all.at(kLive) == 5);
    room.bound(0, 5);
    CHECK(room.capacity.all.at(kLive) == 5);
    const auto activities = room.activities();
    REQUIRE(activities.size() == 2);
    for (const ScalingActivity& activity : activities) {
        CHECK(activity.status == "Successful");
    }
    CHECK(activities[0].cause != activities[1].cause);
}

TEST_CASE("AutoScaling acts when its schedule says", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    room.schedule("morning", "cron(0 8 * * ? *)", 10).value();
    room.schedule("evening", "cron(0 20 * * ? *)", 0, 0).value();
    CHECK(room.after(7h + 59min) == 0);
    CHECK(room.after(1min) == 10);
    CHECK(room.subject->target(kLive)->slots_min == 10);
    CHECK(room.after(11h + 59min) == 10);
    CHECK(room.after(1min) == 0);
    CHECK(room.subject->target(kLive)->slots_max == 0);
    // The bounds give way to each other.
    CHECK(room.after(12h) == 10);
    CHECK(room.subject->target(kLive)->slots_max == 10);
    const auto activities = room.activities();
    REQUIRE(activities.size() == 6);
    CHECK(activities.back().description.find("min capacity to 10") != std::string::npos);
    CHECK(activities.back().cause == "scheduled action name morning was triggered");
}

TEST_CASE("AutoScaling's schedules follow their zone", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    ScheduledAction action;
    action.resource = kLive;
    action.name = "paris";
    action.schedule = "cron(0 8 * * ? *)";
    action.zone = "Europe/Paris";
    action.slots_min = 3;
    room.put(action).value();
    CHECK(room.after(6h + 59min) == 0);
    CHECK(room.after(1min) == 3);
}

TEST_CASE("AutoScaling's actions begin and end", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    ScheduledAction action;
    action.resource = kLive;
    action.name = "rate";
    action.schedule = "rate(10 minutes)";
    action.slots_min = 4;
    action.start_ms = unix_ms(room.clock.wall_now() + 30min);
    action.end_ms = unix_ms(room.clock.wall_now() + 45min);
    room.put(action).value();
    CHECK(room.after(29min) == 0);
    CHECK(room.after(1min) == 4);
    room.bound(0, 100);
    room.capacity.all[kLive] = 0;
    CHECK(room.after(10min) == 4);  // 00:40
    room.bound(0, 100);
    room.capacity.all[kLive] = 0;
    CHECK(room.after(60min) == 0);
}

TEST_CASE("AutoScaling refuses times that clocks cannot count", "[scheduler][AutoScaling]") {
    constexpr std::int64_t kYear2286Ms = 10'000'000'000'000;
    Fixture room;
    room.bound(0, 100);
    ScheduledAction action;
    action.resource = kLive;
    action.name = "late";
    action.schedule = "rate(10 minutes)";
    action.slots_min = 4;
    action.start_ms = kYear2286Ms;
    CHECK(room.put(action).error().subject() == "start");
    action.start_ms.reset();
    action.end_ms = kYear2286Ms;
    CHECK(room.put(action).error().subject() == "end");
    CHECK(room.schedule("at", "at(2700-01-01T00:00:00)", 7).error().subject() == "schedule");
    CHECK(room.subject->actions().empty());
}

TEST_CASE("AutoScaling acts once at a time that comes once", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    room.schedule("once", "at(2026-01-01T01:00:00)", 7).value();
    CHECK(room.after(1h) == 7);
    room.bound(0, 100);
    room.capacity.all[kLive] = 0;
    CHECK(room.after(48h) == 0);
    const auto late = room.schedule("late", "at(2026-01-01T01:00:00)", 7);
    REQUIRE(late.has_error());
    CHECK(late.error().code() == Code::kInvalidArgument);
}

TEST_CASE("AutoScaling makes up for one missed time at start", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    room.schedule("hourly", "rate(1 hour)", 6).value();
    room.clock.advance(10h + 30min);
    room.open();
    CHECK(room.capacity.all.at(kLive) == 0);
    run_flow(room.loop, room.subject->tick());
    CHECK(room.capacity.all.at(kLive) == 6);
    CHECK(room.activities().size() == 2);
    CHECK(room.subject->actions().at(0).seen_ms == unix_ms(room.clock.wall_now()));
}

TEST_CASE("AutoScaling does not act while it is suspended", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    ScalableTarget target = *room.subject->target(kLive);
    target.suspended.scheduled = true;
    run_flow(room.loop, room.subject->put_target(target)).value();
    room.schedule("minutely", "rate(1 minute)", 6).value();
    CHECK(room.after(3min) == 0);
    target.suspended.scheduled = false;
    run_flow(room.loop, room.subject->put_target(target)).value();
    CHECK(room.after(1min) == 6);
}

TEST_CASE("AutoScaling follows the utilisation within its bounds", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(10, 18);
    room.track(0.7);
    room.capacity.use = 1.0;
    CHECK(room.after(2min) == 10);
    CHECK(room.after(1min) == 15);
    CHECK(room.after(1min) == 18);
    CHECK(room.after(10min) == 18);
    room.capacity.use = 0.1;
    CHECK(room.after(14min) == 18);
    CHECK(room.after(1min) == 10);
    const auto activities = room.activities();
    REQUIRE(activities.size() == 4);
    const ScalingPolicy policy = room.subject->policies().at(0);
    CHECK(
        activities[0].cause ==
        "monitor alarm " + policy.low_alarm() + " in state ALARM triggered policy utilisation"
    );
}

TEST_CASE("AutoScaling does not follow what is suspended", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(10, 100);
    room.track(0.5);
    ScalableTarget target = *room.subject->target(kLive);
    target.suspended.scale_out = true;
    run_flow(room.loop, room.subject->put_target(target)).value();
    room.capacity.use = 1.0;
    CHECK(room.after(10min) == 10);
    target.suspended.scale_out = false;
    run_flow(room.loop, room.subject->put_target(target)).value();
    CHECK(room.after(1min) == 20);
}

TEST_CASE("AutoScaling says what it could not do, and tries again", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(10, 100);
    room.track(0.5);
    room.capacity.use = 1.0;
    room.capacity.refusal = "the account has not so many slots";
    CHECK(room.after(3min) == 10);
    const ScalingActivity failed = room.activities().at(0);
    CHECK(failed.status == "Failed");
    CHECK(failed.message.find(room.capacity.refusal) != std::string::npos);
    room.capacity.refusal.clear();
    CHECK(room.after(1min) == 20);
}

TEST_CASE("AutoScaling tells of a resource that has gone", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 100);
    room.schedule("minutely", "rate(1 minute)", 6).value();
    room.capacity.all.clear();
    room.clock.advance(1min);
    run_flow(room.loop, room.subject->tick());
    const auto activities = room.activities();
    REQUIRE(activities.size() == 2);
    CHECK(activities[0].status != activities[1].status);
}

TEST_CASE("AutoScaling survives a restart", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(1, 50);
    room.track(0.5);
    ScheduledAction action;
    action.resource = kLive;
    action.name = "night";
    action.schedule = "cron(0 0 ? * MON-FRI *)";
    action.zone = "Asia/Tokyo";
    action.end_ms = unix_ms(room.clock.wall_now() + 1'000h);
    action.slots_max = 5;
    const ScheduledAction put = room.put(action).value();
    const ScalingPolicy policy = room.subject->policies().at(0);
    room.open();
    CHECK(room.subject->target(kLive)->slots_max == 50);
    CHECK(room.subject->policies().at(0).low_alarm() == policy.low_alarm());
    const ScheduledAction found = room.subject->actions().at(0);
    CHECK(found.id == put.id);
    CHECK(found.end_ms == put.end_ms);
    CHECK(found.start_ms == std::nullopt);
    CHECK(found.slots_min == std::nullopt);
    CHECK(found.slots_max == 5U);
    CHECK(found.zone == "Asia/Tokyo");
}

TEST_CASE("AutoScaling forgets a target with all it had", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 50);
    room.track(0.5);
    room.schedule("minutely", "rate(1 minute)", 6).value();
    run_flow(room.loop, room.subject->remove_target(kLive)).value();
    CHECK(room.after(5min) == 0);
    room.open();
    CHECK(room.subject->targets().empty());
    CHECK(room.subject->policies().empty());
    CHECK(room.subject->actions().empty());
    CHECK(
        run_flow(room.loop, room.subject->remove_target(kLive)).error().code() == Code::kNotFound
    );
    CHECK(room.schedule("x", "rate(1 minute)", 6).error().code() == Code::kNotFound);
}

TEST_CASE("AutoScaling has one policy for one metric", "[scheduler][AutoScaling]") {
    Fixture room;
    room.bound(0, 50);
    room.track(0.5);
    const std::string id = room.subject->policies().at(0).id;
    room.track(0.6);
    CHECK(room.subject->policies().at(0).id == id);
    CHECK(room.subject->policies().at(0).target == 0.6);
    ScalingPolicy second;
    second.resource = kLive;
    second.name = "second";
    second.target = 0.5;
    CHECK(run_flow(room.loop, room.subject->put_policy(second)).error().code() == Code::kConflict);
    run_flow(room.loop, room.subject->remove_policy(kLive, "utilisation")).value();
    CHECK(run_flow(room.loop, room.subject->put_policy(second)).has_value());
}

TEST_CASE("FunctionResource is a function with a qualifier", "[scheduler][FunctionResource]") {
    const auto parsed = FunctionResource::parse("function:resize:live");
    REQUIRE(parsed.has_value());
    CHECK(parsed->function == "resize");
    CHECK(parsed->qualifier == "live");
    for (const char* text :
         {"",
          "function:",
          "function:a",
          "function:a:",
          "function::b",
          "function:a:b:c",
          "table/a"}) {
        INFO(text);
        CHECK_FALSE(FunctionResource::parse(text).has_value());
    }
}
