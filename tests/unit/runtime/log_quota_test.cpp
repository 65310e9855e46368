#include "runtime/logs/log_quota.h"

#include "base/sql/sqlite_driver.h"
#include "runtime/logs/sql_log_store.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::runtime;

namespace {

std::map<std::int64_t, std::uint64_t> shares(std::vector<GroupBytes> groups, std::uint64_t excess) {
    std::map<std::int64_t, std::uint64_t> found;
    for (const RemovedBytes& share : shares_to_remove(std::move(groups), excess)) {
        found[share.group_id] = share.bytes;
    }
    return found;
}

using Shares = std::map<std::int64_t, std::uint64_t>;

struct SmallStore {
    explicit SmallStore(LogStoreConfig config)
        : driver(sql::SqliteDriver::open(home.file("logs.db"), sql::SqliteConfig()).value()),
          store(loop.get_executor(), *driver, clock, config, Logger::silent()) {
        REQUIRE(driver->migrate(SqlLogStore::migrations()).has_value());
        REQUIRE(tests::run_flow(loop, store.start()).has_value());
    }
    ~SmallStore() { tests::run_flow(loop, store.stop()); }

    void flush() { tests::run_flow(loop, store.flush()); }
    std::vector<LogEvent> lines(const std::string& group) {
        LogQuery query;
        query.group = group;
        return tests::run_flow(loop, store.query(query)).value();
    }

    tests::TempDir home;
    boost::asio::io_context loop;
    tests::ManualClock clock;
    std::unique_ptr<sql::SqliteDriver> driver;
    SqlLogStore store;
};

}  // namespace

TEST_CASE("Log quota takes from the largest group", "[logs][LogQuota]") {
    CHECK(shares({{1, 900}, {2, 50}, {3, 50}}, 100) == Shares{{1, 100}});
    CHECK(shares({{1, 50}, {2, 900}}, 850) == Shares{{2, 850}});
    CHECK(shares({{1, 50}, {2, 900}}, 0).empty());
    CHECK(shares({}, 10).empty());
}

TEST_CASE("Log quota cuts large groups down to one size", "[logs][LogQuota]") {
    CHECK(shares({{1, 500}, {2, 400}, {3, 100}}, 300) == Shares{{1, 200}, {2, 100}});
    CHECK(shares({{1, 100}, {2, 100}}, 50) == Shares{{1, 25}, {2, 25}});
    CHECK(shares({{1, 100}, {2, 100}, {3, 100}}, 50) == Shares{{1, 17}, {2, 17}, {3, 17}});
}

TEST_CASE("Log quota takes everything when that is asked for", "[logs][LogQuota]") {
    CHECK(shares({{1, 10}, {2, 20}}, 1'000) == Shares{{1, 10}, {2, 20}});
    CHECK(shares({{1, 10}, {2, 20}}, 30) == Shares{{1, 10}, {2, 20}});
}

TEST_CASE(
    "SqlLogStore takes a flood's own oldest lines, not a neighbour's", "[logs][SqlLogStore]"
) {
    LogStoreConfig config;
    config.stored_bytes_max = 20'000;
    SmallStore logs(config);
    logs.store.open("quiet", "s")->append("said long ago");
    logs.flush();
    for (int i = 0; i < 100; ++i) {
        logs.clock.advance(std::chrono::seconds(1));
        const std::string name = std::to_string(i);
        logs.store.open("flood", name)->append(name + std::string(1'000, 'x'));
        logs.flush();
    }
    CHECK(logs.lines("quiet").at(0).message == "said long ago");
    const auto flood = logs.lines("flood");
    CHECK(flood.size() >= 15);
    CHECK(flood.size() <= 20);
    CHECK(flood.back().message.starts_with("99x"));
    for (const LogGroup& group : tests::run_flow(logs.loop, logs.store.groups("")).value()) {
        CHECK(group.stored_bytes > 0);
        CHECK(group.stored_bytes <= 20'000);
    }
}

TEST_CASE("SqlLogStore has room in memory beside a flood", "[logs][SqlLogStore]") {
    LogStoreConfig config;
    config.pending_bytes_max = 10'000;
    SmallStore logs(config);
    const auto flood = logs.store.open("flood", "s");
    const auto quiet = logs.store.open("quiet", "s");
    for (int i = 0; i < 1'000; ++i) {
        flood->append(std::string(50, 'x'));
    }
    CHECK(logs.store.dropped_lines() > 0);
    const std::uint64_t dropped = logs.store.dropped_lines();
    for (int i = 0; i < 10; ++i) {
        quiet->append(std::string(50, 'y'));
    }
    CHECK(logs.store.dropped_lines() == dropped);
    CHECK(logs.lines("quiet").size() == 10);
    // What was taken from memory makes room for the flood again.
    flood->append("again");
    CHECK(logs.lines("flood").back().message == "again");
}
