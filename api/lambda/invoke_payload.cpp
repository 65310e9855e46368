#include "api/lambda/invoke_payload.h"

#include "api/lambda/json_payload.h"
#include "scheduler/lineage.h"

#include <utility>

namespace lambent::api::lambda {

Answer<std::string> check_payload(Result<std::string> payload, std::uint64_t limit_bytes) {
    if (payload.has_error()) {
        return payload.error().code() == Code::kTooLarge ? payload_too_large(limit_bytes)
                                                         : from_error(payload.error());
    }
    if (payload.value().size() > limit_bytes) {
        return payload_too_large(limit_bytes);
    }
    if (payload.value().empty()) {
        return std::string("{}");
    }
    if (const auto fault = json_fault(payload.value())) {
        return invalid_content(
            "Could not parse request body into json: Could not parse payload into json: " + *fault
        );
    }
    return std::move(payload).value();
}

std::string trace_of(const Call& call, InvokeOptions& options) {
    return options.trace_id.empty() ? new_trace_id(call.ports.clock.wall_now())
                                    : std::move(options.trace_id);
}

Answer<scheduler::Invocation> invocation_of(
    const Call& call, Target target, InvokeOptions& options, std::string payload
) {
    scheduler::TraceStep step =
        scheduler::step_into(trace_of(call, options), target.function->arn(call.config.region));
    if (step.is_loop() && call.ports.async_settings.loops(target.function->name) ==
                              scheduler::AsyncSettings::Loops::kTerminate) {
        return recursive_invocation();
    }
    scheduler::Invocation invocation;
    invocation.function = std::move(target.reference);
    invocation.request_id = call.request.request_id;
    invocation.payload = std::move(payload);
    invocation.client_context = std::move(options.client_context);
    invocation.trace_id = std::move(step.header);
    invocation.log_tail = options.log_tail;
    invocation.start = options.start;
    return invocation;
}

}  // namespace lambent::api::lambda
