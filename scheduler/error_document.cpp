#include "scheduler/error_document.h"

#include <nlohmann/json.hpp>

namespace lambent::scheduler {
namespace {

std::string sentence(const runtime::InitOutcome& init, std::chrono::seconds timeout) {
    if (init.kind == runtime::OutcomeKind::kTimeout) {
        return "Task timed out after " + std::to_string(timeout.count()) + ".00 seconds";
    }
    return init.kind == runtime::OutcomeKind::kOutOfMemory
               ? "Runtime exited with error: signal: killed"
               : "Runtime exited without providing a reason";
}

}  // namespace

std::string error_document_of(
    const runtime::InitOutcome& init, std::string_view request_id, std::chrono::seconds timeout
) {
    const bool timed_out = init.kind == runtime::OutcomeKind::kTimeout;
    if (!init.payload.empty() && !timed_out) {
        return init.payload;
    }
    const std::string message =
        "RequestId: " + std::string(request_id) + " Error: " + sentence(init, timeout);
    const nlohmann::ordered_json document = {
        {"errorType", init.error_type}, {"errorMessage", message}};
    return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace lambent::scheduler
