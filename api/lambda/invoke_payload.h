#pragma once

#include "api/lambda/invoke_options.h"
#include "api/lambda/operations.h"
#include "scheduler/invocation.h"

#include <cstdint>
#include <string>

namespace lambent::api::lambda {

inline constexpr std::uint64_t kSyncBytesMax = 6'291'456;  // lambda-facts section 2
inline constexpr std::uint64_t kEventBytesMax = 1'048'576;

// The event as the function will see it: JSON within the limit; an empty one is an empty object, as
// in AWS.
Answer<std::string> check_payload(Result<std::string> payload, std::uint64_t limit_bytes);

// The trace that the caller goes on with, or a new one.
std::string trace_of(const Call& call, InvokeOptions& options);

// A call of the target as the request's headers want it; refused when it is one turn too many of a
// loop of functions.
Answer<scheduler::Invocation> invocation_of(
    const Call& call, Target target, InvokeOptions& options, std::string payload
);

}  // namespace lambent::api::lambda
