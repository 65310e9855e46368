#include "scheduler/async/async_pump.h"

#include "base/failpoint.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace lambent::scheduler {
namespace asio = boost::asio;

AsyncPump::AsyncPump(
    asio::any_io_executor executor, AsyncPorts ports, Logger log, Backlog::Limits limits
)
    : ports_(std::move(ports)),
      log_(std::move(log)),
      limits_(limits),
      backlog_(limits),
      alarm_(executor, ports_.clock),
      flows_(executor, log_) {}

void AsyncPump::start() {
    ports_.queue.listen([this](const std::string& function, std::int64_t due_ms) {
        backlog_.expect(function, due_ms);
        tick();
    });
    tick();
    flows_.spawn("async_pump", run());
}

void AsyncPump::pause() {
    paused_ = true;
    ports_.queue.listen(nullptr);
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
    failpoint("async.recover.begun");
    co_await write_surely(std::move(work));
    failpoint("async.recover.committed");
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
    failpoint("async.claim.begun");
    LAMBENT_CO_TRY(co_await ports_.queue.driver().write(std::move(work)));
    failpoint("async.claim.committed");
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
            flows_.spawn("async_attempt", attempt(std::move(claimed), TimeHold(ports_.clock)));
        }
    }
}

Task<> AsyncPump::wait_until_due() {
    const auto due_ms = backlog_.next_due_ms(now_ms());
    co_await alarm_.wait_until(due_ms ? std::optional(from_unix_ms(*due_ms)) : std::nullopt);
}

// --- Rows and numbers

// A full queue of writes passes, and so does a full disk; anything else ends the process, and the
// event is due again.
Task<> AsyncPump::write_surely(sql::Work work) {
    constexpr std::chrono::milliseconds kPause{50};
    while (true) {
        const Result<void> written = co_await ports_.queue.driver().write(work);
        if (written.has_value()) {
            co_return;
        }
        log_.error("async_write_failed", {{"reason", written.error().message()}});
        const bool passes =
            written.error().code() == Code::kThrottled || written.error().subject() == "disk_full";
        if (!passes || paused_) {
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
        case Fate::kSwitchedOff:
            return drop("no reserved concurrency", counters_.dropped_without_slots);
        case Fate::kLoop:
            return drop("recursive loop", counters_.dropped_in_loop);
        case Fate::kRetry:
        case Fate::kUncounted:
            return;
    }
}

}  // namespace lambent::scheduler
