#include "api/apigateway/function_calls.h"

#include "api/lambda/invoke_options.h"
#include "base/async/deadline.h"
#include "base/ids.h"

#include <optional>
#include <utility>

namespace lambent::api::apigateway {
namespace {

using Outcome = FunctionCalls::Outcome;

Task<std::optional<std::string>> read_whole(scheduler::ResponseStream& stream) {
    std::string payload;
    for (;;) {
        std::string bytes = co_await stream.read();
        if (bytes.empty()) {
            co_return payload;
        }
        payload += bytes;
        if (payload.size() > kEventBytesMax + 100) {
            co_return std::nullopt;
        }
    }
}

Outcome outcome_of(const Result<scheduler::InvocationResult>& result, std::string whole) {
    Outcome outcome;
    if (result.has_error()) {
        const bool is_later = result.error().code() == Code::kThrottled ||
                              result.error().code() == Code::kUnavailable;
        outcome.kind = is_later ? Outcome::Kind::kBusy : Outcome::Kind::kRejected;
    } else if (result->outcome.kind == runtime::OutcomeKind::kSuccess) {
        outcome.kind = Outcome::Kind::kAnswered;
        outcome.payload = std::move(whole);
    } else {
        outcome.payload = result->outcome.payload;
    }
    return outcome;
}

}  // namespace

Task<Outcome> FunctionCalls::invoke(
    std::string function, std::string payload, std::int64_t time_max_ms
) {
    scheduler::Invocation invocation;
    invocation.function = std::move(function);
    invocation.request_id = random_uuid();
    invocation.payload = std::move(payload);
    invocation.trace_id = lambda::new_trace_id(clock_.wall_now());
    // Started apart, so that it goes on when its time here is over, as on AWS.
    const auto stream = streams_.start(std::move(invocation));
    const SteadyTime end =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(time_max_ms);
    auto reading = read_whole(*stream);
    auto whole = co_await with_deadline(std::move(reading), end);
    if (whole && *whole) {
        co_return outcome_of(stream->result(), std::move(**whole));
    }
    stream->abandon();
    Outcome outcome;
    outcome.kind = whole ? Outcome::Kind::kFailed : Outcome::Kind::kLate;
    co_return outcome;
}

std::string with_variables(std::string text, const std::map<std::string, std::string>& variables) {
    constexpr std::string_view kOpen = "${stageVariables.";
    for (std::size_t at = text.find(kOpen); at != std::string::npos; at = text.find(kOpen, at)) {
        const std::size_t end = text.find('}', at);
        if (end == std::string::npos) {
            break;
        }
        const auto found = variables.find(text.substr(at + kOpen.size(), end - at - kOpen.size()));
        const std::string value = found == variables.end() ? "" : found->second;
        text.replace(at, end + 1 - at, value);
        at += value.size();
    }
    return text;
}

}  // namespace lambent::api::apigateway
