#include "runtime/logs/sql_log_store.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::runtime;

namespace {

sql::SqliteConfig relaxed() {
    sql::SqliteConfig config;
    config.durability = sql::SqliteConfig::Durability::kRelaxed;
    return config;
}

// A store on a file of its own; made again on the same directory it is the daemon's next life.
struct Logs {
    explicit Logs(const tests::TempDir& home, LogStoreConfig config = {})
        : driver(sql::SqliteDriver::open(home.file("logs.db"), relaxed()).value()),
          store(loop.get_executor(), *driver, clock, config, Logger::silent()) {
        REQUIRE(driver->migrate(SqlLogStore::migrations()).has_value());
        REQUIRE(tests::run_flow(loop, store.start()).has_value());
    }
    ~Logs() { tests::run_flow(loop, store.stop()); }

    Result<std::vector<LogEvent>> find(LogQuery query) {
        return tests::run_flow(loop, store.query(std::move(query)));
    }
    std::string text(LogQuery query) {
        std::string all;
        for (const LogEvent& event : find(std::move(query)).value()) {
            all += event.message + ";";
        }
        return all;
    }

    boost::asio::io_context loop;
    tests::ManualClock clock;
    std::unique_ptr<sql::SqliteDriver> driver;
    SqlLogStore store;
};

LogQuery in(const std::string& group) {
    LogQuery query;
    query.group = group;
    return query;
}

}  // namespace

TEST_CASE("SqlLogStore shows lines at once", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto stream = logs.store.open("/aws/lambda/f", "s1");
    stream->append("START");
    stream->append("hello\n");
    CHECK(logs.text(in("/aws/lambda/f")) == "START;hello;");
    stream->append("END");
    CHECK(logs.text(in("/aws/lambda/f")) == "START;hello;END;");
    const auto events = logs.find(in("/aws/lambda/f")).value();
    CHECK(events[0].stream == "s1");
    CHECK(events[0].time_ms == unix_ms(logs.clock.wall_now()));
    CHECK(events[0].sequence < events[1].sequence);
}

TEST_CASE("SqlLogStore keeps lines over a restart", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    std::uint64_t last = 0;
    {
        Logs logs(home);
        logs.store.open("g", "s")->append("kept");
        last = logs.find(in("g")).value().back().sequence;
        logs.store.open("g", "s")->append("written on stop");
    }
    Logs logs(home);
    CHECK(logs.text(in("g")) == "kept;written on stop;");
    logs.store.open("g", "s")->append("and more");
    CHECK(logs.text(in("g")) == "kept;written on stop;and more;");
    CHECK(logs.find(in("g")).value().back().sequence > last + 1);
    CHECK(tests::run_flow(logs.loop, logs.store.streams("g")).value().size() == 1);
}

TEST_CASE("SqlLogStore writes lines of a stream that was let go", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    auto stream = logs.store.open("g", "s");
    stream->append("last words");
    stream.reset();
    CHECK(logs.text(in("g")) == "last words;");
}

TEST_CASE("SqlLogStore merges streams by time", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto one = logs.store.open("g", "one");
    const auto two = logs.store.open("g", "two");
    for (int i = 0; i < 3; ++i) {
        one->append("a" + std::to_string(i));
        logs.clock.advance(std::chrono::milliseconds(1));
        two->append("b" + std::to_string(i));
        logs.clock.advance(std::chrono::milliseconds(1));
    }
    CHECK(logs.text(in("g")) == "a0;b0;a1;b1;a2;b2;");
    LogQuery query = in("g");
    query.streams = {"two"};
    CHECK(logs.text(query) == "b0;b1;b2;");
    query.streams.clear();
    query.stream_prefix = "on";
    CHECK(logs.text(query) == "a0;a1;a2;");
    query.stream_prefix = "none";
    CHECK(logs.text(query).empty());
}

TEST_CASE("SqlLogStore searches a stretch of time", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto stream = logs.store.open("g", "s");
    const std::int64_t start = unix_ms(logs.clock.wall_now());
    for (int i = 0; i < 10; ++i) {
        stream->append(std::to_string(i));
        if (i % 3 == 2) {
            tests::run_flow(logs.loop, logs.store.flush());
        }
        logs.clock.advance(std::chrono::milliseconds(100));
    }
    LogQuery query = in("g");
    query.start_ms = start + 200;
    query.end_ms = start + 700;
    CHECK(logs.text(query) == "2;3;4;5;6;");
}

TEST_CASE("SqlLogStore pages through many batches", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    std::vector<std::shared_ptr<LogStream>> streams;
    for (int s = 0; s < 3; ++s) {
        streams.push_back(logs.store.open("g", std::to_string(s)));
    }
    std::string expected;
    for (int i = 0; i < 60; ++i) {
        streams[static_cast<std::size_t>(i) % 3]->append(std::to_string(i));
        expected += std::to_string(i) + ";";
        if (i % 7 == 0) {
            tests::run_flow(logs.loop, logs.store.flush());
        }
    }
    std::string found;
    LogQuery query = in("g");
    query.limit = 8;
    for (int page = 0; page < 20; ++page) {
        const auto events = logs.find(query).value();
        for (const LogEvent& event : events) {
            found += event.message + ";";
            query.after_sequence = event.sequence;
        }
    }
    CHECK(found == expected);
}

TEST_CASE("SqlLogStore filters by pattern", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto stream = logs.store.open("g", "s");
    stream->append("REPORT all good");
    stream->append("ERROR disk");
    stream->append("ERROR network");
    LogQuery query = in("g");
    query.pattern = "ERROR -disk";
    CHECK(logs.text(query) == "ERROR network;");
    query.pattern = "{ $.json = 1 }";
    CHECK(logs.find(query).error().code() == Code::kInvalidArgument);
}

TEST_CASE("SqlLogStore knows its groups", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    REQUIRE(tests::run_flow(logs.loop, logs.store.create_group("/a/two")).has_value());
    CHECK(
        tests::run_flow(logs.loop, logs.store.create_group("/a/two")).error().code() ==
        Code::kConflict
    );
    logs.store.open("/a/one", "s")->append("x");
    logs.store.open("/b", "s");
    const auto found = tests::run_flow(logs.loop, logs.store.groups("/a/")).value();
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "/a/one");
    CHECK(found[0].stored_bytes > 0);
    CHECK(found[1].name == "/a/two");
    CHECK(found[1].created_ms == unix_ms(logs.clock.wall_now()));
    CHECK(logs.find(in("/none")).error().code() == Code::kNotFound);
    CHECK(tests::run_flow(logs.loop, logs.store.groups("")).value().size() == 3);
}

TEST_CASE("SqlLogStore describes its streams", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto stream = logs.store.open("g", "s");
    const std::int64_t first = unix_ms(logs.clock.wall_now());
    stream->append("one");
    logs.clock.advance(std::chrono::seconds(5));
    stream->append("two");
    const auto found = tests::run_flow(logs.loop, logs.store.streams("g")).value();
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "s");
    CHECK(found[0].first_event_ms == first);
    CHECK(found[0].last_event_ms == first + 5'000);
    CHECK(found[0].stored_bytes > 0);
    CHECK(tests::run_flow(logs.loop, logs.store.streams("none")).error().code() == Code::kNotFound);
}

TEST_CASE("SqlLogStore forgets a removed group", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    {
        Logs logs(home);
        const auto stream = logs.store.open("g", "s");
        stream->append("old");
        REQUIRE(tests::run_flow(logs.loop, logs.store.remove_group("g")).has_value());
        CHECK(logs.find(in("g")).error().code() == Code::kNotFound);
        CHECK(
            tests::run_flow(logs.loop, logs.store.remove_group("g")).error().code() ==
            Code::kNotFound
        );
        // The environment still runs; what it says next makes the group anew.
        stream->append("new");
        CHECK(logs.text(in("g")) == "new;");
    }
    Logs logs(home);
    CHECK(logs.text(in("g")) == "new;");
}

TEST_CASE("SqlLogStore removes the oldest when it is full", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    LogStoreConfig config;
    config.stored_bytes_max = 20'000;
    Logs logs(home, config);
    for (int i = 0; i < 100; ++i) {
        const auto stream = logs.store.open("g", "stream" + std::to_string(i));
        stream->append(std::to_string(i) + std::string(1'000, 'x'));
        tests::run_flow(logs.loop, logs.store.flush());
    }
    const auto events = logs.find(in("g")).value();
    CHECK(events.size() >= 15);
    CHECK(events.size() <= 20);
    CHECK(events.back().message.starts_with("99x"));
    const auto group = tests::run_flow(logs.loop, logs.store.groups("g")).value().at(0);
    CHECK(group.stored_bytes <= 20'000);
    CHECK(tests::run_flow(logs.loop, logs.store.streams("g")).value().size() == events.size());
}

TEST_CASE("SqlLogStore drops and counts what finds no room", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    LogStoreConfig config;
    config.pending_bytes_max = 1'000;
    Logs logs(home, config);
    const auto stream = logs.store.open("g", "s");
    for (int i = 0; i < 100; ++i) {
        stream->append(std::string(50, 'x'));
    }
    const std::uint64_t dropped = logs.store.dropped_lines();
    CHECK(dropped > 50);
    CHECK(logs.find(in("g")).value().size() == 100 - dropped);
    stream->append("again");
    CHECK(logs.find(in("g")).value().back().message == "again");
    LogQuery notice = in("g");
    notice.pattern = "\"(" + std::to_string(dropped) + " log lines dropped here)\"";
    CHECK(logs.find(notice).value().size() == 1);
}

TEST_CASE("SqlLogStore cuts long lines between characters", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    LogStoreConfig config;
    config.line_bytes_max = 8;
    Logs logs(home, config);
    const auto stream = logs.store.open("g", "s");
    stream->append("123456789");
    stream->append("1234567ü89");
    CHECK(logs.text(in("g")) == "12345678;1234567;");
}

TEST_CASE("SqlLogStore keeps a tail for the caller", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    Logs logs(home);
    const auto stream = logs.store.open("g", "s");
    stream->append("before");
    stream->begin_tail(4'096);
    stream->append("START");
    stream->append("END");
    CHECK(stream->take_tail() == "START\nEND\n");
    CHECK(stream->take_tail().empty());
}

TEST_CASE("SqlLogStore writes by itself", "[logs][SqlLogStore]") {
    const tests::TempDir home;
    LogStoreConfig config;
    config.flush_interval = std::chrono::hours(1);
    config.flush_bytes = 1'000;
    Logs logs(home, config);
    const auto stream = logs.store.open("g", "s");
    stream->append(std::string(2'000, 'x'));
    // Enough has come together: it is on disk without anybody asking.
    auto rows_on_disk = [](sql::Driver& driver) -> Task<bool> {
        std::int64_t rows = 0;
        while (rows == 0) {
            sql::Work count = [&rows](sql::Session& session) -> Result<void> {
                LAMBENT_TRY(const sql::Rows found, session.run("SELECT count(*) FROM log_batch"));
                rows = sql::as_int(found.rows.at(0).at(0));
                return {};
            };
            if ((co_await driver.read(std::move(count))).has_error()) {
                co_return false;
            }
        }
        co_return true;
    };
    CHECK(tests::run_flow(logs.loop, rows_on_disk(*logs.driver)));
}
