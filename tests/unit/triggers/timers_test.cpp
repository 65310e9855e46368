#include "triggers/timers/timers.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace std::chrono_literals;
using triggers::Tick;
using triggers::TimerPlan;
using triggers::TimerRows;
using triggers::Timers;

namespace {

// Writes what it hears into a table, so that it is undone when the transaction is.
class Listener final : public triggers::TimerOwner {
  public:
    Result<void> ring(
        sql::Session& session, const std::string& name, const Tick& tick, std::int64_t
    ) override {
        LAMBENT_TRY(session.run(
            "INSERT INTO heard (name, scheduled_ms) VALUES ($1, $2)", {name, tick.scheduled_ms}
        ));
        if (deaf) {
            return Error(Code::kUnavailable, "the listener is deaf");
        }
        return {};
    }
    Result<void> ended(sql::Session& session, const std::string& name) override {
        LAMBENT_TRY(session.run("INSERT INTO over (name) VALUES ($1)", {name}));
        return {};
    }
    void rang() override { told += 1; }

    bool deaf = false;
    int told = 0;
};

// Midnight of 2026-01-01, UTC.
struct Fixture {
    Fixture() { open(); }

    // As after a start of the daemon.
    void open() {
        timers.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = Timers::migrations();
        all.push_back(
            {"listener",
             1,
             "CREATE TABLE heard (name TEXT, scheduled_ms BIGINT); CREATE TABLE over (name TEXT)"}
        );
        driver->migrate(all).value();
        timers = std::make_unique<Timers>(loop.get_executor(), *driver, clock, Logger::silent());
        timers->serve("test", listener);
    }
    bool set(const std::string& name, const std::string& expression, const char* kind = "test") {
        TimerPlan plan;
        plan.expression = expression;
        plan.anchor_ms = unix_ms(clock.wall_now());
        return set(name, plan, kind);
    }
    bool set(const std::string& name, const TimerPlan& plan, const char* kind = "test") {
        bool is_set = false;
        sql::Work work = [&](sql::Session& session) -> Result<void> {
            const std::int64_t now = unix_ms(clock.wall_now());
            LAMBENT_TRY(is_set, Timers::set_in(session, kind, name, plan, now));
            return {};
        };
        run(std::move(work));
        timers->look();
        return is_set;
    }
    void remove(const std::string& name) {
        run([&](sql::Session& session) { return Timers::remove_in(session, "test", name); });
        timers->look();
    }
    void after(std::chrono::nanoseconds time) {
        clock.advance(time);
        tests::run_flow(loop, timers->tick());
    }
    std::int64_t count(const std::string& query) {
        std::int64_t found = 0;
        run([&](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(const sql::Rows rows, session.run(query));
            found = sql::as_int(rows.rows.at(0).at(0));
            return {};
        });
        return found;
    }
    std::int64_t heard() { return count("SELECT COUNT(*) FROM heard"); }
    void run(sql::Work work) { tests::run_flow(loop, driver->write(std::move(work))).value(); }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    Listener listener;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<Timers> timers;
};

}  // namespace

TEST_CASE("Timers ring when they are due", "[triggers][Timers]") {
    Fixture room;
    CHECK(room.set("a", "rate(1 minute)"));
    CHECK(room.set("b", "at(2026-01-01T00:02:00)"));
    room.after(59s);
    CHECK(room.heard() == 0);
    room.after(1s);
    CHECK(room.heard() == 1);
    room.after(1min);
    CHECK(room.heard() == 3);
    CHECK(room.listener.told == 2);
    CHECK(room.count("SELECT COUNT(*) FROM over WHERE name = 'b'") == 1);
    CHECK(room.count("SELECT COUNT(*) FROM timer") == 1);
    room.after(1min);
    CHECK(room.heard() == 4);
    CHECK(room.timers->counters().ticks == 4);
}

TEST_CASE("Timers set nothing for a plan that is over", "[triggers][Timers]") {
    Fixture room;
    CHECK(room.set("a", "rate(1 minute)"));
    CHECK_FALSE(room.set("a", "at(2020-01-01T00:00:00)"));
    CHECK(room.count("SELECT COUNT(*) FROM timer") == 0);
    room.after(1h);
    CHECK(room.heard() == 0);
}

TEST_CASE("Timers that were removed or set anew keep to that", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)");
    room.set("b", "rate(1 minute)");
    room.remove("a");
    room.set("b", "rate(1 hour)");
    room.after(2min);
    CHECK(room.heard() == 0);
    room.after(1h);
    CHECK(room.count("SELECT COUNT(*) FROM heard WHERE name = 'b'") == 1);
}

TEST_CASE("Timers go on after a restart and make up for what was missed", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)");
    room.after(1min);
    CHECK(room.heard() == 1);
    room.open();
    room.after(3min);
    CHECK(room.heard() == 4);
    CHECK(room.count("SELECT COUNT(DISTINCT scheduled_ms) FROM heard") == 4);
    room.after(1min);
    CHECK(room.heard() == 5);
}

TEST_CASE("Timers drop ticks that are too old, and count that", "[triggers][Timers]") {
    Fixture room;
    TimerPlan plan;
    plan.expression = "rate(1 hour)";
    plan.anchor_ms = unix_ms(room.clock.wall_now());
    plan.late_ms_max = 60'000;
    room.set("a", plan);
    room.clock.advance(10h + 30s);
    room.open();
    room.after(0s);
    CHECK(room.heard() == 1);
    CHECK(room.timers->counters().missed == 1);
}

TEST_CASE("Timers neither lose nor double a tick whose write failed", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)");
    room.listener.deaf = true;
    room.after(1min);
    CHECK(room.heard() == 0);
    CHECK(room.listener.told == 0);
    room.listener.deaf = false;
    room.after(1s);
    CHECK(room.heard() == 1);
    room.after(1s);
    CHECK(room.heard() == 1);
}

TEST_CASE("Timers that many are due ring in rounds", "[triggers][Timers]") {
    Fixture room;
    for (int i = 0; i < 150; ++i) {
        room.set("t" + std::to_string(i), "at(2026-01-01T00:01:00)");
    }
    room.set("minutes", "rate(1 minute)");
    room.after(3h);
    CHECK(room.heard() == 150 + 180);
}

TEST_CASE("Timers of nobody are removed", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)", "gone");
    room.after(1min);
    CHECK(room.heard() == 0);
    CHECK(room.count("SELECT COUNT(*) FROM timer") == 0);
}

TEST_CASE("Timers keep one whose zone cannot be read", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)");
    room.set("b", "rate(1 minute)");
    room.run([](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("UPDATE timer SET zone = 'Mars/Olympus' WHERE name = 'a'"));
        return {};
    });
    room.after(1min);
    CHECK(room.heard() == 1);
    room.run([](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("UPDATE timer SET zone = '' WHERE name = 'a'"));
        return {};
    });
    room.after(1min);
    CHECK(room.count("SELECT COUNT(*) FROM heard WHERE name = 'a'") == 2);
}

TEST_CASE("Timers' own flow rings and stops", "[triggers][Timers]") {
    Fixture room;
    room.set("a", "rate(1 minute)");
    room.clock.advance(2min);
    room.timers->start();
    room.loop.restart();
    while (room.listener.told == 0) {
        room.loop.run_one();
    }
    tests::run_flow(room.loop, room.timers->stop());
    CHECK(room.heard() == 2);
}
