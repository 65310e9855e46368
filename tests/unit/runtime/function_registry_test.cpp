#include "runtime/functions/function_registry.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/concurrently.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace lambent;
using runtime::Function;
using runtime::FunctionChange;
using runtime::FunctionPtr;
using runtime::FunctionRegistry;

namespace {

std::string zip_of(const std::string& code) {
    return tests::ZipBuilder().file("app.py", code).build();
}

Function wanted(const std::string& name) {
    Function function;
    function.name = name;
    function.runtime = "python3.12";
    function.handler = "app.handler";
    return function;
}

// A registry on real storage; made again on the same directory it is the next life of the daemon.
struct Registry {
    explicit Registry(const tests::TempDir& home)
        : driver(sql::SqliteDriver::open(home.file("lambent.db"), {}).value()),
          packages(home.file("packages"), {}, workers),
          functions(*driver, packages, clock) {
        REQUIRE(driver->migrate(FunctionRegistry::migrations()).has_value());
        REQUIRE(tests::run_flow(loop, functions.load()).has_value());
    }

    Result<FunctionPtr> create(Function function, std::string zip) {
        return tests::run_flow(loop, functions.create(std::move(function), std::move(zip)));
    }
    Result<FunctionPtr> update(const char* name, FunctionChange change, std::string revision = "") {
        return tests::run_flow(
            loop, functions.update_configuration(name, std::move(change), std::move(revision))
        );
    }

    boost::asio::io_context loop;
    tests::ManualClock clock;
    WorkerPool workers{1};
    std::unique_ptr<sql::SqliteDriver> driver;
    runtime::PackageStore packages;
    FunctionRegistry functions;
};

FunctionChange timeout(std::uint32_t seconds) {
    FunctionChange change;
    change.timeout_s = seconds;
    return change;
}

Task<> set_memory(FunctionRegistry& functions, std::uint32_t memory_mb) {
    FunctionChange change;
    change.memory_mb = memory_mb;
    const auto done = co_await functions.update_configuration("f", std::move(change), "");
    if (done.has_error()) {
        throw std::runtime_error(done.error().message());
    }
}

Task<> create_and_note(FunctionRegistry& functions, std::vector<Result<FunctionPtr>>& outcomes) {
    Function function = wanted("f");
    std::string zip = zip_of("x");
    outcomes.push_back(co_await functions.create(std::move(function), std::move(zip)));
}

}  // namespace

TEST_CASE("FunctionRegistry keeps functions over restarts", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    std::string revision;
    {
        Registry life(home);
        Function function = wanted("f");
        function.description = "größer";
        function.environment = {{"KEY", "value"}};
        function.tags = {{"team", "a"}};
        function.memory_mb = 512;
        const auto created = life.create(function, zip_of("x"));
        REQUIRE(created.has_value());
        revision = (*created)->revision_id;
        CHECK_FALSE(revision.empty());
        CHECK((*created)->last_modified == life.clock.wall_now());
    }
    Registry life(home);
    const FunctionPtr found = life.functions.find("f");
    REQUIRE(found != nullptr);
    CHECK(found->revision_id == revision);
    CHECK(found->description == "größer");
    CHECK(found->environment.at("KEY") == "value");
    CHECK(found->tags.at("team") == "a");
    CHECK(found->memory_mb == 512);
    CHECK(found->last_modified == life.clock.wall_now());
    CHECK(found->package_bytes == zip_of("x").size());
    CHECK(life.packages.find(found->package_sha256).has_value());
}

TEST_CASE("FunctionRegistry takes a name once", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    REQUIRE(life.create(wanted("f"), zip_of("x")).has_value());
    const auto again = life.create(wanted("f"), zip_of("y"));
    REQUIRE(again.has_error());
    CHECK(again.error().code() == Code::kConflict);
    CHECK(again.error().message() == "Function already exist: f");
}

TEST_CASE("FunctionRegistry lets one of two creations win", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    std::vector<Result<FunctionPtr>> outcomes;
    std::vector<Task<>> flows;
    flows.push_back(create_and_note(life.functions, outcomes));
    flows.push_back(create_and_note(life.functions, outcomes));
    tests::run_concurrently(life.loop, std::move(flows));
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[0].has_value() != outcomes[1].has_value());
    CHECK(life.functions.list().size() == 1);
}

TEST_CASE("FunctionRegistry refuses what Lambda refuses", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    Function slow = wanted("f");
    slow.timeout_s = 901;
    CHECK(life.create(slow, zip_of("x")).error().code() == Code::kInvalidArgument);
    CHECK(life.create(wanted("f"), "no zip").error().subject() == "zip");
    CHECK(life.functions.list().empty());
    REQUIRE(life.create(wanted("f"), zip_of("x")).has_value());
    CHECK(life.update("f", timeout(0)).error().code() == Code::kInvalidArgument);
    CHECK(life.functions.find("f")->timeout_s == 3);
}

TEST_CASE("FunctionRegistry changes only what is named", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    const FunctionPtr before = life.create(wanted("f"), zip_of("x")).value();
    life.clock.advance(std::chrono::hours(1));
    const FunctionPtr after = life.update("f", timeout(60)).value();
    CHECK(after->timeout_s == 60);
    CHECK(after->memory_mb == before->memory_mb);
    CHECK(after->handler == before->handler);
    CHECK(after->revision_id != before->revision_id);
    CHECK(after->last_modified > before->last_modified);
    CHECK(before->timeout_s == 3);
    CHECK(life.functions.find("f") == after);
}

TEST_CASE("FunctionRegistry replaces code", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    const FunctionPtr before = life.create(wanted("f"), zip_of("x")).value();
    const auto changed =
        tests::run_flow(life.loop, life.functions.update_code("f", zip_of("y"), ""));
    REQUIRE(changed.has_value());
    CHECK((*changed)->package_sha256 != before->package_sha256);
    // Environments of the old revision still have the old package mounted.
    CHECK(life.packages.find(before->package_sha256).has_value());
}

TEST_CASE("FunctionRegistry compares the revision", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    const FunctionPtr first = life.create(wanted("f"), zip_of("x")).value();
    REQUIRE(life.update("f", timeout(4), first->revision_id).has_value());
    const auto late = life.update("f", timeout(5), first->revision_id);
    REQUIRE(late.has_error());
    CHECK(late.error().code() == Code::kConflict);
    CHECK(late.error().subject() == "revision_id");
    const auto code = tests::run_flow(
        life.loop, life.functions.update_code("f", zip_of("y"), first->revision_id)
    );
    CHECK(code.error().subject() == "revision_id");
    CHECK(life.functions.find("f")->timeout_s == 4);
}

TEST_CASE("FunctionRegistry loses no concurrent change", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    REQUIRE(life.create(wanted("f"), zip_of("x")).has_value());
    std::vector<Task<>> flows;
    for (std::uint32_t i = 0; i < 8; ++i) {
        flows.push_back(set_memory(life.functions, 128 + i));
    }
    auto describe = [](FunctionRegistry& functions) -> Task<> {
        FunctionChange change;
        change.description = "kept";
        (void)co_await functions.update_configuration("f", std::move(change), "");
    };
    flows.push_back(describe(life.functions));
    tests::run_concurrently(life.loop, std::move(flows));
    CHECK(life.functions.find("f")->description == "kept");
    CHECK(life.functions.find("f")->memory_mb >= 128);
}

TEST_CASE("FunctionRegistry forgets what is removed", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    {
        Registry life(home);
        REQUIRE(life.create(wanted("f"), zip_of("x")).has_value());
        REQUIRE(tests::run_flow(life.loop, life.functions.remove("f")).has_value());
        CHECK(life.functions.find("f") == nullptr);
        CHECK(
            tests::run_flow(life.loop, life.functions.remove("f")).error().code() == Code::kNotFound
        );
        CHECK(life.update("f", timeout(4)).error().code() == Code::kNotFound);
    }
    Registry life(home);
    CHECK(life.functions.list().empty());
    CHECK(std::filesystem::is_empty(home.file("packages")));
}

TEST_CASE("FunctionRegistry lists by name", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    Registry life(home);
    for (const char* name : {"b", "c", "a"}) {
        REQUIRE(life.create(wanted(name), zip_of("x")).has_value());
    }
    std::string names;
    for (const FunctionPtr& function : life.functions.list()) {
        names += function->name;
    }
    CHECK(names == "abc");
}
