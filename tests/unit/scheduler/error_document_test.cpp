#include "scheduler/error_document.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace std::chrono_literals;
using runtime::OutcomeKind;
using scheduler::error_document_of;

TEST_CASE("error_document_of passes on what the guest reported", "[scheduler][error_document]") {
    runtime::InitOutcome init;
    init.kind = OutcomeKind::kFunctionError;
    init.payload = R"({"errorMessage":"no module"})";
    CHECK(error_document_of(init, "id", 3s) == init.payload);
}

TEST_CASE("error_document_of words what the guest could not", "[scheduler][error_document]") {
    runtime::InitOutcome init;
    init.kind = OutcomeKind::kTimeout;
    init.error_type = "Sandbox.Timedout";
    init.payload = "{}";
    CHECK(
        error_document_of(init, "id", 12s) ==
        R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id Error: )"
        R"(Task timed out after 12.00 seconds"})"
    );
    init.payload.clear();
    init.kind = OutcomeKind::kExited;
    init.error_type = "Runtime.ExitError";
    CHECK(
        error_document_of(init, "id", 12s) ==
        R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: id Error: )"
        R"(Runtime exited without providing a reason"})"
    );
    init.kind = OutcomeKind::kOutOfMemory;
    init.error_type = "Runtime.OutOfMemory";
    CHECK(error_document_of(init, "id", 12s).find("signal: killed") != std::string::npos);
}
