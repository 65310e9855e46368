#include "scheduler/provisioned_concurrency.h"
#include "tests/unit/scheduler/scheduler_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::FakeEnvironmentFactory;
using runtime::Alias;
using runtime::OutcomeKind;
using scheduler::ProvisionedConfig;
using scheduler::ProvisionedShare;
using scheduler::shares_of;
using scheduler::StartSource;

namespace {

struct Fixture : tests::SchedulerFixture {
    explicit Fixture(scheduler::SchedulerConfig config = {}) : SchedulerFixture(config) {
        deploy("f");
        deploy_version("f", "1");
    }
    void deploy_version(const std::string& name, const std::string& number) {
        auto function = std::make_shared<runtime::Function>(*functions.at(name));
        function->published_key = name + ":" + number;
        function->revision_id += "-" + number;
        functions[function->published_key] = function;
    }
    void provision(std::uint32_t slots) {
        subject->provision("f", "f:1", slots);
        poll();
    }
    std::size_t count(bool provisioned) {
        const auto all = subject->environments();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) {
            return one.provisioned == provisioned;
        }));
    }
};

using Shares = std::vector<std::pair<std::string, std::uint32_t>>;

Shares shared(const std::string& qualifier, std::uint32_t slots, std::optional<Alias> alias = {}) {
    const ProvisionedConfig config{"f", qualifier, slots, 0};
    Shares shares;
    for (const ProvisionedShare& share : shares_of(config, alias)) {
        shares.emplace_back(share.version, share.slots);
    }
    return shares;
}

}  // namespace

TEST_CASE("Provisioned environments are booted ahead", "[scheduler][provisioned]") {
    Fixture f;
    f.world.hold_boots = true;
    f.provision(3);
    CHECK(f.world.boots_held.size() == 3);
    CHECK(f.subject->provisioned("f:1").ready == 0);
    f.world.release_boot();
    f.poll();
    CHECK(f.subject->provisioned("f:1").ready == 1);
    f.world.release_boot();
    f.world.release_boot();
    f.poll();
    CHECK(f.subject->provisioned("f:1").ready == 3);
    CHECK(f.count(true) == 3);
    CHECK(f.world.starts.front().initialization == runtime::Initialization::kProvisioned);
    CHECK(f.world.starts.front().init_deadline - f.clock.steady_now() > 129s);
    CHECK(
        f.lines(0) == std::vector<std::string>{"INIT_REPORT Init Duration: 50.00 ms\tPhase: init"}
    );
}

TEST_CASE("A call on a provisioned environment reports its init once", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(1);
    f.pass(1min);
    const auto first = f.call("f:1");
    REQUIRE(first->done());
    CHECK(first->value().record.source == StartSource::kProvisioned);
    CHECK(first->value().executed_version == "1");
    CHECK(first->value().record.init_duration == 50ms);
    CHECK(first->value().record.phases.runtime_boot == 0ms);
    CHECK(first->value().record.phases.queue_wait == 0ms);
    const auto second = f.call("f:1");
    CHECK(second->value().record.source == StartSource::kProvisioned);
    CHECK(second->value().record.init_duration == 0ms);
    CHECK(f.world.starts.size() == 1);
    CHECK(f.subject->counters().cold_starts == 0);
}

TEST_CASE("Calls beyond the provisioned ones spill over", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(1);
    f.world.hold_invocations = true;
    const auto first = f.call("f:1");
    const auto second = f.call("f:1");
    CHECK(f.world.serving == 2);
    CHECK(f.subject->provisioned("f:1").in_use == 1);
    f.world.release_invocation();
    f.world.release_invocation();
    f.poll();
    CHECK(first->value().record.source == StartSource::kProvisioned);
    CHECK(second->value().record.source == StartSource::kBoot);
    CHECK(f.count(true) == 1);
    CHECK(f.count(false) == 1);
}

TEST_CASE("$LATEST gets no provisioned environment", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(1);
    const auto call = f.call("f");
    CHECK(call->value().record.source == StartSource::kBoot);
    CHECK(call->value().executed_version == "$LATEST");
}

TEST_CASE("Provisioned environments stay however long they are idle", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(2);
    CHECK(f.world.freezes == 0);
    f.pass(100ms);
    CHECK(f.world.freezes == 2);
    for (int hour = 0; hour < 24; ++hour) {
        f.pass(1h);
    }
    CHECK(f.count(true) == 2);
    CHECK(f.world.freezes == 2);
    CHECK(f.world.starts.size() == 2);
    CHECK(f.subject->evict("f") == 0);
    f.call("f:1");
    f.pass(100ms);
    CHECK(f.world.freezes == 3);

    SECTION("until they are wanted no longer") {
        f.provision(1);
        CHECK(f.count(true) == 1);
        f.provision(0);
        CHECK(f.subject->provisioned("f:1").ready == 0);
        CHECK(f.world.alive == 2);
        f.pass(11min);
        CHECK(f.world.alive == 0);
    }
    SECTION("until their version is deleted") {
        f.functions.erase("f:1");
        f.subject->retire("f:1");
        f.poll();
        CHECK(f.world.alive == 0);
        f.pass(1h);
        CHECK(f.world.starts.size() == 2);
    }
}

TEST_CASE("A scheduler that stops provides no environments anew", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(2);
    tests::run_flow(f.loop, f.subject->stop(0ms));
    f.poll();
    CHECK(f.world.starts.size() == 2);
    CHECK(f.world.alive == 0);
}

TEST_CASE("A provisioned environment that dies is replaced", "[scheduler][provisioned]") {
    Fixture f;
    f.provision(2);

    SECTION("while it is idle") {
        f.factory.made.at(0)->die();
        f.pass(1s);
        CHECK(f.world.starts.size() == 3);
        CHECK(f.subject->provisioned("f:1").ready == 2);
    }
    SECTION("by a crash") {
        f.world.behaviour = [](const runtime::InvokeRequest&) {
            runtime::InvokeOutcome outcome;
            outcome.kind = OutcomeKind::kExited;
            outcome.reusable = false;
            return outcome;
        };
        f.call("f:1");
        CHECK(f.world.starts.size() == 3);
        CHECK(f.subject->provisioned("f:1").ready == 2);
    }
    CHECK(f.world.starts.back().initialization == runtime::Initialization::kProvisioned);
    CHECK(f.world.alive == 2);
}

TEST_CASE(
    "A provisioned init that fails is tried again, later and later", "[scheduler][provisioned]"
) {
    Fixture f;
    for (int i = 0; i < 3; ++i) {
        f.world.inits.emplace_back(
            FakeEnvironmentFactory::failed_init(OutcomeKind::kFunctionError, "ImportError")
        );
    }
    f.provision(1);
    CHECK(f.world.starts.size() == 1);
    CHECK(f.subject->provisioned("f:1").has_failed);
    f.pass(999ms - 53ms);
    CHECK(f.world.starts.size() == 1);
    f.pass(1s);
    CHECK(f.world.starts.size() == 2);
    f.pass(1s);
    CHECK(f.world.starts.size() == 2);
    f.pass(1s);
    CHECK(f.world.starts.size() == 3);
    f.pass(5s);
    CHECK(f.world.starts.size() == 4);
    CHECK_FALSE(f.subject->provisioned("f:1").has_failed);
    CHECK(f.subject->provisioned("f:1").ready == 1);
}

TEST_CASE("Provisioned environments are not evicted for memory", "[scheduler][provisioned]") {
    scheduler::SchedulerConfig config;
    config.memory_budget_mb = 3 * 128;
    Fixture f(config);
    f.deploy("g");
    f.deploy("h");
    f.provision(2);
    f.call("g");
    f.call("h");
    CHECK(f.count(true) == 2);
    CHECK(f.count(false) == 1);
    CHECK_FALSE(f.subject->provisioned("f:1").lacks_memory);

    SECTION("and take the place of idle ones") {
        f.provision(3);
        CHECK(f.count(true) == 3);
        CHECK(f.count(false) == 0);
    }
    SECTION("and say so when there is too little for them") {
        f.provision(4);
        CHECK(f.subject->provisioned("f:1").ready == 3);
        CHECK(f.subject->provisioned("f:1").lacks_memory);
    }
}

TEST_CASE("Provisioned slots are the version's own", "[scheduler][provisioned]") {
    scheduler::SchedulerConfig config;
    config.account_concurrency = 2;
    Fixture f(config);
    f.deploy("g");
    f.provision(1);
    f.world.hold_invocations = true;
    const auto first = f.call("g");
    const auto second = f.call("g");
    const auto own = f.call("f:1");
    CHECK_FALSE(first->done());
    REQUIRE(second->done());
    CHECK(second->result->error().subject() == "ConcurrentInvocationLimitExceeded");
    CHECK_FALSE(own->done());
    f.world.hold_invocations = false;
    f.world.release_invocation();
    f.world.release_invocation();
    f.poll();
    CHECK(own->done());
}

TEST_CASE("Provisioned concurrency follows its alias", "[scheduler][provisioned]") {
    CHECK(shared("3", 5) == Shares{{"3", 5}});
    CHECK(shared("live", 5) == Shares{});
    Alias alias;
    alias.version = "1";
    CHECK(shared("live", 5, alias) == Shares{{"1", 5}});
    alias.split = Alias::Split{"2", 0.3};
    CHECK(shared("live", 10, alias) == Shares{{"1", 7}, {"2", 3}});
    CHECK(shared("live", 1, alias) == Shares{{"1", 1}, {"2", 0}});
    alias.split->weight = 1;
    CHECK(shared("live", 10, alias) == Shares{{"1", 0}, {"2", 10}});
    alias.split.reset();
    alias.version = "$LATEST";
    CHECK(shared("live", 5, alias) == Shares{});
}
