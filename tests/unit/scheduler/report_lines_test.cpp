#include "scheduler/report_lines.h"

#include "scheduler/billing_meter.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;
using runtime::OutcomeKind;

namespace {

InvocationRecord record_of(std::chrono::microseconds duration, std::chrono::microseconds init) {
    InvocationRecord record;
    record.request_id = "8f5b7d2a-1f3c-4c59-9d59-0d9d4d1f7a10";
    record.duration = duration;
    record.init_duration = init;
    record.billed_ms = billed_ms(duration, init);
    record.memory_mb = 128;
    record.memory_peak_bytes = 30 * runtime::kMebibyte;
    return record;
}

}  // namespace

TEST_CASE("start_line and end_line name the request", "[scheduler][report_lines]") {
    CHECK(start_line("id", "$LATEST") == "START RequestId: id Version: $LATEST");
    CHECK(end_line("id") == "END RequestId: id");
}

// AWS's documented examples (lambda-facts section 8, rule 1).
TEST_CASE("report_line prints the documented examples", "[scheduler][report_lines]") {
    CHECK(
        report_line(record_of(133'610us, 80'000us), EnvironmentFate::kKept) ==
        "REPORT RequestId: 8f5b7d2a-1f3c-4c59-9d59-0d9d4d1f7a10\tDuration: 133.61 ms\t"
        "Billed Duration: 214 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t"
        "Init Duration: 80.00 ms\t"
    );
    InvocationRecord timed_out = record_of(3'016'780us, 84'000us);
    timed_out.outcome = OutcomeKind::kTimeout;
    timed_out.error_type = "Sandbox.Timedout";
    CHECK(
        report_line(timed_out, EnvironmentFate::kLost) ==
        "REPORT RequestId: 8f5b7d2a-1f3c-4c59-9d59-0d9d4d1f7a10\tDuration: 3016.78 ms\t"
        "Billed Duration: 3101 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t"
        "Init Duration: 84.00 ms\tStatus: timeout"
    );
}

TEST_CASE("report_line leaves out the init of a warm call", "[scheduler][report_lines]") {
    const std::string line = report_line(record_of(1'230us, 0us), EnvironmentFate::kKept);
    CHECK(line.find("Init") == std::string::npos);
    CHECK(line.ends_with("Max Memory Used: 30 MB\t"));
}

TEST_CASE("report_line names the error that cost the environment", "[scheduler][report_lines]") {
    InvocationRecord crashed = record_of(933'590us, 0us);
    crashed.outcome = OutcomeKind::kExited;
    crashed.error_type = "Runtime.ExitError";
    CHECK(report_line(crashed, EnvironmentFate::kLost)
              .ends_with("MB\tStatus: error\tError Type: Runtime.ExitError"));
    CHECK(report_line(crashed, EnvironmentFate::kKept).ends_with("MB\t"));
}

TEST_CASE("report_line rounds peak memory up", "[scheduler][report_lines]") {
    InvocationRecord record = record_of(1ms, 0us);
    record.memory_peak_bytes = 60 * runtime::kMebibyte + 1;
    CHECK(report_line(record, EnvironmentFate::kKept).find("Used: 61 MB") != std::string::npos);
    record.memory_peak_bytes = 0;
    CHECK(report_line(record, EnvironmentFate::kKept).find("Used: 0 MB") != std::string::npos);
}

TEST_CASE("report_line prints hundredths with both digits", "[scheduler][report_lines]") {
    CHECK(
        report_line(record_of(50us, 0us), EnvironmentFate::kKept).find("Duration: 0.05 ms") !=
        std::string::npos
    );
    CHECK(
        report_line(record_of(900'000ms, 0us), EnvironmentFate::kKept)
            .find("Duration: 900000.00 ms") != std::string::npos
    );
}

TEST_CASE("init_report_line says when and how an init failed", "[scheduler][report_lines]") {
    CHECK(
        init_report_line(1'236'040us, InitPhase::kInit, OutcomeKind::kTimeout, "") ==
        "INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: timeout"
    );
    CHECK(
        init_report_line(98'020us, InitPhase::kInvoke, OutcomeKind::kExited, "Runtime.ExitError") ==
        "INIT_REPORT Init Duration: 98.02 ms\tPhase: invoke\tStatus: error\t"
        "Error Type: Runtime.ExitError"
    );
}
