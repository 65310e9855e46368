#include "base/sql/passing_error.h"
#include "base/sql/sqlite_driver.h"
#include "tests/support/concurrently.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
using tests::FaultVfs;
namespace fs = std::filesystem;

namespace {

using Numbers = std::set<std::int64_t>;

// Outlives every driver, whose threads post to it.
boost::asio::io_context& fault_loop() {
    static boost::asio::io_context loop;
    return loop;
}

std::vector<sql::Migration> fault_schema() {
    return {{"test", 1, "CREATE TABLE number(n BIGINT PRIMARY KEY, body BLOB)"}};
}

sql::Work add_fault_number(std::int64_t n) {
    return [n](sql::Session& session) -> Result<void> {
        const std::vector<sql::Value> values{n, sql::Blob{std::string(700, 'x')}};
        LAMBENT_TRY(session.run("INSERT INTO number VALUES ($1, $2)", values));
        return {};
    };
}

// Small enough that a short run sees commits, checkpoints and a log that starts anew.
sql::SqliteConfig small_config(std::atomic<int>* fatal = nullptr) {
    sql::SqliteConfig config;
    config.checkpoint_frames = 12;
    config.readers = 1;
    config.disk_reserve_bytes = 0;
    if (fatal != nullptr) {
        config.on_fatal = [fatal](const Error&) {
            ++*fatal;
        };
    }
    return config;
}

// A database of one table, made once and copied for each run: making one waits for a real disk.
struct Template {
    Template() {
        auto driver = sql::SqliteDriver::open(home.file("test.db"), small_config()).value();
        REQUIRE(driver->migrate(fault_schema()).has_value());
    }
    void copy_to(const tests::TempDir& other) const {
        fs::copy_file(home.file("test.db"), other.file("test.db"));
    }
    tests::TempDir home;
};

struct Outcome {
    Numbers acknowledged;
    std::vector<Error> refusals;
};

Task<> write_some(sql::Driver& driver, std::int64_t first, Outcome& outcome) {
    for (std::int64_t n = first; n < first + 12; ++n) {
        const Result<void> done = co_await driver.write(add_fault_number(n));
        if (done.has_value()) {
            outcome.acknowledged.insert(n);
        } else {
            outcome.refusals.push_back(done.error());
        }
    }
}

Outcome write_all(sql::Driver& driver, std::int64_t first = 0) {
    Outcome outcome;
    std::vector<Task<>> flows;
    for (std::int64_t flow = 0; flow < 4; ++flow) {
        flows.push_back(write_some(driver, first + flow * 1'000, outcome));
    }
    tests::run_concurrently(fault_loop(), std::move(flows));
    return outcome;
}

Numbers stored_in(sql::Driver& driver) {
    Numbers found;
    auto collect = [&found](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(const sql::Rows rows, session.run("SELECT n, length(body) FROM number"));
        for (const sql::Row& row : rows.rows) {
            found.insert(sql::as_int(row[0]));
        }
        return {};
    };
    REQUIRE(tests::run_flow(fault_loop(), driver.read(collect)).has_value());
    return found;
}

Numbers lost(const Numbers& acknowledged, const Numbers& stored) {
    Numbers missing;
    std::set_difference(
        acknowledged.begin(),
        acknowledged.end(),
        stored.begin(),
        stored.end(),
        std::inserter(missing, missing.end())
    );
    return missing;
}

void check_integrity(const std::string& path) {
    sqlite3* raw = nullptr;
    REQUIRE(::sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
    std::string answer;
    auto keep = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) = values[0];
        return 0;
    };
    ::sqlite3_exec(raw, "PRAGMA integrity_check", keep, &answer, nullptr);
    ::sqlite3_close(raw);
    CHECK(answer == "ok");
}

struct CutResult {
    bool was_cut = false;
    std::size_t lost = 0;
};

struct Cut {
    std::uint64_t at = 0;
    FaultVfs::Loss loss = FaultVfs::Loss::kAll;
    bool lying = false;
    sql::SqliteConfig config = small_config();
};

// One life that ends in a power cut, and what the next one finds.
CutResult cut_and_restart(const Template& made, const Cut& cut) {
    const tests::TempDir home;
    made.copy_to(home);
    FaultVfs disk;
    disk.track(home.path());
    if (cut.lying) {
        disk.lie_about_syncs();
    }
    Outcome outcome;
    CutResult result;
    {
        auto driver = sql::SqliteDriver::open(home.file("test.db"), cut.config).value();
        disk.cut_power_at(cut.at);
        outcome = write_all(*driver);
        // A checkpoint behind the last write may feel it, too: then nobody is refused.
        result.was_cut = disk.power_is_cut();
        if (!result.was_cut) {
            disk.cut_power_now();
        }
    }
    disk.restore(cut.loss, static_cast<std::uint32_t>(cut.at));
    auto next = sql::SqliteDriver::open(home.file("test.db"), small_config());
    if (next.has_error()) {
        REQUIRE(cut.lying);
        result.lost = outcome.acknowledged.size();
        return result;
    }
    result.lost = lost(outcome.acknowledged, stored_in(**next)).size();
    next->reset();
    if (!cut.lying) {
        check_integrity(home.file("test.db"));
    }
    return result;
}

// Runs with the nth call failing, for every n until a run does not come that far.
template <class Check>
void for_every_call(
    const Template& made, FaultVfs::Call call, int code, FaultVfs::Until until, Check check
) {
    std::uint64_t hit = 0;
    for (std::uint64_t nth = 1;; ++nth) {
        CAPTURE(nth);
        const tests::TempDir home;
        made.copy_to(home);
        FaultVfs disk;
        std::atomic<int> fatal = 0;
        Outcome outcome;
        bool failed = false;
        {
            auto driver =
                sql::SqliteDriver::open(home.file("test.db"), small_config(&fatal)).value();
            const std::uint64_t before = disk.calls(call);
            disk.fail(call, nth, code, until);
            outcome = write_all(*driver);
            failed = disk.calls(call) - before >= nth;
            disk.clear();
            if (failed) {
                check(*driver, outcome, fatal.load());
            }
        }
        auto next = sql::SqliteDriver::open(home.file("test.db"), small_config());
        REQUIRE(next.has_value());
        CHECK(lost(outcome.acknowledged, stored_in(**next)).empty());
        next->reset();
        check_integrity(home.file("test.db"));
        if (!failed) {
            break;
        }
        ++hit;
    }
    CHECK(hit >= 5);
}

}  // namespace

TEST_CASE("SqliteDriver loses nothing acknowledged to a power cut", "[sql][SqliteDriver]") {
    const Template made;
    std::size_t cuts = 0;
    for (const auto loss :
         {FaultVfs::Loss::kAll, FaultVfs::Loss::kSomeSectors, FaultVfs::Loss::kAllButFirst}) {
        for (std::uint64_t at = 1;; ++at) {
            CAPTURE(at, static_cast<int>(loss));
            Cut cut;
            cut.at = at;
            cut.loss = loss;
            const CutResult result = cut_and_restart(made, cut);
            CHECK(result.lost == 0);
            if (!result.was_cut) {
                break;
            }
            ++cuts;
        }
    }
    CHECK(cuts >= 150);
}

TEST_CASE("SqliteDriver loses nothing to cut after cut", "[sql][SqliteDriver]") {
    const Template made;
    for (std::uint64_t at = 3; at < 60; at += 4) {
        CAPTURE(at);
        const tests::TempDir home;
        made.copy_to(home);
        FaultVfs disk;
        disk.track(home.path());
        Numbers acknowledged;
        for (std::uint64_t life = 0; life < 6; ++life) {
            disk.cut_power_at(at + 7 * life);
            // The cut may come while the last one is still being recovered from.
            if (auto driver = sql::SqliteDriver::open(home.file("test.db"), small_config())) {
                const auto first = static_cast<std::int64_t>(life) * 100'000;
                acknowledged.merge(write_all(**driver, first).acknowledged);
                disk.cut_power_now();
            }
            disk.restore(FaultVfs::Loss::kSomeSectors, static_cast<std::uint32_t>(at + life));
        }
        auto driver = sql::SqliteDriver::open(home.file("test.db"), small_config());
        REQUIRE(driver.has_value());
        CHECK(lost(acknowledged, stored_in(**driver)).empty());
        driver->reset();
        check_integrity(home.file("test.db"));
    }
}

TEST_CASE("A power cut is noticed where syncs are missing", "[sql][SqliteDriver]") {
    // The controls: with these settings the test above must fail, or it would prove nothing.
    const Template made;
    Cut cut;
    SECTION("relaxed durability") {
        cut.config.durability = sql::SqliteConfig::Durability::kRelaxed;
    }
    SECTION("a disk that lies about syncs") {
        cut.lying = true;
    }
    std::size_t with_loss = 0;
    for (cut.at = 20; cut.at < 80; cut.at += 4) {
        with_loss += cut_and_restart(made, cut).lost > 0 ? 1 : 0;
    }
    CHECK(with_loss >= 5);
}

TEST_CASE("SqliteDriver stops acknowledging after a failed sync", "[sql][SqliteDriver]") {
    const Template made;
    const auto check = [](sql::Driver& driver, const Outcome& outcome, int fatal) {
        CHECK(fatal == 1);
        const Result<void> later =
            tests::run_flow(fault_loop(), driver.write(add_fault_number(-1)));
        REQUIRE(later.has_error());
        CHECK(later.error().code() == Code::kUnavailable);
        for (const Error& refusal : outcome.refusals) {
            CHECK(refusal.code() == Code::kUnavailable);
            CHECK(sql::has_failed_for_good(refusal));
        }
    };
    for_every_call(made, FaultVfs::Call::kSync, SQLITE_IOERR_FSYNC, FaultVfs::Until::kOnce, check);
}

TEST_CASE("SqliteDriver stops acknowledging after a failed write", "[sql][SqliteDriver]") {
    const Template made;
    const auto check = [](sql::Driver& driver, const Outcome&, int fatal) {
        CHECK(fatal == 1);
        CHECK(tests::run_flow(fault_loop(), driver.write(add_fault_number(-1))).has_error());
    };
    for_every_call(made, FaultVfs::Call::kWrite, SQLITE_IOERR_WRITE, FaultVfs::Until::kOnce, check);
}

TEST_CASE("SqliteDriver recovers alone from a full disk", "[sql][SqliteDriver]") {
    const Template made;
    const auto check = [](sql::Driver& driver, const Outcome& outcome, int fatal) {
        CHECK(fatal == 0);
        for (const Error& refusal : outcome.refusals) {
            CHECK(refusal.code() == Code::kUnavailable);
            CHECK(refusal.subject() == "disk_full");
        }
        // Readers were never in the way, and now that there is room writers go on.
        CHECK(lost(outcome.acknowledged, stored_in(driver)).empty());
        const Outcome later = write_all(driver, 100'000);
        CHECK(later.refusals.empty());
    };
    for (const auto until : {FaultVfs::Until::kOnce, FaultVfs::Until::kCleared}) {
        for_every_call(made, FaultVfs::Call::kWrite, SQLITE_FULL, until, check);
    }
}

TEST_CASE("SqliteDriver keeps room for deletes on a filling disk", "[sql][SqliteDriver]") {
    const Template made;
    const tests::TempDir home;
    made.copy_to(home);
    {
        auto driver = sql::SqliteDriver::open(home.file("test.db"), small_config()).value();
        CHECK(write_all(*driver).refusals.empty());
    }
    sql::SqliteConfig config = small_config();
    config.disk_reserve_bytes = 1ULL << 60;  // no disk has that much room to spare
    auto driver = sql::SqliteDriver::open(home.file("test.db"), config).value();
    const Outcome refused = write_all(*driver, 100'000);
    CHECK(refused.refusals.size() > 40);
    CHECK(refused.refusals.front().subject() == "disk_full");
    auto remove = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("DELETE FROM number WHERE n >= 1000"));
        return {};
    };
    CHECK(tests::run_flow(fault_loop(), driver->write(remove)).has_value());
    // What was deleted made room.
    CHECK(tests::run_flow(fault_loop(), driver->write(add_fault_number(-1))).has_value());
    CHECK(stored_in(*driver).count(-1) == 1);
}
