#include "scheduler/async/async_pump.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace lambent::scheduler {
namespace asio = boost::asio;

AsyncPump::AsyncPump(
    asio::any_io_executor executor,
    SqlAsyncQueue& queue,
    Invoker& invoker,
    FindFunction find_function,
    const Clock& clock,
    Logger log,
    Backlog::Limits limits
)
    : queue_(queue),
      invoker_(invoker),
      find_function_(std::move(find_function)),
      clock_(clock),
      log_(std::move(log)),
      limits_(limits),
      backlog_(limits),
      wake_(executor),
      flows_(executor, log_) {}

void AsyncPump::start() {
    queue_.listen([this](const std::string& function, std::int64_t due_ms) {
        backlog_.expect(function, due_ms);
        tick();
    });
    flows_.spawn("async_pump", run());
}

void AsyncPump::pause() {
    paused_ = true;
    queue_.listen(nullptr);
    tick();
}

Task<> AsyncPump::stop() {
    pause();
    co_await flows_.join();
}

// --- Taking up

Task<> AsyncPump::run() {
    co_await recover();
    while (!paused_) {
        const std::vector<EventClaim> claims = backlog_.next_claims(now_ms());
        if (claims.empty()) {
            co_await wait_until_due();
            continue;
        }
        Result<Taken> taken = co_await claim(claims);
        begin(claims, std::move(taken));
    }
}

Task<> AsyncPump::recover() {
    using Waiting = std::vector<std::pair<std::string, std::int64_t>>;
    const auto waiting = std::make_shared<Waiting>();  // the closure's and ours
    sql::Work work = [waiting, now = now_ms()](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*waiting, EventRows{session}.recover(now));
        return {};
    };
    co_await write_surely(std::move(work));
    for (const auto& [function, due_ms] : *waiting) {
        backlog_.expect(function, due_ms);
    }
}

Task<Result<AsyncPump::Taken>> AsyncPump::claim(std::vector<EventClaim> claims) {
    const auto taken = std::make_shared<Taken>();  // the closure's and ours
    const std::int64_t now = now_ms();
    sql::Work work = [taken, claims, now, wait_max_ms = limits_.wait_max_ms](sql::Session& session
                     ) -> Result<void> {
        taken->clear();
        for (const EventClaim& claim : claims) {
            LAMBENT_TRY(auto events, EventRows{session}.claim(claim, now, wait_max_ms));
            taken->push_back(std::move(events));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await queue_.driver().write(std::move(work)));
    co_return std::move(*taken);
}

void AsyncPump::begin(const std::vector<EventClaim>& claims, Result<Taken> taken) {
    constexpr std::int64_t kAgainMs = 1'000;
    if (taken.has_error()) {
        log_.error("async_claim_failed", {{"reason", taken.error().message()}});
        for (const EventClaim& claim : claims) {
            backlog_.claimed(claim, 0, now_ms() + kAgainMs);
        }
        return;
    }
    for (std::size_t i = 0; i < claims.size(); ++i) {
        EventRows::Taken& of_function = taken->at(i);
        backlog_.claimed(claims[i], of_function.events.size(), of_function.next_due_ms);
        for (EventRows::Claimed& claimed : of_function.events) {
            flows_.spawn("async_attempt", attempt(std::move(claimed)));
        }
    }
}

// Looks up once a minute while something is due later, since the wall clock may be set.
Task<> AsyncPump::wait_until_due() {
    constexpr std::int64_t kWaitMaxMs = 60'000;
    const std::int64_t now = now_ms();
    if (const auto due_ms = backlog_.next_due_ms(now)) {
        wake_.expires_after(std::chrono::milliseconds(std::min(*due_ms - now, kWaitMaxMs)));
    } else {
        wake_.expires_at(asio::steady_timer::time_point::max());
    }
    boost::system::error_code woken;
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

// --- One attempt

Task<> AsyncPump::attempt(EventRows::Claimed claimed) {
    const Decision decision = co_await try_once(claimed);
    co_await settle(claimed, decision);
    count(claimed.event, decision.fate);
    if (decision.fate == Fate::kRetry && !paused_) {
        backlog_.expect(claimed.event.function, decision.due_ms);
    }
    backlog_.ended(claimed.event.function);
    tick();
}

Task<AsyncPump::Decision> AsyncPump::try_once(EventRows::Claimed& claimed) {
    const runtime::FunctionPtr function = find_function_(claimed.event.function);
    if (!function) {
        co_return Decision{Fate::kNoFunction, 0};
    }
    if (too_old(claimed.event.accepted_ms, function->event_age_max_s, now_ms())) {
        co_return Decision{Fate::kTooOld, 0};
    }
    counters_.attempts += 1;
    const Result<InvocationResult> result = co_await invoke(claimed.event);
    co_return decide(claimed, *function, result);
}

Task<Result<InvocationResult>> AsyncPump::invoke(AsyncEvent& event) {
    Invocation invocation;
    invocation.function = event.function;
    invocation.request_id = event.request_id;
    invocation.payload = std::exchange(event.payload, std::string());
    invocation.delivery = Delivery::kAsync;
    invocation.queued =
        std::chrono::milliseconds(std::max<std::int64_t>(now_ms() - event.due_ms, 0));
    try {
        co_return co_await invoker_.invoke(std::move(invocation));
    } catch (const std::exception& e) {
        co_return Error(Code::kInternal, e.what());
    }
}

// The attempt was counted before it began; one that was not admitted is taken back here.
AsyncPump::Decision AsyncPump::decide(
    EventRows::Claimed& claimed,
    const runtime::Function& function,
    const Result<InvocationResult>& result
) {
    RetryInput input;
    if (result.has_value()) {
        const bool succeeded = result->outcome.kind == runtime::OutcomeKind::kSuccess;
        input.result = succeeded ? AttemptResult::kSucceeded : AttemptResult::kFunctionError;
    } else {
        if (result.error().code() == Code::kNotFound) {
            return {Fate::kNoFunction, 0};
        }
        claimed.event.attempts -= 1;
        if (paused_ && result.error().code() == Code::kUnavailable) {
            return {Fate::kUncounted, now_ms()};
        }
        claimed.refusals += 1;
        input.result = AttemptResult::kNotAdmitted;
    }
    input.attempts = claimed.event.attempts;
    input.refusals = claimed.refusals;
    input.retries_max = function.retry_attempts_max;
    input.accepted_ms = claimed.event.accepted_ms;
    input.age_max_s = function.event_age_max_s;
    input.now_ms = now_ms();
    const RetryDecision decision = decide_retry(input);
    switch (decision.verdict) {
        case Verdict::kRetry:
            return {Fate::kRetry, decision.due_ms};
        case Verdict::kRetriesExhausted:
            return {Fate::kExhausted, 0};
        case Verdict::kTooOld:
            return {Fate::kTooOld, 0};
        case Verdict::kDone:
            break;
    }
    return {Fate::kDone, 0};
}

Task<> AsyncPump::settle(const EventRows::Claimed& claimed, Decision decision) {
    const std::string id = claimed.event.request_id;
    sql::Work work = [id](sql::Session& session) {
        return EventRows{session}.remove(id);
    };
    if (decision.fate == Fate::kRetry || decision.fate == Fate::kUncounted) {
        const EventRows::Wait wait{decision.due_ms, claimed.event.attempts, claimed.refusals};
        work = [id, wait](sql::Session& session) {
            return EventRows{session}.put_back(id, wait);
        };
    }
    co_await write_surely(std::move(work));
}

// A full queue of writes passes; anything else ends the process, and the event is due again.
Task<> AsyncPump::write_surely(sql::Work work) {
    constexpr std::chrono::milliseconds kPause{50};
    while (true) {
        const Result<void> written = co_await queue_.driver().write(work);
        if (written.has_value()) {
            co_return;
        }
        log_.error("async_write_failed", {{"reason", written.error().message()}});
        if (written.error().code() != Code::kThrottled) {
            co_return;
        }
        asio::steady_timer pause(co_await asio::this_coro::executor, kPause);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

void AsyncPump::count(const AsyncEvent& event, Fate fate) {
    const auto drop = [&](std::string_view reason, std::uint64_t& counter) {
        counter += 1;
        log_.warn(
            "async_event_dropped",
            {{"function", event.function}, {"request_id", event.request_id}, {"reason", reason}}
        );
    };
    switch (fate) {
        case Fate::kDone:
            counters_.succeeded += 1;
            return;
        case Fate::kExhausted:
            return drop("retries exhausted", counters_.dropped_after_retries);
        case Fate::kTooOld:
            return drop("too old", counters_.dropped_too_old);
        case Fate::kNoFunction:
            return drop("the function was deleted", counters_.dropped_without_function);
        case Fate::kRetry:
        case Fate::kUncounted:
            return;
    }
}

}  // namespace lambent::scheduler
