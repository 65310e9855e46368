#pragma once

#include "runtime/environment/invoke_outcome.h"

#include <chrono>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// The answer of an invocation whose init failed, as AWS words it: what the guest reported itself if
// it did, else {"errorType","errorMessage"} with the request id. `timeout` is the function's.
std::string error_document_of(
    const runtime::InitOutcome& init, std::string_view request_id, std::chrono::seconds timeout
);

}  // namespace lambent::scheduler
