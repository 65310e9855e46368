#include "runtime/environment/guest_outcomes.h"
#include "runtime/environment/runtime_api_documents.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <csignal>

using namespace lambent;
using namespace lambent::runtime;
using sandbox::ExitReport;
using sandbox::ExitVerdict;

namespace {

std::string message_of(const GuestFailure& failure) {
    const auto document = nlohmann::json::parse(failure.payload);
    CHECK(document.at("errorType") == failure.error_type);
    CHECK(document.size() == 2);
    return document.at("errorMessage");
}

ExitReport exited_with(int status) {
    ExitReport report;
    report.verdict = ExitVerdict::kExited;
    report.status = status;
    return report;
}

ExitReport killed_by(int signal) {
    ExitReport report;
    report.verdict = ExitVerdict::kSignalled;
    report.signal = signal;
    return report;
}

}  // namespace

TEST_CASE("A timeout is told in Lambda's words", "[runtime][guest_outcomes]") {
    const GuestFailure failure = timed_out("id-1", 3);
    CHECK(failure.kind == OutcomeKind::kTimeout);
    CHECK(failure.error_type == "Sandbox.Timedout");
    CHECK(message_of(failure) == "RequestId: id-1 Error: Task timed out after 3.00 seconds");
}

TEST_CASE("A death is told by status or signal", "[runtime][guest_outcomes]") {
    const auto [report, text] = GENERATE(table<ExitReport, std::string>(
        {{exited_with(1), "Runtime exited with error: exit status 1"},
         {exited_with(255), "Runtime exited with error: exit status 255"},
         {exited_with(0), "Runtime exited without providing a reason"},
         {killed_by(SIGSEGV), "Runtime exited with error: signal: segmentation fault"},
         {killed_by(SIGKILL), "Runtime exited with error: signal: killed"},
         {killed_by(SIGSYS), "Runtime exited with error: signal: bad system call"},
         {killed_by(40), "Runtime exited with error: signal: signal 40"}}
    ));
    const GuestFailure failure = died("id-1", report);
    CHECK(failure.kind == OutcomeKind::kExited);
    CHECK(failure.error_type == "Runtime.ExitError");
    CHECK(message_of(failure) == "RequestId: id-1 Error: " + text);
}

TEST_CASE("A death of memory is told as such", "[runtime][guest_outcomes]") {
    ExitReport report;
    report.verdict = ExitVerdict::kOutOfMemory;
    const GuestFailure failure = died("id-1", report);
    CHECK(failure.kind == OutcomeKind::kOutOfMemory);
    CHECK(failure.error_type == "Runtime.OutOfMemory");
    CHECK(
        message_of(failure) == "RequestId: id-1 Error: Runtime exited with error: signal: killed"
    );
}

TEST_CASE("A program that is none is an invalid entrypoint", "[runtime][guest_outcomes]") {
    const GuestFailure failure = not_executable("id-1", "/var/task/bootstrap", "exec: Not a Thing");
    CHECK(failure.error_type == "Runtime.InvalidEntrypoint");
    CHECK(
        message_of(failure) == "RequestId: id-1 Error: fork/exec /var/task/bootstrap: not a Thing"
    );
    CHECK(
        message_of(no_bootstrap("id-1")) ==
        "RequestId: id-1 Error: Couldn't find valid bootstrap(s): "
        "[/var/task/bootstrap /opt/bootstrap]"
    );
}

TEST_CASE("An answer becomes an outcome with its times", "[runtime][guest_outcomes]") {
    GuestAnswer answer;
    answer.payload = "{}";
    answer.error_type = "Function.Unknown";
    answer.delivered = SteadyTime(std::chrono::milliseconds(10));
    answer.first_byte = SteadyTime(std::chrono::milliseconds(15));
    answer.last_byte = SteadyTime(std::chrono::milliseconds(17));
    SECTION("a response") {
        answer.kind = AnswerKind::kResponse;
        answer.error_type = "";
        const InvokeOutcome outcome = outcome_of(answer);
        CHECK(outcome.kind == OutcomeKind::kSuccess);
        CHECK(outcome.payload == "{}");
        CHECK(outcome.handler == std::chrono::milliseconds(5));
        CHECK(outcome.response_transfer == std::chrono::milliseconds(2));
        CHECK(outcome.reusable);
    }
    SECTION("an error") {
        answer.kind = AnswerKind::kError;
        const InvokeOutcome outcome = outcome_of(answer);
        CHECK(outcome.kind == OutcomeKind::kFunctionError);
        CHECK(outcome.error_type == "Function.Unknown");
        CHECK(outcome.payload == "{}");
    }
    SECTION("one that is too large") {
        answer.kind = AnswerKind::kTooLarge;
        const InvokeOutcome outcome = outcome_of(answer);
        CHECK(outcome.kind == OutcomeKind::kTooLarge);
        CHECK(outcome.error_type == "Function.ResponseSizeTooLarge");
        CHECK(outcome.reusable);
    }
}

TEST_CASE(
    "An error type that has not the right shape is not believed", "[runtime][guest_outcomes]"
) {
    for (const char* good :
         {"Runtime.ImportModuleError", "Function.ResponseSizeTooLarge", "Runtime.Ab"}) {
        CHECK(checked_error_type(good, "x") == good);
    }
    for (const std::string bad :
         {"",
          "Runtime",
          "Runtime.",
          "Runtime.A",
          "Runtime.lower",
          "Runtime.With1",
          "Runtime.A.B",
          "Sandbox.Timedout",
          "ValueError",
          "Runtime.Bad\r\nX: y",
          "Function.Bad Type"}) {
        CHECK(checked_error_type(bad, "Function.Unknown") == "Function.Unknown");
    }
    CHECK(checked_error_type("Runtime.A" + std::string(200, 'a'), "x") == "x");
}

TEST_CASE("An error document holds any bytes", "[runtime][guest_outcomes]") {
    const auto document = nlohmann::json::parse(error_document("T", "a \"b\" \n \xff"));
    CHECK(document.at("errorMessage") == "a \"b\" \n \xEF\xBF\xBD");
}

TEST_CASE("A header value has no control characters", "[runtime][guest_outcomes]") {
    CHECK(header_value("a\r\nb\tc\x7f é") == "a  b c  é");
}

TEST_CASE("Every kind of outcome has a name", "[runtime][guest_outcomes]") {
    CHECK(to_string(OutcomeKind::kSuccess) == "success");
    CHECK(to_string(OutcomeKind::kFunctionError) == "function_error");
    CHECK(to_string(OutcomeKind::kTimeout) == "timeout");
    CHECK(to_string(OutcomeKind::kOutOfMemory) == "out_of_memory");
    CHECK(to_string(OutcomeKind::kExited) == "exited");
    CHECK(to_string(OutcomeKind::kTooLarge) == "too_large");
}
