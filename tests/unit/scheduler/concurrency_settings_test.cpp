#include "scheduler/concurrency_settings.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <set>

using namespace lambent;
using lambent::scheduler::ConcurrencySettings;
using lambent::tests::ManualClock;
using lambent::tests::run_flow;
using lambent::tests::TempDir;

namespace {

struct Fixture {
    explicit Fixture(std::uint32_t account = 1'000) : account_slots(account) { open(); }

    // As after a start of the daemon.
    void open() {
        subject.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(ConcurrencySettings::migrations()).value();
        subject = std::make_unique<ConcurrencySettings>(*driver, clock, account_slots);
        subject->listen([this](const std::string& function) { changed.push_back(function); });
        std::function<bool(const std::string&)> exists = [this](const std::string& function) {
            return !deleted.contains(function);
        };
        run_flow(loop, subject->load(std::move(exists))).value();
    }
    // "" or the error's sentence.
    std::string reserve(const std::string& function, std::uint32_t slots) {
        const auto done = run_flow(loop, subject->reserve(function, slots));
        return done.has_error() ? done.error().message() : "";
    }
    std::string provision(
        const std::string& function, const std::string& qualifier, std::uint32_t slots
    ) {
        const auto done = run_flow(loop, subject->provision(function, qualifier, slots));
        return done.has_error() ? done.error().message() : "";
    }

    std::uint32_t account_slots;
    TempDir directory;
    ManualClock clock;
    boost::asio::io_context loop;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<ConcurrencySettings> subject;
    std::vector<std::string> changed;
    std::set<std::string> deleted;
};

}  // namespace

TEST_CASE("ConcurrencySettings keep 100 slots unreserved", "[scheduler][ConcurrencySettings]") {
    Fixture f;
    CHECK(f.reserve("a", 600) == "");
    CHECK(f.subject->unreserved() == 400);
    CHECK(
        f.reserve("b", 301) ==
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    );
    CHECK_FALSE(f.subject->reserved("b").has_value());
    CHECK(f.reserve("b", 300) == "");
    CHECK(f.reserve("a", 599) == "");
    CHECK(f.reserve("c", 2) != "");
    CHECK(f.reserve("c", 1) == "");
    CHECK(f.reserve("d", 0) == "");
    CHECK(f.subject->reserved("d") == 0U);
    run_flow(f.loop, f.subject->unreserve("a")).value();
    CHECK(f.subject->unreserved() == 699);
    CHECK(f.changed == std::vector<std::string>{"a", "b", "a", "c", "d", "a"});
}

TEST_CASE("ConcurrencySettings survive a restart", "[scheduler][ConcurrencySettings]") {
    Fixture f;
    f.reserve("a", 7);
    f.reserve("off", 0);
    f.reserve("gone", 5);
    f.provision("a", "1", 3);
    f.provision("a", "live", 2);
    f.clock.jump_wall(std::chrono::seconds(5));
    f.deleted.insert("gone");
    f.changed.clear();
    f.open();
    CHECK(f.subject->reserved("a") == 7U);
    CHECK(f.subject->reserved("off") == 0U);
    CHECK_FALSE(f.subject->reserved("gone").has_value());
    CHECK(f.subject->provisioned("a").size() == 2);
    CHECK(f.subject->provisioned("a", "live")->requested == 2);
    CHECK(f.subject->provisioned("a", "live")->modified_ms == 1'767'225'600'000);
    CHECK(f.subject->unreserved() == 993);
    f.deleted.clear();
    f.open();
    CHECK_FALSE(f.subject->reserved("gone").has_value());
}

TEST_CASE(
    "Provisioned concurrency lies within the reservation", "[scheduler][ConcurrencySettings]"
) {
    Fixture f;
    CHECK(f.reserve("a", 10) == "");
    CHECK(f.provision("a", "1", 6) == "");
    CHECK(
        f.provision("a", "2", 5) ==
        "Requested Provisioned Concurrency should not be greater than the "
        "reservedConcurrentExecution for function"
    );
    CHECK(f.provision("a", "2", 4) == "");
    CHECK(f.subject->unreserved() == 990);
    CHECK(
        f.reserve("a", 9) ==
        "ReservedConcurrentExecutions 9 should not be lower than function's total provisioned "
        "concurrency [10]."
    );
    run_flow(f.loop, f.subject->unreserve("a")).value();
    CHECK(f.subject->unreserved() == 990);
    run_flow(f.loop, f.subject->unprovision("a", "1")).value();
    CHECK(f.subject->unreserved() == 996);
    CHECK_FALSE(f.subject->provisioned("a", "1").has_value());
}

TEST_CASE(
    "Provisioned concurrency without a reservation is the account's",
    "[scheduler][ConcurrencySettings]"
) {
    Fixture f;
    CHECK(f.provision("a", "1", 900) == "");
    CHECK(
        f.provision("b", "1", 1) ==
        "Specified ConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100]."
    );
    CHECK(
        f.provision("b", "1", 101) ==
        "Specified ConcurrentExecutions for function is greater than account's unreserved "
        "concurrency [100]."
    );
    CHECK(f.provision("a", "1", 899) == "");
    CHECK(f.provision("b", "1", 1) == "");
    run_flow(f.loop, f.subject->forget("a")).value();
    CHECK(f.subject->provisioned("a").empty());
    CHECK(f.subject->unreserved() == 999);
}

TEST_CASE(
    "An account that shrank refuses only what claims more", "[scheduler][ConcurrencySettings]"
) {
    Fixture f;
    f.reserve("a", 500);
    f.account_slots = 400;
    f.open();
    CHECK(f.subject->unreserved() == 0);
    CHECK(f.reserve("b", 1) != "");
    CHECK(f.reserve("a", 499) == "");
}
