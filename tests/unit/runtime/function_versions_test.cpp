#include "base/sql/sqlite_driver.h"
#include "runtime/functions/qualified_functions.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <memory>

using namespace lambent;
using runtime::Alias;
using runtime::FunctionPtr;
using runtime::Publication;

namespace {

std::string version_zip(const std::string& code) {
    return tests::ZipBuilder().file("app.py", code).build();
}

// Registries on real storage, with a function "f"; `restart` is the next life of the daemon.
struct Fixture {
    Fixture() {
        restart();
        runtime::Function wanted;
        wanted.name = "f";
        wanted.runtime = "python3.12";
        wanted.handler = "app.handler";
        run(subject->functions.create(wanted, version_zip("1"))).value();
    }

    struct Life {
        explicit Life(const tests::TempDir& home, const Clock& clock)
            : driver(sql::SqliteDriver::open(home.file("lambent.db"), {}).value()),
              packages(home.file("packages"), {}, workers),
              functions(*driver, packages, clock),
              aliases(*driver),
              qualified(functions, aliases) {
            driver->migrate(runtime::FunctionRegistry::migrations()).value();
        }
        WorkerPool workers{1};
        std::unique_ptr<sql::SqliteDriver> driver;
        runtime::PackageStore packages;
        runtime::FunctionRegistry functions;
        runtime::AliasRegistry aliases;
        runtime::QualifiedFunctions qualified;
    };

    void restart() {
        subject.reset();
        subject = std::make_unique<Life>(home, clock);
        run(subject->functions.load()).value();
        run(subject->aliases.load()).value();
    }
    template <class T>
    T run(Task<T> flow) {
        return tests::run_flow(loop, std::move(flow));
    }
    FunctionPtr publish(Publication asked = {}) {
        return run(subject->functions.publish("f", std::move(asked))).value();
    }
    void change_code(const std::string& code) {
        run(subject->functions.update_code("f", version_zip(code), "")).value();
    }
    static Alias alias(const std::string& name, const std::string& version) {
        Alias made;
        made.function = "f";
        made.name = name;
        made.version = version;
        return made;
    }

    tests::TempDir home;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    std::unique_ptr<Life> subject;
};

}  // namespace

TEST_CASE("FunctionRegistry publishes what $LATEST is now", "[runtime][FunctionRegistry]") {
    Fixture f;
    const FunctionPtr first = f.publish({"the first", ""});
    CHECK(first->version() == "1");
    CHECK(first->key() == "f:1");
    CHECK(first->name == "f");
    CHECK(first->description == "the first");
    CHECK(first->arn("us-east-1") == "arn:aws:lambda:us-east-1:000000000000:function:f");
    CHECK(first->version_arn("us-east-1") == first->arn("us-east-1") + ":1");
    CHECK(first->revision_id != f.subject->functions.find("f")->revision_id);

    f.change_code("2");
    const FunctionPtr second = f.publish();
    CHECK(second->version() == "2");
    CHECK(second->package_sha256 != first->package_sha256);
    CHECK(f.subject->functions.find("f:1") == first);
    CHECK(f.subject->functions.find("f:2") == second);
    CHECK(f.subject->functions.find("f")->version() == "$LATEST");
    CHECK(f.subject->functions.versions("f") == std::vector<FunctionPtr>{first, second});
    CHECK(f.subject->functions.list().size() == 1);
    for (const char* other : {"f:3", "f:0", "f:01", "f:", "f:x", "g:1", "f:99999999999999999999"}) {
        CHECK(f.subject->functions.find(other) == nullptr);
    }
}

TEST_CASE("FunctionRegistry publishes nothing twice", "[runtime][FunctionRegistry]") {
    Fixture f;
    const FunctionPtr first = f.publish();
    CHECK(f.publish({"with another description", ""}) == first);
    runtime::FunctionChange tags;
    tags.tags = std::map<std::string, std::string>{{"a", "b"}};
    f.run(f.subject->functions.update_configuration("f", tags, "")).value();
    CHECK(f.publish() == first);
    f.restart();
    CHECK(f.publish()->version() == "1");
    runtime::FunctionChange memory;
    memory.memory_mb = 256;
    f.run(f.subject->functions.update_configuration("f", memory, "")).value();
    CHECK(f.publish()->version() == "2");
}

TEST_CASE("FunctionRegistry publishes the revision that was named", "[runtime][FunctionRegistry]") {
    Fixture f;
    const std::string revision = f.subject->functions.find("f")->revision_id;
    f.change_code("2");
    const auto refused = f.run(f.subject->functions.publish("f", Publication{{}, revision}));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code() == Code::kConflict);
    CHECK(refused.error().subject() == "revision_id");
    CHECK(f.subject->functions.versions("f").empty());
}

TEST_CASE("A version's number is never used again", "[runtime][FunctionRegistry]") {
    Fixture f;
    f.publish();
    f.run(f.subject->functions.remove_version("f", "1")).value();
    CHECK(f.subject->functions.find("f:1") == nullptr);
    CHECK(f.publish()->version() == "2");
    f.restart();
    CHECK(f.subject->functions.find("f:1") == nullptr);
    CHECK(f.subject->functions.find("f:2") != nullptr);

    SECTION("but by a function of the same name that is new") {
        const runtime::Function again = *f.subject->functions.find("f");
        f.run(f.subject->functions.remove("f")).value();
        CHECK(f.subject->functions.find("f:2") == nullptr);
        f.run(f.subject->functions.create(again, version_zip("1"))).value();
        CHECK(f.publish()->version() == "1");
    }
}

TEST_CASE("Published versions keep their code over a restart", "[runtime][FunctionRegistry]") {
    Fixture f;
    f.publish();
    for (int code = 2; code <= 11; ++code) {
        f.change_code(std::to_string(code));
        f.publish();
    }
    f.restart();
    const std::vector<FunctionPtr> versions = f.subject->functions.versions("f");
    REQUIRE(versions.size() == 11);
    CHECK(versions.back()->version() == "11");
    for (const FunctionPtr& version : versions) {
        CHECK(f.subject->packages.find(version->package_sha256).has_value());
    }
}

TEST_CASE("AliasRegistry keeps aliases over a restart", "[runtime][AliasRegistry]") {
    Fixture f;
    std::vector<std::string> told;
    f.subject->aliases.listen([&](const std::string& function) { told.push_back(function); });
    Alias live = Fixture::alias("live", "1");
    live.description = "what people get";
    live.split = Alias::Split{"2", 0.25};
    const Alias made = f.run(f.subject->aliases.create(live)).value();
    CHECK_FALSE(made.revision_id.empty());
    const auto again = f.run(f.subject->aliases.create(live));
    CHECK(again.error().code() == Code::kConflict);
    CHECK(again.error().subject() == "alias");
    f.run(f.subject->aliases.create(Fixture::alias("beta", "$LATEST"))).value();
    CHECK(told == std::vector<std::string>{"f", "f"});

    f.restart();
    const auto read = f.subject->aliases.find("f", "live");
    REQUIRE(read.has_value());
    CHECK(read->version == "1");
    CHECK(read->description == "what people get");
    CHECK(read->revision_id == made.revision_id);
    REQUIRE(read->split.has_value());
    CHECK(read->split->version == "2");
    CHECK(read->split->weight == 0.25);
    CHECK(f.subject->aliases.list("f").size() == 2);
    CHECK(f.subject->aliases.naming("f", "2") == std::vector<std::string>{"live"});
    CHECK(f.subject->aliases.naming("f", "3").empty());

    SECTION("until they are removed") {
        f.run(f.subject->aliases.remove("f", "live")).value();
        CHECK(f.run(f.subject->aliases.remove("f", "live")).error().code() == Code::kNotFound);
        f.restart();
        CHECK_FALSE(f.subject->aliases.find("f", "live").has_value());
        CHECK(f.subject->aliases.find("f", "beta").has_value());
    }
    SECTION("until their function is") {
        f.run(f.subject->functions.remove("f")).value();
        f.subject->aliases.forget("f");
        CHECK(f.subject->aliases.list("f").empty());
        f.restart();
        CHECK(f.subject->aliases.list("f").empty());
    }
    SECTION("as they were last changed") {
        Alias moved = *read;
        moved.version = "3";
        moved.split.reset();
        const auto stale = f.run(f.subject->aliases.replace(moved, "another"));
        CHECK(stale.error().subject() == "revision_id");
        const Alias changed = f.run(f.subject->aliases.replace(moved, read->revision_id)).value();
        CHECK(changed.revision_id != read->revision_id);
        f.restart();
        CHECK(f.subject->aliases.find("f", "live")->version == "3");
        CHECK_FALSE(f.subject->aliases.find("f", "live")->split.has_value());
    }
}

TEST_CASE("An alias sends a share of the calls elsewhere", "[runtime][AliasRegistry]") {
    Alias alias = Fixture::alias("live", "1");
    CHECK(runtime::routed_version(alias, 0.0) == "1");
    alias.split = Alias::Split{"2", 0.25};
    CHECK(runtime::routed_version(alias, 0.0) == "2");
    CHECK(runtime::routed_version(alias, 0.249) == "2");
    CHECK(runtime::routed_version(alias, 0.25) == "1");
    CHECK(runtime::routed_version(alias, 0.99) == "1");
    alias.split->weight = 0;
    CHECK(runtime::routed_version(alias, 0.0) == "1");
}

TEST_CASE("QualifiedFunctions finds what a caller means", "[runtime][QualifiedFunctions]") {
    Fixture f;
    f.publish();
    f.change_code("2");
    f.publish();
    Alias live = Fixture::alias("live", "1");
    live.split = Alias::Split{"2", 0.5};
    f.run(f.subject->aliases.create(live)).value();
    f.run(f.subject->aliases.create(Fixture::alias("tip", "$LATEST"))).value();
    const auto version = [&](const std::string& reference) {
        const FunctionPtr found = f.subject->qualified.find(reference);
        return found == nullptr ? "" : found->version();
    };
    CHECK(version("f") == "$LATEST");
    CHECK(version("f:$LATEST") == "$LATEST");
    CHECK(version("f:tip") == "$LATEST");
    CHECK(version("f:1") == "1");
    CHECK(version("f:3") == "");
    CHECK(version("f:dead") == "");
    CHECK(version("g") == "");
    CHECK(version("g:live") == "");
    std::map<std::string, int> drawn;
    for (int i = 0; i < 1'000; ++i) {
        drawn[version("f:live")] += 1;
    }
    CHECK(drawn.size() == 2);
    CHECK(drawn["1"] > 300);
    CHECK(drawn["2"] > 300);
}
