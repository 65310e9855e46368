#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:echo";

scheduler::InvocationResult success(std::string payload) {
    scheduler::InvocationResult result;
    result.outcome.payload = std::move(payload);
    result.executed_version = "$LATEST";
    return result;
}

}  // namespace

TEST_CASE("Invoke passes the event on and the answer back", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoker.answer = success("{\"ok\":true}");
    const Reply reply = desk.invoke("echo", "{\"a\": 1}");
    CHECK(reply.status == 200);
    CHECK(reply.text == "{\"ok\":true}");
    CHECK(reply.header("X-Amz-Executed-Version") == "$LATEST");
    CHECK_FALSE(reply.headers.find("X-Amz-Function-Error"));
    CHECK_FALSE(reply.headers.find("X-Amz-Log-Result"));
    REQUIRE(desk.invoker.asked.size() == 1);
    const scheduler::Invocation& asked = desk.invoker.asked.front();
    CHECK(asked.function == "echo");
    CHECK(asked.payload == "{\"a\": 1}");
    CHECK(asked.request_id == "11111111-2222-4333-8444-555555555555");
    CHECK(asked.trace_id.starts_with("Root=1-"));
    CHECK(reply.header("X-Amzn-Trace-Id") == asked.trace_id);
    CHECK(asked.start == scheduler::StartPreference::kAny);
}

TEST_CASE("Invoke without a payload sends an empty object", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoke("echo", "");
    REQUIRE(desk.invoker.asked.size() == 1);
    CHECK(desk.invoker.asked.front().payload == "{}");
}

TEST_CASE("Invoke answers a function error with status 200", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    scheduler::InvocationResult failed = success("{\"errorType\":\"ValueError\"}");
    failed.outcome.kind = GENERATE(
        runtime::OutcomeKind::kFunctionError,
        runtime::OutcomeKind::kTimeout,
        runtime::OutcomeKind::kOutOfMemory,
        runtime::OutcomeKind::kExited,
        runtime::OutcomeKind::kTooLarge
    );
    desk.invoker.answer = failed;
    const Reply reply = desk.invoke("echo", "{}");
    CHECK(reply.status == 200);
    CHECK(reply.header("X-Amz-Function-Error") == "Unhandled");
    CHECK(reply.text == "{\"errorType\":\"ValueError\"}");
}

TEST_CASE("Invoke hands out the log's tail in base64", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    scheduler::InvocationResult result = success("1");
    result.log_tail = "START\nhello\n";
    desk.invoker.answer = result;
    const Reply reply = desk.invoke("echo", "{}", {{"X-Amz-Log-Type", "Tail"}});
    CHECK(reply.header("X-Amz-Log-Result") == to_base64("START\nhello\n"));
    CHECK(desk.invoker.asked.front().log_tail == scheduler::LogTail::kLast4Kb);
}

TEST_CASE("Invoke refuses a payload that is no JSON", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    const Reply reply = desk.invoke("echo", "{not json");
    CHECK(reply.status == 400);
    CHECK(reply.header("x-amzn-ErrorType") == "InvalidRequestContentException");
    const std::string message = reply.json().at("Message");
    CHECK(message.starts_with("Could not parse request body into json: "));
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("Invoke takes exactly 6 MB and no byte more", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    const std::string largest = "\"" + std::string(6'291'454, 'x') + "\"";
    CHECK(desk.invoke("echo", largest).status == 200);
    const Reply reply = desk.invoke("echo", largest + " ");
    CHECK(reply.status == 413);
    CHECK(reply.header("x-amzn-ErrorType") == "RequestTooLargeException");
    CHECK(
        reply.json().at("Message") ==
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
    );
    CHECK(desk.invoker.asked.size() == 1);
}

TEST_CASE("An asynchronous call is kept before it is accepted", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    const std::vector<http::Headers::Field> event = {{"X-Amz-Invocation-Type", "Event"}};
    const Reply reply = desk.invoke("echo", "{\"a\":1}", event);
    CHECK(reply.status == 202);
    CHECK(reply.text.empty());
    REQUIRE(desk.events.events.size() == 1);
    const scheduler::AsyncEvent& kept = desk.events.events.front();
    CHECK(kept.function == "echo");
    CHECK(kept.payload == "{\"a\":1}");
    CHECK(kept.request_id == "11111111-2222-4333-8444-555555555555");
    CHECK(kept.accepted_ms == 0);  // the queue's clock says when
    CHECK(kept.due_ms == 0);
    CHECK(kept.attempts == 0);
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("An asynchronous call that cannot be kept is not accepted", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.events.answer = Error(Code::kUnavailable, "the disk is full");
    const Reply reply = desk.invoke("echo", "{}", {{"X-Amz-Invocation-Type", "Event"}});
    CHECK(reply.status == 500);
    CHECK(reply.header("x-amzn-ErrorType") == "ServiceException");
    CHECK(reply.json().at("Type") == "Service");
}

TEST_CASE(
    "An asynchronous call of a function with many of them is throttled", "[api][LambdaInvoke]"
) {
    LambdaDesk desk;
    desk.create("echo");
    desk.events.answer = Error(Code::kThrottled, "FunctionInvocationRateLimitExceeded", "too many");
    const Reply reply = desk.invoke("echo", "{}", {{"X-Amz-Invocation-Type", "Event"}});
    CHECK(reply.status == 429);
    CHECK(reply.header("x-amzn-ErrorType") == "TooManyRequestsException");
    CHECK(reply.header("Retry-After") == "1");
    CHECK(reply.json().at("Reason") == "FunctionInvocationRateLimitExceeded");
}

TEST_CASE("An asynchronous call takes 1 MB at most", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    const std::vector<http::Headers::Field> event = {{"X-Amz-Invocation-Type", "Event"}};
    const std::string largest = "\"" + std::string(1'048'574, 'x') + "\"";
    CHECK(desk.invoke("echo", largest, event).status == 202);
    const Reply reply = desk.invoke("echo", largest + " ", event);
    CHECK(reply.status == 413);
    CHECK(desk.events.events.size() == 1);
}

TEST_CASE("A dry run looks and does nothing", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    const std::vector<http::Headers::Field> dry = {{"X-Amz-Invocation-Type", "DryRun"}};
    CHECK(desk.invoke("echo", "{}", dry).status == 204);
    CHECK(desk.invoke("nobody", "{}", dry).status == 404);
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("A throttled call says why and when to come back", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoker.answer = Error(
        Code::kThrottled, "ReservedFunctionConcurrentInvocationLimitExceeded", "too many at once"
    );
    const Reply reply = desk.invoke("echo", "{}");
    CHECK(reply.status == 429);
    CHECK(reply.header("x-amzn-ErrorType") == "TooManyRequestsException");
    CHECK(reply.header("Retry-After") == "1");
    CHECK(reply.json().at("Reason") == "ReservedFunctionConcurrentInvocationLimitExceeded");
    CHECK(reply.json().at("Type") == "User");
    CHECK(reply.json().at("message") == "Rate Exceeded.");
}

TEST_CASE("A function that is not there is not found", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    const Reply reply = desk.invoke("echo", "{}");
    CHECK(reply.status == 404);
    CHECK(reply.json().at("Message") == "Function not found: " + kArn);
    CHECK(reply.json().at("Type") == "User");
}

TEST_CASE("A function deleted between door and scheduler is not found", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoker.answer = Error(Code::kNotFound, "function", "gone");
    CHECK(desk.invoke("echo", "{}").json().at("Message") == "Function not found: " + kArn);
}

TEST_CASE("A failing platform tells its owner why, and a function nothing", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoker.answer = Error(Code::kInternal, "no more descriptors");
    const Reply owner = desk.invoke("echo", "{}");
    CHECK(owner.status == 500);
    CHECK(owner.json().at("Message") == "no more descriptors");
    desk.is_root = false;
    const Reply function = desk.invoke("echo", "{}");
    CHECK(function.status == 500);
    CHECK(function.text.find("descriptors") == std::string::npos);
}

TEST_CASE("A language that is not installed is named", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.invoker.answer = Error(Code::kUnavailable, "runtime", "install python3");
    const Reply reply = desk.invoke("echo", "{}");
    CHECK(reply.status == 502);
    CHECK(reply.header("x-amzn-ErrorType") == "InvalidRuntimeException");
    CHECK(reply.json().at("Message") == "install python3");
}

TEST_CASE("A function's key may invoke", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    desk.is_root = false;
    CHECK(desk.invoke("echo", "{}").status == 200);
}

TEST_CASE("A measured call starts cold and carries its record", "[api][LambdaInvoke]") {
    LambdaDesk desk;
    desk.create("echo");
    scheduler::InvocationResult result = success("1");
    result.record.request_id = "r-1";
    result.record.function = "echo";
    result.record.source = scheduler::StartSource::kBoot;
    result.record.phases.function_init = std::chrono::microseconds(1'500);
    result.record.error_type = "line\r\nbreak";
    desk.invoker.answer = result;
    const Reply reply =
        desk.invoke("echo", "{}", {{"X-Lambent-Cold", "1"}, {"X-Lambent-Record", "1"}});
    CHECK(desk.invoker.asked.front().start == scheduler::StartPreference::kForceCold);
    const std::string record = reply.header("X-Lambent-Record");
    CHECK(record.find('\n') == std::string::npos);
    CHECK(json::parse(record).is_object());
}
