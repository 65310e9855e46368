#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/ended_event.h"
#include "scheduler/async/event_rows.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/pump/due_pump.h"
#include "scheduler/retry_policy.h"
#include "scheduler/targets.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// Numbers since the start of the daemon.
struct AsyncCounters {
    std::uint64_t attempts = 0;
    std::uint64_t succeeded = 0;
    std::uint64_t dropped_after_retries = 0;
    std::uint64_t dropped_too_old = 0;
    std::uint64_t dropped_without_function = 0;
    std::uint64_t dropped_without_slots = 0;  // nothing of the account's concurrency is theirs
    std::uint64_t dropped_in_loop = 0;        // RecursiveInvocationsDropped
};

// What the pump needs; all of it outlives it.
struct AsyncPorts {
    SqlAsyncQueue& queue;
    Invoker& invoker;
    FindFunction find_function;
    const AsyncSettings& settings;
    Outbox& outbox;
    // Whether the function's reserved concurrency is 0.
    std::function<bool(const std::string& function)> is_switched_off;
    const Clock& clock;
    std::string region;
};

// Takes up asynchronous events when they are due and invokes their functions. An attempt is counted
// on disk before it begins, so an event that kills the daemon is not tried for ever; what was
// running when the daemon died is due again. Delivery is at least once, as in Lambda. What is told
// of an event's end goes to the outbox in the transaction that removes the event. Owned by the
// composition root; event loop's thread only; `stop` is awaited before it is destroyed.
class AsyncPump final : private DueRows {
  public:
    AsyncPump(
        boost::asio::any_io_executor executor,
        AsyncPorts ports,
        Logger log,
        Backlog::Limits limits = {}
    );

    void start();
    // Takes up nothing more; attempts that run go on.
    void pause();
    // Pauses and waits for attempts that run. They end soon once the Invoker has been stopped.
    Task<> stop();

    const AsyncCounters& counters() const { return counters_; }
    std::size_t in_flight() const { return pump_.in_flight(); }
    // Looks again what is due. For tests that move the clock by hand.
    void tick() { pump_.tick(); }

  private:
    // What becomes of an event after an attempt, or instead of one.
    enum class Fate {
        kDone,
        kRetry,
        kUncounted,
        kExhausted,
        kTooOld,
        kNoFunction,
        kSwitchedOff,
        kLoop,
    };
    struct Decision {
        Fate fate = Fate::kDone;
        std::int64_t due_ms = 0;  // with kRetry and kUncounted
        EndedEvent::Response response;
    };

    Result<Waiting> recover(sql::Session& session, std::int64_t now_ms) override;
    Result<Taken> claim(
        sql::Session& session, const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms
    ) override;
    Task<> attempt(EventRows::Claimed claimed);
    Task<Decision> try_once(EventRows::Claimed& claimed);
    static Decision not_begun(
        EventRows::Claimed& claimed, Fate fate, EndedEvent::Response response = {}
    );
    static Fate fate_of(Verdict verdict);
    static AsyncEnd end_of(Fate fate);
    Task<Result<InvocationResult>> invoke(const AsyncEvent& event);
    Decision decide(EventRows::Claimed& claimed, const Result<InvocationResult>& result);
    Task<> settle(const EventRows::Claimed& claimed, const Decision& decision);
    std::vector<TargetMessage> told(const EventRows::Claimed& claimed, const Decision& decision);
    Task<> put_back(const EventRows::Claimed& claimed, const Decision& decision);
    void count(const AsyncEvent& event, Fate fate);
    std::int64_t now_ms() const { return unix_ms(ports_.clock.wall_now()); }

    const AsyncPorts ports_;
    Logger log_;
    AsyncCounters counters_;
    DuePump pump_;
};

}  // namespace lambent::scheduler
