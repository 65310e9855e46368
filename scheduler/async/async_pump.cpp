#include "scheduler/async/async_pump.h"

#include <utility>

namespace lambent::scheduler {
namespace asio = boost::asio;
namespace {

constexpr PumpNames kAsyncNames{
    "async",
    "async.recover.begun",
    "async.recover.committed",
    "async.claim.begun",
    "async.claim.committed",
};

}  // namespace

AsyncPump::AsyncPump(
    asio::any_io_executor executor, AsyncPorts ports, Logger log, Backlog::Limits limits
)
    : ports_(std::move(ports)),
      log_(log),
      pump_(
          std::move(executor),
          ports_.queue.driver(),
          *this,
          ports_.clock,
          std::move(log),
          kAsyncNames,
          limits
      ) {}

void AsyncPump::start() {
    ports_.queue.listen([this](const std::string& function, std::int64_t due_ms) {
        pump_.expect(function, due_ms);
    });
    pump_.start();
}

void AsyncPump::pause() {
    ports_.queue.listen(nullptr);
    pump_.pause();
}

Task<> AsyncPump::stop() {
    pause();
    co_await pump_.stop();
}

// --- Rows and numbers

Result<DueRows::Waiting> AsyncPump::recover(sql::Session& session, std::int64_t now_ms) {
    return EventRows{session}.recover(now_ms);
}

Result<DueRows::Taken> AsyncPump::claim(
    sql::Session& session, const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
) {
    LAMBENT_TRY(EventRows::Taken events, EventRows{session}.claim(claim, now_ms, wait_max_ms));
    Taken taken;
    taken.next_due_ms = events.next_due_ms;
    for (EventRows::Claimed& claimed : events.events) {
        taken.jobs.emplace_back([this, claimed = std::move(claimed)]() mutable {
            return attempt(std::move(claimed));
        });
    }
    return taken;
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
