#include "scheduler/scheduler.h"

#include "tests/unit/scheduler/scheduler_fixture.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::FakeEnvironmentFactory;
using lambent::tests::SchedulerFixture;
using runtime::OutcomeKind;
using scheduler::StartSource;

TEST_CASE("Scheduler boots an environment for the first call", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    const auto call = f.call("hello");

    REQUIRE(call->done());
    CHECK(call->value().outcome.payload == R"({"n":1})");
    CHECK(call->value().executed_version == "$LATEST");
    const scheduler::InvocationRecord& record = call->value().record;
    CHECK(record.source == StartSource::kBoot);
    CHECK(record.phases.cell_claim == 1ms);
    CHECK(record.phases.mount_and_limits == 2ms);
    CHECK(record.phases.runtime_boot == 20ms);
    CHECK(record.phases.function_init == 30ms);
    CHECK(record.phases.queue_wait == 0ms);
    CHECK(record.phases.handler == 1'900us);
    CHECK(record.phases.response_transfer == 100us);
    CHECK(record.init_duration == 50ms);
    CHECK(record.duration == 2ms);
    CHECK(record.billed_ms == 52);
    CHECK(record.memory_peak_bytes == 30 * runtime::kMebibyte);
}

TEST_CASE("Scheduler serves the next call with the warm environment", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    const auto second = f.call("hello");

    REQUIRE(second->done());
    const scheduler::InvocationRecord& record = second->value().record;
    CHECK(record.source == StartSource::kWarm);
    CHECK(record.init_duration == 0ms);
    CHECK(record.phases.runtime_boot == 0ms);
    CHECK(record.billed_ms == 2);
    CHECK(f.world.starts.size() == 1);
    CHECK(f.subject->counters().invocations == 2);
    CHECK(f.subject->counters().cold_starts == 1);
}

TEST_CASE("Scheduler writes the platform's lines around the guest's", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    f.call("hello");

    CHECK(f.logs.groups_opened == std::vector<std::string>{"/aws/lambda/hello"});
    const std::string stream = f.logs.streams_opened.at(0)->name();
    CHECK(stream.substr(0, 20) == "2026/01/01/[$LATEST]");
    CHECK(stream.size() == 20 + 32);
    CHECK(
        f.lines(0) ==
        std::vector<std::string>{
            "START RequestId: r1 Version: $LATEST",
            "guest r1",
            "END RequestId: r1",
            "REPORT RequestId: r1\tDuration: 2.00 ms\tBilled Duration: 52 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\tInit Duration: 50.00 ms\t",
            "START RequestId: r2 Version: $LATEST",
            "guest r2",
            "END RequestId: r2",
            "REPORT RequestId: r2\tDuration: 2.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t"
            "Max Memory Used: 30 MB\t",
        }
    );
}

TEST_CASE("Scheduler returns the log tail when it is asked for", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    scheduler::Invocation invocation = f.request("hello");
    invocation.log_tail = scheduler::LogTail::kLast4Kb;
    const auto call = f.call(invocation);

    REQUIRE(call->done());
    CHECK(call->value().log_tail.find("START RequestId: r2") == 0);
    CHECK(call->value().log_tail.find("REPORT RequestId: r2") != std::string::npos);
    CHECK(call->value().log_tail.find("r1") == std::string::npos);
}

TEST_CASE("Scheduler gives parallel calls parallel environments", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_invocations = true;
    const auto first = f.call("hello");
    const auto second = f.call("hello");
    const auto third = f.call("hello");

    CHECK(f.world.serving == 3);
    CHECK(f.subject->environments().size() == 3);
    f.world.release_invocation(1);
    f.poll();
    CHECK(second->done());
    CHECK_FALSE(first->done());
    f.world.release_invocation();
    f.world.release_invocation();
    f.poll();
    std::set<std::string> streams;
    for (const auto& call : {first, second, third}) {
        REQUIRE(call->done());
        streams.insert(call->value().record.log_stream);
    }
    CHECK(streams.size() == 3);
}

TEST_CASE("Scheduler serves a waiting call with a freed environment", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_invocations = true;
    const auto first = f.call("hello");
    f.world.hold_boots = true;
    const auto second = f.call("hello");
    CHECK(f.world.boots_held.size() == 1);

    f.clock.advance(7ms);
    f.world.release_invocation();
    f.poll();
    CHECK(first->done());
    CHECK(f.world.serving == 1);
    f.world.release_invocation();
    f.poll();
    REQUIRE(second->done());
    CHECK(second->value().record.source == StartSource::kWarm);
    CHECK(second->value().record.phases.queue_wait == 9ms);

    SECTION("and keeps the boot that was under way for later") {
        f.world.hold_invocations = false;
        f.world.release_boot();
        f.poll();
        CHECK(f.subject->environments().size() == 2);
        const auto third = f.call("hello");
        CHECK(third->value().record.source == StartSource::kBoot);
        CHECK(third->value().record.init_duration == 50ms);
    }
}

TEST_CASE("Scheduler boots anew for a call that wants it cold", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    scheduler::Invocation invocation = f.request("hello");
    invocation.start = scheduler::StartPreference::kForceCold;
    const auto cold = f.call(invocation);

    REQUIRE(cold->done());
    CHECK(cold->value().record.source == StartSource::kBoot);
    CHECK(f.world.starts.size() == 2);
}

TEST_CASE("Scheduler forbids a stem to a call that wants a boot", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    scheduler::Invocation invocation = f.request("hello");
    for (const auto start :
         {scheduler::StartPreference::kForceBoot, scheduler::StartPreference::kForceCold}) {
        invocation.start = start;
        f.call(invocation);
    }
    REQUIRE(f.world.starts.size() == 2);
    CHECK(f.world.starts[0].from == runtime::StartFrom::kBoot);
    CHECK(f.world.starts[1].from == runtime::StartFrom::kAnything);
}

TEST_CASE("Scheduler refuses a function that does not exist", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    const auto call = f.call("nobody");
    REQUIRE(call->done());
    CHECK(call->result->error().code() == Code::kNotFound);
}

TEST_CASE("Scheduler throttles beyond the account's concurrency", "[scheduler][Scheduler]") {
    scheduler::SchedulerConfig config;
    config.account_concurrency = 2;
    SchedulerFixture f(config);
    f.deploy("hello");
    f.world.hold_invocations = true;
    const auto first = f.call("hello");
    const auto second = f.call("hello");
    const auto third = f.call("hello");

    REQUIRE(third->done());
    CHECK(third->result->error().code() == Code::kThrottled);
    CHECK(third->result->error().subject() == "ConcurrentInvocationLimitExceeded");
    CHECK(f.subject->counters().throttles == 1);
    CHECK(f.subject->counters().invocations == 0);

    f.world.hold_invocations = false;
    f.world.release_invocation();
    f.poll();
    CHECK(f.call("hello")->result->has_value());
    f.world.release_invocation();
}

TEST_CASE("Scheduler replaces the environment after a timeout", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.behaviour = [&](const runtime::InvokeRequest& request) {
        CHECK(request.deadline - f.clock.steady_now() == 3s);
        f.clock.advance(3'000'430us);
        runtime::InvokeOutcome outcome;
        outcome.kind = OutcomeKind::kTimeout;
        outcome.error_type = "Sandbox.Timedout";
        outcome.reusable = false;
        return outcome;
    };
    const auto call = f.call("hello");

    REQUIRE(call->done());
    CHECK(call->value().outcome.kind == OutcomeKind::kTimeout);
    CHECK(call->value().record.duration == 3'000'430us);
    CHECK(call->value().record.billed_ms == 3'051);
    CHECK(
        f.lines(0).back() ==
        "REPORT RequestId: r1\tDuration: 3000.43 ms\tBilled Duration: 3051 ms\tMemory Size: 128 MB"
        "\tMax Memory Used: 20 MB\tInit Duration: 50.00 ms\tStatus: timeout"
    );
    CHECK(f.world.alive == 0);
    f.world.behaviour = nullptr;
    CHECK(f.call("hello")->value().record.source == StartSource::kBoot);
}

TEST_CASE("Scheduler reports a crash and replaces the environment", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.behaviour = [&](const runtime::InvokeRequest&) {
        f.clock.advance(5ms);
        runtime::InvokeOutcome outcome;
        outcome.kind = OutcomeKind::kExited;
        outcome.error_type = "Runtime.ExitError";
        outcome.reusable = false;
        return outcome;
    };
    f.call("hello");
    const std::string report = f.lines(0).back();
    CHECK(report.find("\tStatus: error\tError Type: Runtime.ExitError") != std::string::npos);
    CHECK(f.world.alive == 0);
    CHECK(f.subject->counters().errors == 1);
}

TEST_CASE("Scheduler keeps the environment after a function error", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.behaviour = [&](const runtime::InvokeRequest&) {
        runtime::InvokeOutcome outcome;
        outcome.kind = OutcomeKind::kFunctionError;
        outcome.error_type = "ValueError";
        outcome.handler = 1ms;
        return outcome;
    };
    f.call("hello");
    CHECK(f.lines(0).back().find("Status") == std::string::npos);
    CHECK(f.world.alive == 1);
    CHECK(f.call("hello")->value().record.source == StartSource::kWarm);
}

TEST_CASE("Scheduler closes an environment whose platform failed", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.behaviour = [&](const runtime::InvokeRequest&) {
        return Result<runtime::InvokeOutcome>(Error(Code::kInternal, "channel broke"));
    };
    const auto call = f.call("hello");
    REQUIRE(call->done());
    CHECK(call->result->error().message() == "channel broke");
    CHECK(f.world.alive == 0);
    const auto record = tests::run_flow(f.loop, f.records.find("r1")).value();
    REQUIRE(record.has_value());
    CHECK(record->error_type == "Sandbox.Failure");
}

TEST_CASE("Scheduler never hands out an environment that died idle", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    f.factory.made.at(0)->die();
    CHECK(f.subject->environments().empty());
    const auto next = f.call("hello");
    REQUIRE(next->done());
    CHECK(next->value().record.source == StartSource::kBoot);
    CHECK(f.world.alive == 1);
}

TEST_CASE("Scheduler runs no old code after an update", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    const auto old = f.deploy("hello");
    f.call("hello");
    f.world.hold_invocations = true;
    const auto running = f.call("hello");
    f.world.hold_invocations = false;
    scheduler::Invocation cold = f.request("hello");
    cold.start = scheduler::StartPreference::kForceCold;
    f.call(cold);
    CHECK(f.world.alive == 2);

    const auto updated = f.deploy("hello");
    f.subject->retire("hello");
    f.poll();
    CHECK(f.world.alive == 1);  // the one that runs
    const auto after = f.call("hello");
    CHECK(after->value().record.revision_id == updated->revision_id);

    f.world.release_invocation();
    f.poll();
    CHECK(running->value().record.revision_id == old->revision_id);
    CHECK(f.world.alive == 1);  // the new one
    CHECK(f.world.starts.back().function == updated);
}

TEST_CASE("Scheduler gives a boot of old code to nobody", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_boots = true;
    const auto waiting = f.call("hello");
    const auto updated = f.deploy("hello");
    f.subject->retire("hello");
    f.poll();
    REQUIRE(f.world.boots_held.size() == 2);
    f.world.release_boot(0);
    f.poll();
    CHECK_FALSE(waiting->done());
    f.world.release_boot(0);
    f.poll();
    REQUIRE(waiting->done());
    CHECK(waiting->value().record.revision_id == updated->revision_id);
}

TEST_CASE("Scheduler answers those who wait for a deleted function", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_boots = true;
    const auto waiting = f.call("hello");
    f.functions.clear();
    f.subject->retire("hello");
    f.poll();
    REQUIRE(waiting->done());
    CHECK(waiting->result->error().code() == Code::kNotFound);
    f.world.release_boot();
    f.poll();
    CHECK(f.world.alive == 0);
}

TEST_CASE("Scheduler freezes environments that stay idle", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    f.pass(99ms);
    CHECK(f.world.freezes == 0);
    f.pass(1ms);
    CHECK(f.world.freezes == 1);
    CHECK(f.subject->environments().at(0).frozen);
    f.pass(10s);
    CHECK(f.world.freezes == 1);
    const auto record = tests::run_flow(f.loop, f.records.find("r1")).value();
    CHECK(record->phases.freeze == 70us);

    f.world.thaw_takes = 3ms;
    const auto thawed = f.call("hello");
    CHECK_FALSE(f.subject->environments().at(0).frozen);
    CHECK(thawed->value().record.phases.freeze == 3ms);
    CHECK(thawed->value().record.duration == 2ms);
    f.pass(100ms);
    CHECK(tests::run_flow(f.loop, f.records.find("r2")).value()->phases.freeze == 3'070us);
}

TEST_CASE("Scheduler closes environments that stay idle too long", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.call("hello");
    f.pass(10min - 1ms);
    CHECK(f.world.alive == 1);
    f.pass(1ms);
    CHECK(f.world.alive == 0);
}

TEST_CASE(
    "Scheduler closes the idle environments of a function on demand", "[scheduler][Scheduler]"
) {
    SchedulerFixture f;
    f.deploy("hello");
    f.deploy("other");
    f.call("hello");
    f.call("other");
    CHECK(f.subject->evict("hello") == 1);
    f.poll();
    CHECK(f.world.alive == 1);
    CHECK(f.subject->evict("hello") == 0);
}

TEST_CASE("Scheduler makes room by closing what is idle for longest", "[scheduler][Scheduler]") {
    scheduler::SchedulerConfig config;
    config.memory_budget_mb = 300;
    SchedulerFixture f(config);
    for (const char* name : {"a", "b", "c"}) {
        f.deploy(name);
    }
    f.call("a");
    f.call("b");
    f.clock.advance(1ms);
    f.call("a");
    const auto third = f.call("c");
    REQUIRE(third->done());
    std::vector<std::string> left;
    for (const auto& environment : f.subject->environments()) {
        left.push_back(environment.function);
    }
    CHECK(left == std::vector<std::string>{"a", "c"});
}

TEST_CASE("Scheduler throttles a call that waited too long for memory", "[scheduler][Scheduler]") {
    scheduler::SchedulerConfig config;
    config.memory_budget_mb = 128;
    SchedulerFixture f(config);
    f.deploy("a");
    f.deploy("b");
    f.world.hold_invocations = true;
    const auto running = f.call("a");
    const auto waiting = f.call("b");
    f.pass(9'999ms);
    CHECK_FALSE(waiting->done());

    SECTION("unless memory becomes free in time") {
        f.world.hold_invocations = false;
        f.world.release_invocation();
        f.poll();
        REQUIRE(waiting->done());
        CHECK(waiting->result->has_value());
        CHECK(waiting->value().record.phases.queue_wait >= 9'999ms);
    }
    SECTION("and says so") {
        f.pass(1ms);
        REQUIRE(waiting->done());
        CHECK(waiting->result->error().code() == Code::kThrottled);
        CHECK(waiting->result->error().subject() == "ConcurrentInvocationLimitExceeded");
        f.world.release_invocation();
        f.poll();
    }
    CHECK(running->done());
}

TEST_CASE("Scheduler lets a call wait for its boot however long", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_boots = true;
    const auto waiting = f.call("hello");
    f.pass(11s);
    CHECK_FALSE(waiting->done());
    f.world.release_boot();
    f.poll();
    CHECK(waiting->result->has_value());
}

TEST_CASE("Scheduler finishes an invocation whose caller went away", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_invocations = true;
    boost::asio::cancellation_signal hang_up;
    bool ended = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(
        f.loop,
        f.subject->invoke(f.request("hello")),
        boost::asio::bind_cancellation_slot(
            hang_up.slot(),
            [&](const std::exception_ptr& e, auto) {
                ended = true;
                thrown = e;
            }
        )
    );
    f.poll();
    hang_up.emit(boost::asio::cancellation_type::all);
    f.poll();
    CHECK_FALSE(ended);
    CHECK(f.world.serving == 1);
    f.world.release_invocation();
    f.poll();
    CHECK(ended);
    CHECK(thrown);
    CHECK(f.world.alive == 1);
    CHECK(f.lines(0).back().find("REPORT RequestId: r1") == 0);
}

TEST_CASE("Scheduler drains when it stops", "[scheduler][Scheduler]") {
    SchedulerFixture f;
    f.deploy("hello");
    f.world.hold_invocations = true;
    const auto running = f.call("hello");

    SECTION("and cuts what does not end in time") {
        tests::run_flow(f.loop, f.subject->stop(0ms));
        f.poll();
        REQUIRE(running->done());
        CHECK(running->result->error().code() == Code::kUnavailable);
    }
    SECTION("and waits for what ends") {
        bool stopped = false;
        boost::asio::co_spawn(f.loop, f.subject->stop(20s), [&](const std::exception_ptr&) {
            stopped = true;
        });
        f.poll();
        CHECK_FALSE(stopped);
        CHECK(f.call("hello")->result->error().code() == Code::kUnavailable);
        f.world.release_invocation();
        f.poll();
        CHECK(stopped);
        CHECK(running->result->has_value());
    }
    CHECK(f.world.alive == 0);
}
