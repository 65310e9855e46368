#pragma once

#include "runtime/environment/invoke_outcome.h"
#include "scheduler/invocation.h"

#include <chrono>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// The platform's own lines in a function's log, in Lambda's text format (lambda-facts section 8):
// fields divided by tabs, without the newline.
std::string start_line(std::string_view request_id, std::string_view version);
std::string end_line(std::string_view request_id);

// Whether the environment outlives the invocation. It does not after a timeout, a crash, an
// out-of-memory kill or a failed init; only then does the report carry a status.
enum class EnvironmentFate { kKept, kLost };
// "Init Duration" only when the record has one.
std::string report_line(const InvocationRecord& record, EnvironmentFate fate);

enum class InitPhase {
    kInit,    // the first attempt, before any invocation
    kInvoke,  // repeated inside an invocation
};
// Only written for an init that failed.
std::string init_report_line(
    std::chrono::microseconds init_duration,
    InitPhase phase,
    runtime::OutcomeKind kind,
    std::string_view error_type
);

}  // namespace lambent::scheduler
