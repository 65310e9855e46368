#include "api/wire/record_json.h"

#include <nlohmann/json.hpp>

namespace lambent::api {
namespace {

using Json = nlohmann::ordered_json;

Json phases_json(const scheduler::Phases& phases) {
    return Json{
        {"queueWait", phases.queue_wait.count()},
        {"admission", phases.admission.count()},
        {"cellClaim", phases.cell_claim.count()},
        {"mountAndLimits", phases.mount_and_limits.count()},
        {"runtimeBoot", phases.runtime_boot.count()},
        {"extensionInit", phases.extension_init.count()},
        {"functionInit", phases.function_init.count()},
        {"handler", phases.handler.count()},
        {"responseTransfer", phases.response_transfer.count()},
        {"freeze", phases.freeze.count()},
    };
}

}  // namespace

Json record_json(const scheduler::InvocationRecord& record) {
    return Json{
        {"requestId", record.request_id},
        {"function", record.function},
        {"revisionId", record.revision_id},
        {"logStream", record.log_stream},
        {"startedMs", record.started_ms},
        {"source", scheduler::to_string(record.source)},
        {"outcome", runtime::to_string(record.outcome)},
        {"errorType", record.error_type},
        {"phasesUs", phases_json(record.phases)},
        {"durationUs", record.duration.count()},
        {"initDurationUs", record.init_duration.count()},
        {"billedMs", record.billed_ms},
        {"memoryMb", record.memory_mb},
        {"memoryPeakBytes", record.memory_peak_bytes},
        {"gbSeconds", record.gb_seconds},
        {"costUsd", record.cost_usd},
    };
}

}  // namespace lambent::api
