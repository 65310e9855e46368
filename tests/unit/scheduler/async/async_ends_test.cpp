#include "scheduler/async/async_pump.h"
#include "scheduler/lineage.h"
#include "tests/unit/scheduler/async/async_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

// What is told of the end of an event, to whom.

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::AsyncFixture;
using nlohmann::json;

namespace {

const std::string kWon = "arn:aws:sqs:us-east-1:000000000000:won";
const std::string kLost = "arn:aws:sns:us-east-1:000000000000:lost";
const std::string kDead = "arn:aws:sqs:us-east-1:000000000000:dead";

// "hello" with destinations and a dead-letter queue.
void deploy_told(AsyncFixture& f, std::uint32_t retries_max = 2) {
    f.deploy("hello")->dead_letter_arn = kDead;
    scheduler::EventInvokeConfig config = AsyncFixture::config("hello");
    config.retries_max = retries_max;
    config.on_success = kWon;
    config.on_failure = kLost;
    f.configure(config);
    f.pump->start();
}

json record(const AsyncFixture& f, std::size_t at) {
    return json::parse(f.outbox.kept.at(at).message.body);
}

}  // namespace

TEST_CASE("AsyncPump tells of a success", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f);
    scheduler::InvocationResult answer;
    answer.executed_version = "$LATEST";
    answer.outcome.payload = "42";
    f.invoker.answers.emplace_back(std::move(answer));
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    REQUIRE(f.outbox.kept.size() == 1);
    CHECK(f.outbox.wakes == 1);
    CHECK(f.outbox.kept[0].message.target_arn == kWon);
    const json told = record(f, 0);
    CHECK(told["requestContext"]["condition"] == "Success");
    CHECK(told["requestContext"]["requestId"] == "e1");
    CHECK(
        told["requestContext"]["functionArn"] ==
        "arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST"
    );
    CHECK(told["requestPayload"] == json{{"id", "e1"}});
    CHECK(told["responsePayload"] == 42);
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump tells nothing before the last retry", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f, 1);
    f.invoker.fail();
    f.invoker.fail();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    CHECK(f.outbox.kept.empty());
    f.pass(60s);
    f.until_calls(2);
    REQUIRE(f.outbox.kept.size() == 2);
    CHECK(f.outbox.kept[0].message.target_arn == kLost);
    CHECK(record(f, 0)["requestContext"]["condition"] == "RetriesExhausted");
    CHECK(record(f, 0)["requestContext"]["approximateInvokeCount"] == 2);
    CHECK(record(f, 0)["responseContext"]["functionError"] == "Unhandled");
    CHECK(f.outbox.kept[1].message.target_arn == kDead);
    CHECK(f.outbox.kept[1].message.body == R"({"id":"e1"})");
    CHECK(f.outbox.kept[1].message.number_attributes.at("ErrorCode") == "200");
}

TEST_CASE("AsyncPump tells that an event grew too old", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f);
    scheduler::EventInvokeConfig config = *f.settings->find("hello", "$LATEST");
    config.age_max_s = 60;
    f.configure(config);
    f.invoker.refuse();
    f.invoker.refuse();
    f.invoker.refuse();
    f.invoker.refuse();
    f.invoker.refuse();
    f.invoker.refuse();
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until_calls(1);
    std::size_t calls = 1;
    for (const auto wait : {1s, 2s, 4s, 8s, 16s}) {
        f.pass(wait);
        f.until_calls(++calls);
    }
    REQUIRE(f.outbox.kept.size() == 2);  // 31 s old: the next attempt would come after 32 s more
    CHECK(record(f, 0)["requestContext"]["condition"] == "EventAgeExceeded");
    CHECK(record(f, 0)["requestContext"]["approximateInvokeCount"] == 0);
    CHECK(record(f, 0)["responseContext"] == json{{"statusCode", 429}});
    CHECK(f.outbox.kept[1].message.attributes.at("ErrorMessage") == "Rate Exceeded.");
    CHECK(f.outbox.kept[1].message.number_attributes.at("ErrorCode") == "429");
}

TEST_CASE("AsyncPump does not try a function without concurrency", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f);
    f.switched_off.insert("hello");
    REQUIRE(f.enqueue("hello", "e1").has_value());
    f.until([&] { return f.pump->counters().dropped_without_slots == 1; });
    f.settle();
    CHECK(f.invoker.calls.empty());
    REQUIRE(f.outbox.kept.size() == 2);
    CHECK(record(f, 0)["requestContext"]["condition"] == "ZeroReservedConcurrency");
    CHECK(record(f, 0)["requestContext"]["approximateInvokeCount"] == 0);
    CHECK_FALSE(record(f, 0).contains("responseContext"));
    CHECK(f.outbox.kept[1].message.number_attributes.empty());
    CHECK(f.outbox.kept[1].message.attributes.size() == 2);
    CHECK(f.rows() == 0);
}

TEST_CASE("AsyncPump hands the trace on and stops a loop", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f);
    const std::string arn = f.functions["hello"]->arn("us-east-1");
    scheduler::AsyncEvent event;
    event.function = "hello";
    event.payload = "{}";
    for (std::uint32_t i = 1; i <= scheduler::kChainInvocationsMax; ++i) {
        event.request_id = "e" + std::to_string(i);
        tests::run_flow(f.loop, f.queue->enqueue(event)).value();
        f.until_calls(i);
        CHECK(
            f.invoker.calls.back().trace_id == scheduler::step_into(event.trace_header, arn).header
        );
        CHECK(f.outbox.kept.back().message.trace_header == f.invoker.calls.back().trace_id);
        event.trace_header = f.invoker.calls.back().trace_id;
    }
    event.request_id = "last";
    tests::run_flow(f.loop, f.queue->enqueue(event)).value();
    f.until([&] { return f.pump->counters().dropped_in_loop == 1; });
    f.settle();
    CHECK(f.invoker.calls.size() == scheduler::kChainInvocationsMax);
    const json told = record(f, f.outbox.kept.size() - 2);
    CHECK(told["requestContext"]["condition"] == "RecursiveInvocation");
    CHECK(told["responseContext"]["statusCode"] == 400);
    CHECK(told["responseContext"]["functionError"] == "RecursiveInvocationException");
    CHECK(f.outbox.kept.back().message.target_arn == kDead);

    using Loops = scheduler::AsyncSettings::Loops;
    tests::run_flow(f.loop, f.settings->set_loops("hello", Loops::kAllow)).value();
    event.request_id = "allowed";
    tests::run_flow(f.loop, f.queue->enqueue(event)).value();
    f.until_calls(scheduler::kChainInvocationsMax + 1);
}

TEST_CASE("AsyncPump asks the settings of what was invoked", "[scheduler][AsyncPump]") {
    AsyncFixture f;
    deploy_told(f);
    f.functions["hello:live"] = f.functions["hello"];
    scheduler::EventInvokeConfig config = AsyncFixture::config("hello");
    config.qualifier = "live";
    config.on_success = "arn:aws:sqs:us-east-1:000000000000:live";
    f.configure(config);
    REQUIRE(f.enqueue("hello:live", "e1").has_value());
    f.until_calls(1);
    REQUIRE(f.outbox.kept.size() == 1);
    CHECK(f.outbox.kept[0].message.target_arn == config.on_success);
    CHECK(
        record(f, 0)["requestContext"]["functionArn"] ==
        "arn:aws:lambda:us-east-1:000000000000:function:hello:live"
    );
}
