#pragma once

#include "scheduler/targets.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// Why an asynchronous event is not tried again; the names are AWS's conditions.
enum class AsyncEnd {
    kSuccess,
    kRetriesExhausted,
    kEventAgeExceeded,
    kZeroReservedConcurrency,
    kRecursiveInvocation,
};
std::string_view to_string(AsyncEnd end);

// An asynchronous event that has come to its end, and what is told of it.
struct EndedEvent {
    AsyncEnd end = AsyncEnd::kSuccess;
    std::string request_id;
    std::string function_arn;  // with the qualifier that was invoked, "$LATEST" at least
    std::string payload;
    int invocations = 0;
    std::int64_t ended_ms = 0;
    std::string trace_header;
    // Of the last attempt. `status` 0: there was none. Without payload where the function did not
    // run: 429 when it was throttled.
    struct Response {
        int status = 0;
        std::string executed_version;
        std::string function_error;
        std::optional<std::string> payload;
        std::string message;  // what went wrong, for a dead letter; the payload's if empty
    };
    Response response;
};

// AWS's invocation record (version 1.0), a JSON document.
std::string invocation_record(const EndedEvent& ended);

// The record, as the kind of destination gets it: a message, an event of the source "lambda", an
// asynchronous invocation, an object.
TargetMessage destination_message(const EndedEvent& ended, const std::string& arn);

// The event itself, with the attributes RequestID, ErrorCode and ErrorMessage.
TargetMessage dead_letter_message(const EndedEvent& ended, const std::string& arn);

}  // namespace lambent::scheduler
