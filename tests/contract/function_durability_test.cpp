#include "base/files/durable_file.h"
#include "base/sql/sqlite_driver.h"
#include "runtime/functions/function_registry.h"
#include "tests/support/killed_child.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>

using namespace lambent;
namespace fs = std::filesystem;

namespace {

std::string name_of(std::int64_t number) {
    return "f" + std::to_string(number);
}

std::string code_of(std::int64_t number) {
    return "# " + std::to_string(number) + std::string(2'000, '.');
}

std::string zip_of(std::int64_t number) {
    tests::ZipBuilder zip;
    for (int file = 0; file < 5; ++file) {
        zip.file("lib/part" + std::to_string(file) + ".py", code_of(number));
    }
    return zip.file("app.py", code_of(number)).build();
}

// One life of a daemon's registry.
struct Life {
    explicit Life(const tests::TempDir& home)
        : driver(sql::SqliteDriver::open(home.file("lambent.db"), {}).value()),
          packages(home.file("packages"), {}, workers),
          functions(*driver, packages, clock) {
        driver->migrate(runtime::FunctionRegistry::migrations()).value();
        tests::run_flow(loop, functions.load()).value();
    }

    boost::asio::io_context loop;
    SystemClock clock;
    std::unique_ptr<sql::SqliteDriver> driver;
    WorkerPool workers{1};
    runtime::PackageStore packages;
    runtime::FunctionRegistry functions;
};

void create_for_ever(
    const tests::TempDir& home, std::int64_t first, const tests::Acknowledgements& told
) {
    Life life(home);
    for (std::int64_t number = first;; ++number) {
        runtime::Function function;
        function.name = name_of(number);
        function.runtime = "python3.12";
        function.handler = "app.handler";
        auto flow = life.functions.create(std::move(function), zip_of(number));
        if (tests::run_flow(life.loop, std::move(flow)).has_error()) {
            ::_exit(1);
        }
        told.add(number);
    }
}

std::size_t entries_of(const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator())
    );
}

}  // namespace

TEST_CASE("FunctionRegistry loses no function to kill -9", "[functions][FunctionRegistry]") {
    const tests::TempDir home;
    std::set<std::int64_t> acknowledged;
    for (std::int64_t life = 0; life < 5; ++life) {
        const auto body = [&home, life](const tests::Acknowledgements& told) {
            create_for_ever(home, life * 1'000, told);
        };
        const auto enough = static_cast<std::size_t>(3 + 2 * life);
        acknowledged.merge(tests::acknowledged_before_kill(body, enough));
    }
    const Life life(home);
    for (const std::int64_t number : acknowledged) {
        CAPTURE(number);
        const runtime::FunctionPtr function = life.functions.find(name_of(number));
        REQUIRE(function != nullptr);
        const auto package = life.packages.find(function->package_sha256);
        REQUIRE(package.has_value());
        CHECK(read_file(package->directory + "/app.py").value() == code_of(number));
        CHECK(read_file(package->directory + "/lib/part4.py").value() == code_of(number));
    }
    // What the kills cut short is gone: a zip and a directory for each function, and no more.
    CHECK(entries_of(home.file("packages")) == 2 * life.functions.list().size());
}
