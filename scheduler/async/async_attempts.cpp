#include "base/failpoint.h"
#include "runtime/functions/function.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/lineage.h"

#include <algorithm>
#include <utility>

// The part of AsyncPump that is one attempt, and what becomes of its event.
namespace lambent::scheduler {
namespace {

// As Lambda writes them.
constexpr char kNoConcurrency[] =
    "Function not invoked. Function isconfigured with zero reserved concurrent executions";
constexpr char kTooOldMessage[] = "The event is older than the maximum event age.";
constexpr char kRecursive[] = "RecursiveInvocationException";

EndedEvent::Response response_of(const InvocationResult& result) {
    EndedEvent::Response response;
    response.status = 200;
    response.executed_version = result.executed_version;
    response.payload = result.outcome.payload;
    if (result.outcome.kind != runtime::OutcomeKind::kSuccess) {
        response.function_error = "Unhandled";
    }
    return response;
}

EndedEvent::Response response_of(const Error& refusal) {
    EndedEvent::Response response;
    const bool throttled = refusal.code() == Code::kThrottled;
    response.status = throttled ? 429 : 500;
    response.message = throttled ? "Rate Exceeded." : refusal.message();
    return response;
}

EndedEvent::Response recursive_response() {
    EndedEvent::Response response;
    response.status = 400;
    response.function_error = kRecursive;
    response.message = kRecursionMessage;
    return response;
}

// Lambda does not say how long it tries a destination: as an asynchronous event itself.
DeliveryRules destination_rules() {
    DeliveryRules rules;
    rules.age_ms_max = std::int64_t{EventInvokeConfig::kAgeMaxS} * 1'000;
    return rules;
}

}  // namespace

Task<> AsyncPump::attempt(EventRows::Claimed claimed) {
    const Decision decision = co_await try_once(claimed);
    co_await settle(claimed, decision);
    count(claimed.event, decision.fate);
}

Task<AsyncPump::Decision> AsyncPump::try_once(EventRows::Claimed& claimed) {
    AsyncEvent& event = claimed.event;
    const runtime::FunctionPtr function = ports_.find_function(event.function);
    if (!function) {
        co_return not_begun(claimed, Fate::kNoFunction);
    }
    if (ports_.is_switched_off(function->name)) {
        EndedEvent::Response none;
        none.message = kNoConcurrency;
        co_return not_begun(claimed, Fate::kSwitchedOff, std::move(none));
    }
    const EventInvokeConfig config = ports_.settings.of_reference(event.function);
    const std::uint32_t age_max_s = config.age_max_s.value_or(EventInvokeConfig::kAgeMaxS);
    if (too_old(event.accepted_ms, age_max_s, now_ms())) {
        EndedEvent::Response none;
        none.message = kTooOldMessage;
        co_return not_begun(claimed, Fate::kTooOld, std::move(none));
    }
    const TraceStep step = step_into(event.trace_header, function->arn(ports_.region));
    event.trace_header = step.header;
    if (step.is_loop() &&
        ports_.settings.loops(function->name) == AsyncSettings::Loops::kTerminate) {
        co_return not_begun(claimed, Fate::kLoop, recursive_response());
    }
    counters_.attempts += 1;
    failpoint("async.attempt.begun");
    const Result<InvocationResult> result = co_await invoke(event);
    failpoint("async.attempt.ended");
    co_return decide(claimed, result);
}

// The attempt was counted before it was known that none would come of it.
AsyncPump::Decision AsyncPump::not_begun(
    EventRows::Claimed& claimed, Fate fate, EndedEvent::Response response
) {
    claimed.event.attempts -= 1;
    Decision decision;
    decision.fate = fate;
    decision.response = std::move(response);
    return decision;
}

Task<Result<InvocationResult>> AsyncPump::invoke(const AsyncEvent& event) {
    Invocation invocation;
    invocation.function = event.function;
    invocation.request_id = event.request_id;
    invocation.payload = event.payload;
    invocation.trace_id = event.trace_header;
    invocation.delivery = Delivery::kAsync;
    invocation.queued =
        std::chrono::milliseconds(std::max<std::int64_t>(now_ms() - event.due_ms, 0));
    try {
        co_return co_await ports_.invoker.invoke(std::move(invocation));
    } catch (const std::exception& e) {
        co_return Error(Code::kInternal, e.what());
    }
}

// The attempt was counted before it began; one that was not admitted is taken back here.
AsyncPump::Decision AsyncPump::decide(
    EventRows::Claimed& claimed, const Result<InvocationResult>& result
) {
    AsyncEvent& event = claimed.event;
    RetryInput input;
    Decision decision;
    if (result.has_value()) {
        const bool succeeded = result->outcome.kind == runtime::OutcomeKind::kSuccess;
        input.result = succeeded ? AttemptResult::kSucceeded : AttemptResult::kFunctionError;
        decision.response = response_of(*result);
    } else {
        if (result.error().code() == Code::kNotFound) {
            return not_begun(claimed, Fate::kNoFunction);
        }
        event.attempts -= 1;
        if (pump_.is_paused() && result.error().code() == Code::kUnavailable) {
            decision.fate = Fate::kUncounted;
            decision.due_ms = now_ms();
            return decision;
        }
        claimed.refusals += 1;
        input.result = AttemptResult::kNotAdmitted;
        decision.response = response_of(result.error());
    }
    const EventInvokeConfig config = ports_.settings.of_reference(event.function);
    input.attempts = event.attempts;
    input.refusals = claimed.refusals;
    input.retries_max = config.retries_max.value_or(EventInvokeConfig::kRetriesMax);
    input.accepted_ms = event.accepted_ms;
    input.age_max_s = config.age_max_s.value_or(EventInvokeConfig::kAgeMaxS);
    input.now_ms = now_ms();
    const RetryDecision retry = decide_retry(input);
    decision.due_ms = retry.due_ms;
    decision.fate = fate_of(retry.verdict);
    return decision;
}

AsyncPump::Fate AsyncPump::fate_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kRetry:
            return Fate::kRetry;
        case Verdict::kRetriesExhausted:
            return Fate::kExhausted;
        case Verdict::kTooOld:
            return Fate::kTooOld;
        case Verdict::kDone:
            break;
    }
    return Fate::kDone;
}

Task<> AsyncPump::settle(const EventRows::Claimed& claimed, const Decision& decision) {
    if (decision.fate == Fate::kRetry || decision.fate == Fate::kUncounted) {
        co_await put_back(claimed, decision);
        co_return;
    }
    const std::string id = claimed.event.request_id;
    const std::vector<TargetMessage> messages = told(claimed, decision);
    sql::Work work = [this, id, messages](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(EventRows{session}.remove(id));
        for (const TargetMessage& message : messages) {
            LAMBENT_TRY(ports_.outbox.add_in(session, message, destination_rules()));
            failpoint("async.end.told");
        }
        return {};
    };
    failpoint("async.end.begun");
    const bool written = co_await pump_.write(std::move(work));
    failpoint("async.end.committed");
    if (written && !messages.empty()) {
        ports_.outbox.wake();
    }
}

Task<> AsyncPump::put_back(const EventRows::Claimed& claimed, const Decision& decision) {
    const std::string id = claimed.event.request_id;
    const EventRows::Wait wait{decision.due_ms, claimed.event.attempts, claimed.refusals};
    sql::Work work = [id, wait](sql::Session& session) {
        return EventRows{session}.put_back(id, wait);
    };
    failpoint("async.retry.begun");
    const bool written = co_await pump_.write(std::move(work));
    failpoint("async.retry.committed");
    if (written) {
        pump_.expect(claimed.event.function, decision.due_ms);
    }
}

// What the event's destinations hear of its end.
std::vector<TargetMessage> AsyncPump::told(
    const EventRows::Claimed& claimed, const Decision& decision
) {
    const runtime::FunctionPtr function = ports_.find_function(claimed.event.function);
    if (!function || decision.fate == Fate::kNoFunction) {
        return {};
    }
    EndedEvent ended;
    ended.end = end_of(decision.fate);
    ended.request_id = claimed.event.request_id;
    const EventInvokeConfig config = ports_.settings.of_reference(claimed.event.function);
    ended.function_arn = function->arn(ports_.region) + ":" + config.qualifier;
    ended.payload = claimed.event.payload;
    ended.invocations = claimed.event.attempts;
    ended.ended_ms = now_ms();
    ended.trace_header = claimed.event.trace_header;
    ended.response = decision.response;
    std::vector<TargetMessage> messages;
    const bool succeeded = ended.end == AsyncEnd::kSuccess;
    const std::string& destination = succeeded ? config.on_success : config.on_failure;
    if (!destination.empty()) {
        messages.push_back(destination_message(ended, destination));
    }
    if (!succeeded && !function->dead_letter_arn.empty()) {
        messages.push_back(dead_letter_message(ended, function->dead_letter_arn));
    }
    return messages;
}

AsyncEnd AsyncPump::end_of(Fate fate) {
    switch (fate) {
        case Fate::kExhausted:
            return AsyncEnd::kRetriesExhausted;
        case Fate::kTooOld:
            return AsyncEnd::kEventAgeExceeded;
        case Fate::kSwitchedOff:
            return AsyncEnd::kZeroReservedConcurrency;
        case Fate::kLoop:
            return AsyncEnd::kRecursiveInvocation;
        case Fate::kDone:
        case Fate::kRetry:
        case Fate::kUncounted:
        case Fate::kNoFunction:
            break;
    }
    return AsyncEnd::kSuccess;
}

}  // namespace lambent::scheduler
