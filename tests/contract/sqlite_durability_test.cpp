#include "base/files/durable_file.h"
#include "base/sql/sqlite_driver.h"
#include "tests/support/concurrently.h"
#include "tests/support/killed_child.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
namespace fs = std::filesystem;

namespace {

// Outlives every driver, whose threads post to it.
boost::asio::io_context& caller_loop() {
    static boost::asio::io_context loop;
    return loop;
}

std::vector<sql::Migration> schema() {
    return {{"test", 1, "CREATE TABLE number(n BIGINT PRIMARY KEY, body BLOB)"}};
}

Result<std::unique_ptr<sql::SqliteDriver>> open(const tests::TempDir& home) {
    LAMBENT_TRY(auto driver, sql::SqliteDriver::open(home.file("test.db"), {}));
    LAMBENT_TRY(driver->migrate(schema()));
    return driver;
}

sql::Work add_number(std::int64_t n) {
    return [n](sql::Session& session) -> Result<void> {
        const std::vector<sql::Value> values{n, sql::Blob{std::string(200, 'x')}};
        LAMBENT_TRY(session.run("INSERT INTO number VALUES ($1, $2)", values));
        return {};
    };
}

std::set<std::int64_t> numbers(sql::Driver& driver) {
    std::set<std::int64_t> found;
    auto collect = [&found](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(const sql::Rows rows, session.run("SELECT n FROM number"));
        for (const sql::Row& row : rows.rows) {
            found.insert(sql::as_int(row[0]));
        }
        return {};
    };
    REQUIRE(tests::run_flow(caller_loop(), driver.read(collect)).has_value());
    return found;
}

Result<void> write(sql::Driver& driver, std::int64_t n) {
    return tests::run_flow(caller_loop(), driver.write(add_number(n)));
}

Task<> write_for_ever(
    sql::Driver& driver, std::int64_t first, std::int64_t step, tests::Acknowledgements told
) {
    for (std::int64_t n = first;; n += step) {
        const Result<void> done = co_await driver.write(add_number(n));
        if (done.has_error()) {
            ::_exit(1);
        }
        told.add(n);
    }
}

void be_the_writer(
    const tests::TempDir& home, std::int64_t first, const tests::Acknowledgements& told
) {
    constexpr int kFlows = 16;
    boost::asio::io_context loop;
    auto driver = open(home).value();
    std::vector<Task<>> flows;
    for (int i = 0; i < kFlows; ++i) {
        flows.push_back(write_for_ever(*driver, first + i, kFlows, told));
    }
    tests::run_concurrently(loop, std::move(flows));
}

// What a writer in another process had acknowledged when kill -9 came after `enough` of them.
std::set<std::int64_t> write_until_killed(
    const tests::TempDir& home, std::int64_t first, std::size_t enough
) {
    const auto body = [&home, first](const tests::Acknowledgements& told) {
        be_the_writer(home, first, told);
    };
    return tests::acknowledged_before_kill(body, enough);
}

void overwrite(const std::string& path, std::streamoff at, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << bytes;
    REQUIRE(file.good());
}

void check_refused(const tests::TempDir& home) {
    const auto file = read_file(home.file("test.db"));
    const auto opened = open(home);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code() == Code::kCorrupted);
    // Refused, and not touched.
    const auto afterwards = read_file(home.file("test.db"));
    CHECK(file.has_value() == afterwards.has_value());
    CHECK((file.has_error() || *file == *afterwards));
}

void make_database(const tests::TempDir& home) {
    auto driver = open(home);
    REQUIRE(driver.has_value());
    auto fill = [](sql::Session& session) -> Result<void> {
        for (std::int64_t n = 0; n < 300; ++n) {
            LAMBENT_TRY(add_number(n)(session));
        }
        return {};
    };
    REQUIRE(tests::run_flow(caller_loop(), (*driver)->write(fill)).has_value());
}

}  // namespace

TEST_CASE("SqliteDriver loses nothing acknowledged to kill -9", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    std::set<std::int64_t> acknowledged;
    for (int life = 0; life < 6; ++life) {
        acknowledged.merge(
            write_until_killed(home, life * 1'000'000, 40 * static_cast<std::size_t>(life + 1))
        );
    }
    auto driver = open(home);
    REQUIRE(driver.has_value());
    const std::set<std::int64_t> stored = numbers(**driver);
    CHECK(std::includes(stored.begin(), stored.end(), acknowledged.begin(), acknowledged.end()));
    CHECK(acknowledged.size() >= 40);
}

TEST_CASE("SqliteDriver refuses a file that another process holds", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    int ready[2] = {-1, -1};
    int go[2] = {-1, -1};
    REQUIRE((::pipe(ready) == 0 && ::pipe(go) == 0));
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(go[1]);
        const auto held = open(home);
        char c = held.has_value() ? 'y' : 'n';
        const bool told = ::write(ready[1], &c, 1) == 1 && ::read(go[0], &c, 1) == 0;
        ::_exit(told ? 0 : 1);
    }
    char answer = '?';
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    const auto second = open(home);
    REQUIRE(second.has_error());
    CHECK(second.error().code() == Code::kConflict);
    for (const int end : {ready[0], ready[1], go[0], go[1]}) {
        ::close(end);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(open(home).has_value());
}

TEST_CASE("SqliteDriver refuses a damaged file and keeps it", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    make_database(home);
    const std::string path = home.file("test.db");
    SECTION("empty") {
        fs::resize_file(path, 0);
    }
    SECTION("shorter than a header") {
        fs::resize_file(path, 60);
    }
    SECTION("without its last page") {
        fs::resize_file(path, fs::file_size(path) - 4096);
    }
    SECTION("not SQLite") {
        overwrite(path, 0, "Not SQLite");
    }
    SECTION("of another program") {
        overwrite(path, 68, "evil");
    }
    check_refused(home);
}

TEST_CASE("SqliteDriver refuses a file whose log is all that is left", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    write_until_killed(home, 0, 20);
    REQUIRE(fs::exists(home.file("test.db-wal")));
    fs::remove(home.file("test.db"));
    check_refused(home);
    CHECK(fs::exists(home.file("test.db-wal")));
}

TEST_CASE("SqliteDriver finds a damaged page after a kill", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    make_database(home);
    write_until_killed(home, 1'000'000, 5);
    const std::string path = home.file("test.db");
    overwrite(
        path, static_cast<std::streamoff>(fs::file_size(path)) - 2 * 4096, std::string(64, 7)
    );
    check_refused(home);
}

TEST_CASE("SqliteDriver stops at a damaged page that it meets", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    make_database(home);
    const std::string path = home.file("test.db");
    // A clean stop, so nothing is searched for damage at the start.
    const auto pages = static_cast<std::streamoff>(fs::file_size(path) / 4096);
    for (std::streamoff page = pages / 2; page < pages; ++page) {
        overwrite(path, page * 4096, std::string(64, 7));
    }
    int fatal = 0;
    sql::SqliteConfig config;
    config.readers = 1;
    config.on_fatal = [&fatal](const Error&) {
        ++fatal;
    };
    auto driver = sql::SqliteDriver::open(path, config).value();
    auto scan = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("SELECT n, length(body) FROM number"));
        return {};
    };
    const Result<void> met = tests::run_flow(caller_loop(), driver->read(scan));
    REQUIRE(met.has_error());
    CHECK(met.error().code() == Code::kCorrupted);
    CHECK(write(*driver, -1).error().code() == Code::kUnavailable);
    driver.reset();
    CHECK(fatal == 1);
}

TEST_CASE("SqliteDriver finds a damaged frame in the log", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    write_until_killed(home, 0, 150);
    const std::string log = home.file("test.db-wal");
    constexpr std::streamoff kFrame = 24 + 4096;
    REQUIRE(fs::file_size(log) > 12 * kFrame);
    const std::string bytes = read_file(log).value();
    const auto flipped = [&bytes](std::streamoff at) {
        return std::string(1, static_cast<char>(bytes[static_cast<std::size_t>(at)] ^ 0x10));
    };
    SECTION("in its header") {
        overwrite(log, 16, flipped(16));
    }
    SECTION("in its header's sum") {
        overwrite(log, 25, flipped(25));
    }
    SECTION("in its count of checkpoints") {
        overwrite(log, 15, flipped(15));
    }
    SECTION("in the first page") {
        overwrite(log, 32 + 24 + 1'000, flipped(32 + 24 + 1'000));
    }
    SECTION("in a frame's head") {
        overwrite(log, 32 + kFrame, flipped(32 + kFrame));
    }
    SECTION("in a frame's salt") {
        overwrite(log, 32 + kFrame + 9, flipped(32 + kFrame + 9));
    }
    SECTION("in a frame's sum") {
        overwrite(log, 32 + kFrame + 17, flipped(32 + kFrame + 17));
    }
    check_refused(home);
    CHECK(read_file(log)->size() == bytes.size());
}

TEST_CASE("SqliteDriver takes a log that a crash has torn", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    write_until_killed(home, 0, 150);
    const std::string log = home.file("test.db-wal");
    const auto size = fs::file_size(log);
    SECTION("cut inside its last frame") {
        fs::resize_file(log, size - 1'000);
    }
    SECTION("with rubbish behind its last frame") {
        std::ofstream(log, std::ios::app | std::ios::binary) << std::string(5'000, 'r');
    }
    SECTION("as it is") {}
    CHECK(open(home).has_value());
}

TEST_CASE("SqliteDriver leaves no log when it is closed", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    make_database(home);
    CHECK_FALSE(fs::exists(home.file("test.db-wal")));
    CHECK(fs::exists(home.file("test.db")));
}

TEST_CASE("SqliteDriver files are closed to others", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    const auto driver = open(home);
    REQUIRE(driver.has_value());
    REQUIRE(write(**driver, 1).has_value());
    for (const char* name : {"test.db", "test.db-wal", "test.db-shm"}) {
        CAPTURE(name);
        CHECK((fs::status(home.file(name)).permissions() & fs::perms(0077)) == fs::perms::none);
    }
}

TEST_CASE("SqliteDriver refuses links in place of its files", "[sql][SqliteDriver]") {
    for (const char* name : {"test.db", "test.db-wal", "test.db-shm", "test.db.lock"}) {
        CAPTURE(name);
        const tests::TempDir elsewhere;
        const tests::TempDir home;
        REQUIRE(open(home).has_value());
        fs::remove(home.file(name));
        fs::create_symlink(elsewhere.file("planted"), home.file(name));
        const auto driver = open(home);
        REQUIRE(driver.has_error());
        CHECK(driver.error().code() == Code::kUnauthorised);
        CHECK_FALSE(fs::exists(elsewhere.file("planted")));
    }
}

TEST_CASE("SqliteDriver keeps its log short under steady writing", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    sql::SqliteConfig config;
    config.durability = sql::SqliteConfig::Durability::kRelaxed;
    config.checkpoint_frames = 50;
    auto driver = sql::SqliteDriver::open(home.file("test.db"), config).value();
    REQUIRE(driver->migrate(schema()).has_value());
    for (std::int64_t n = 0; n < 1000; ++n) {
        REQUIRE(write(*driver, n).has_value());
    }
    CHECK(fs::file_size(home.file("test.db-wal")) < 100 * 4096);
}

TEST_CASE("SqliteDriver answers a full queue at once", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    sql::SqliteConfig config;
    config.queue_max = 4;
    auto driver = sql::SqliteDriver::open(home.file("test.db"), config).value();
    REQUIRE(driver->migrate(schema()).has_value());
    std::vector<Code> refusals;
    std::vector<Task<>> flows;
    auto one = [](sql::Driver& to, std::int64_t n, std::vector<Code>& refused) -> Task<> {
        const Result<void> done = co_await to.write(add_number(n));
        if (done.has_error()) {
            refused.push_back(done.error().code());
        }
    };
    for (std::int64_t n = 0; n < 500; ++n) {
        flows.push_back(one(*driver, n, refusals));
    }
    tests::run_concurrently(caller_loop(), std::move(flows));
    CHECK_FALSE(refusals.empty());
    CHECK(std::all_of(refusals.begin(), refusals.end(), [](Code code) {
        return code == Code::kThrottled;
    }));
    CHECK(numbers(*driver).size() == 500 - refusals.size());
}

TEST_CASE("SqliteDriver cuts a read that takes too long", "[sql][SqliteDriver]") {
    const tests::TempDir home;
    sql::SqliteConfig config;
    config.read_time_max = std::chrono::milliseconds(20);
    auto driver = sql::SqliteDriver::open(home.file("test.db"), config).value();
    auto endless = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        ));
        return {};
    };
    const Result<void> cut = tests::run_flow(caller_loop(), driver->read(endless));
    REQUIRE(cut.has_error());
    CHECK(cut.error().code() == Code::kDeadline);
}
