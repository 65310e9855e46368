#pragma once

#include "api/lambda/lambda_errors.h"
#include "base/http/message.h"
#include "scheduler/invocation.h"

#include <string>

namespace lambent::api::lambda {

enum class InvocationType { kRequestResponse, kEvent, kDryRun };

// What the headers of an Invoke request ask for.
struct InvokeOptions {
    InvocationType type = InvocationType::kRequestResponse;
    scheduler::LogTail log_tail = scheduler::LogTail::kNone;
    scheduler::StartPreference start = scheduler::StartPreference::kAny;
    bool wants_record = false;
    std::string client_context;  // JSON, on one line and in ASCII: it becomes a header again
    std::string trace_id;        // empty when the caller sent none
};

Answer<InvokeOptions> read_invoke_options(const http::Headers& headers);

// A trace that begins here: "Root=1-<seconds>-<24 hex>;Parent=<16 hex>;Sampled=0".
std::string new_trace_id(WallTime now);

}  // namespace lambent::api::lambda
