#include "api/lambda/invoke_options.h"
#include "api/lambda/invoke_payload.h"
#include "api/lambda/operations.h"
#include "api/wire/record_json.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace lambent::api::lambda {

namespace {

// Loops are stopped by the pump, which tells the event's destinations.
Served accept_event(Call call, std::string reference, InvokeOptions options, std::string payload) {
    scheduler::AsyncEvent event;
    event.trace_header = trace_of(call, options);
    event.request_id = call.request.request_id;
    event.function = std::move(reference);
    event.payload = std::move(payload);
    auto stored = co_await call.ports.events.enqueue(std::move(event));
    if (stored.has_error()) {
        co_return from_error(stored.error());
    }
    http::Response response;
    response.status = 202;
    co_return response;
}

http::Response render(
    scheduler::InvocationResult result, const InvokeOptions& options, const std::string& trace_id
) {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.headers.add("X-Amz-Executed-Version", std::move(result.executed_version));
    if (result.outcome.kind != runtime::OutcomeKind::kSuccess) {
        response.headers.add("X-Amz-Function-Error", "Unhandled");
    }
    if (options.log_tail == scheduler::LogTail::kLast4Kb) {
        response.headers.add("X-Amz-Log-Result", to_base64(result.log_tail));
    }
    response.headers.add("X-Amzn-Trace-Id", trace_id);
    if (options.wants_record) {
        // ASCII on one line: the error's type is the guest's own text.
        const nlohmann::ordered_json record = record_json(result.record);
        response.headers.add(
            "X-Lambent-Record",
            record.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace)
        );
    }
    response.body = std::move(result.outcome.payload);
    return response;
}

Served run(Call call, Target target, InvokeOptions options, std::string payload) {
    const std::string arn = target.arn;
    LAMBENT_CO_TRY(
        scheduler::Invocation invocation,
        invocation_of(call, std::move(target), options, std::move(payload))
    );
    const std::string trace_id = invocation.trace_id;
    auto result = co_await call.ports.invoker.invoke(std::move(invocation));
    if (result.has_error()) {
        co_return from_error(result.error(), arn);
    }
    co_return render(std::move(result).value(), options, trace_id);
}

}  // namespace

Served invoke(Call call) {
    LAMBENT_CO_TRY(InvokeOptions options, read_invoke_options(call.request.head.headers));
    LAMBENT_CO_TRY(Target target, named_target(call));
    const bool is_event = options.type == InvocationType::kEvent;
    const std::uint64_t limit_bytes = is_event ? kEventBytesMax : kSyncBytesMax;
    std::optional<std::string> whole = call.body.take_whole();
    Result<std::string> bytes = std::string();
    if (whole) {
        bytes = *std::move(whole);
    } else {
        bytes = co_await call.body.read_all(limit_bytes);
    }
    LAMBENT_CO_TRY(std::string payload, check_payload(std::move(bytes), limit_bytes));
    if (options.type == InvocationType::kDryRun) {
        http::Response response;
        response.status = 204;
        co_return response;
    }
    if (is_event) {
        co_return co_await accept_event(
            std::move(call), std::move(target.reference), std::move(options), std::move(payload)
        );
    }
    co_return co_await run(
        std::move(call), std::move(target), std::move(options), std::move(payload)
    );
}

}  // namespace lambent::api::lambda
