#pragma once

#include "base/result.h"
#include "runtime/environment/invoke_outcome.h"
#include "runtime/environment/runtime_channel.h"
#include "sandbox/exit_report.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::runtime {

// How an init or an invocation failed, in the words of AWS Lambda. Pure.
struct GuestFailure {
    OutcomeKind kind = OutcomeKind::kExited;
    std::string error_type;
    std::string payload;  // the error document
};

// "RequestId: <id> Error: Task timed out after 3.00 seconds".
GuestFailure timed_out(std::string_view request_id, std::uint32_t timeout_s);
// The cell died by itself.
GuestFailure died(std::string_view request_id, const sandbox::ExitReport& report);
// It was ended because what it sent is no frame.
GuestFailure broke_protocol(std::string_view request_id);
// Its program could not be executed; `reason` is the system's own text ("exec: Permission denied").
GuestFailure not_executable(
    std::string_view request_id, std::string_view program, std::string_view reason
);
// The package of a provided.* function holds no bootstrap.
GuestFailure no_bootstrap(std::string_view request_id);
GuestFailure response_too_large(std::uint64_t bytes_max);

// An answer that came, as an outcome. `answer.kind` is not kNone.
InvokeOutcome outcome_of(GuestAnswer answer);

}  // namespace lambent::runtime
