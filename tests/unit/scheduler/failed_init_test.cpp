#include "tests/unit/scheduler/scheduler_fixture.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::FakeEnvironmentFactory;
using lambent::tests::SchedulerFixture;
using runtime::OutcomeKind;
using scheduler::StartSource;

TEST_CASE("Scheduler repeats a failed init once inside the invocation", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.inits.push_back(
        FakeEnvironmentFactory::failed_init(OutcomeKind::kExited, "Runtime.ExitError")
    );
    const auto call = f.call("hello");

    REQUIRE(call->done());
    CHECK(call->value().outcome.kind == OutcomeKind::kSuccess);
    const scheduler::InvocationRecord& record = call->value().record;
    CHECK(record.source == StartSource::kBoot);
    CHECK(record.init_duration == 0ms);          // suppressed
    CHECK(record.duration == 53ms + 2ms);        // the second init is inside
    CHECK(record.phases.function_init == 60ms);  // both are accounted for
    CHECK(record.billed_ms == 55);
    CHECK(
        f.lines(0) ==
        std::vector<std::string>{
            "INIT_REPORT Init Duration: 50.00 ms\tPhase: init\tStatus: error\t"
            "Error Type: Runtime.ExitError",
            "START RequestId: r1 Version: $LATEST",
            "guest r1",
            "END RequestId: r1",
            "REPORT RequestId: r1\tDuration: 55.00 ms\tBilled Duration: 55 ms\tMemory Size: 128 MB"
            "\tMax Memory Used: 30 MB\t",
        }
    );
    CHECK(f.call("hello")->value().record.source == StartSource::kWarm);
}

TEST_CASE(
    "Scheduler answers with the error of an init that fails twice", "[scheduler][Scheduler]"
) {
    SchedulerFixture f;
    f.deploy("hello");
    for (int i = 0; i < 2; ++i) {
        f.world.inits.push_back(FakeEnvironmentFactory::failed_init(
            OutcomeKind::kFunctionError, "Runtime.ImportModuleError"
        ));
    }
    const auto call = f.call("hello");

    REQUIRE(call->done());
    CHECK(call->value().outcome.kind == OutcomeKind::kFunctionError);
    CHECK(call->value().outcome.payload == "Runtime.ImportModuleError of r1");
    CHECK(f.world.starts.size() == 2);
    CHECK(f.world.invoked.empty());
    CHECK(
        f.lines(0) ==
        std::vector<std::string>{
            "INIT_REPORT Init Duration: 50.00 ms\tPhase: init\tStatus: error\t"
            "Error Type: Runtime.ImportModuleError",
            "INIT_REPORT Init Duration: 50.00 ms\tPhase: invoke\tStatus: error\t"
            "Error Type: Runtime.ImportModuleError",
            "START RequestId: r1 Version: $LATEST",
            "END RequestId: r1",
            "REPORT RequestId: r1\tDuration: 53.00 ms\tBilled Duration: 53 ms\tMemory Size: 128 MB"
            "\tMax Memory Used: 20 MB\tStatus: error\tError Type: Runtime.ImportModuleError",
        }
    );
    CHECK(f.subject->environments().empty());
}

TEST_CASE(
    "Scheduler gives the repeated init the function's own timeout", "[scheduler][Scheduler]"
) {
    SchedulerFixture f;
    f.deploy("hello");
    for (int i = 0; i < 2; ++i) {
        f.world.inits.push_back(
            FakeEnvironmentFactory::failed_init(OutcomeKind::kTimeout, "Sandbox.Timedout")
        );
    }
    const SteadyTime called = f.clock.steady_now();
    const auto call = f.call("hello");

    REQUIRE(f.world.starts.size() == 2);
    CHECK(f.world.starts.at(0).init_deadline == called + 10s);
    CHECK(f.world.starts.at(1).init_deadline == called + 53ms + 3s);
    REQUIRE(call->done());
    CHECK(call->value().outcome.kind == OutcomeKind::kTimeout);
    CHECK(call->value().outcome.payload == "Sandbox.Timedout of r1");
    CHECK(f.lines(0).at(1).find("Phase: invoke\tStatus: timeout") != std::string::npos);
    CHECK(f.lines(0).back().find("\tStatus: timeout") != std::string::npos);
}

TEST_CASE("Scheduler tells a call that the platform could not boot", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.inits.push_back(Error(Code::kUnavailable, "no cell"));
    const auto call = f.call("hello");
    REQUIRE(call->done());
    CHECK(call->result->error().message() == "no cell");
    CHECK(f.subject->environments().empty());
    CHECK(f.call("hello")->result->has_value());
}

TEST_CASE("Scheduler lets repeated inits run beside the limit on boots", "[scheduler][Scheduler]") {
    scheduler::SchedulerConfig config;
    config.boots_max = 1;
    SchedulerFixture f(config);
    f.deploy("broken");
    f.deploy("sound");
    f.world.inits.push_back(
        FakeEnvironmentFactory::failed_init(OutcomeKind::kTimeout, "Sandbox.Timedout")
    );
    f.world.hold_boots = true;
    const auto broken = f.call("broken");
    f.world.release_boot();
    f.poll();
    CHECK(f.world.boots_held.size() == 1);  // the repeat
    f.call("sound");
    CHECK(f.world.boots_held.size() == 2);
    f.world.release_boot(1);
    f.poll();
    f.world.release_boot(0);
    f.poll();
    CHECK(broken->result->has_value());
}

TEST_CASE("Scheduler stops although an init is being repeated", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("broken");
    f.world.inits.push_back(
        FakeEnvironmentFactory::failed_init(OutcomeKind::kTimeout, "Sandbox.Timedout")
    );
    f.world.hold_boots = true;
    const auto call = f.call("broken");
    f.world.release_boot();
    f.poll();
    tests::run_flow(f.loop, f.subject->stop(0ms));
    f.poll();
    REQUIRE(call->done());
    CHECK(call->result->has_error());
}
