#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "scheduler/async/backlog.h"
#include "scheduler/async/event_rows.h"
#include "scheduler/async/sql_async_queue.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/retry_policy.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
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
};

// Takes up asynchronous events when they are due and invokes their functions. An attempt is counted
// on disk before it begins, so an event that kills the daemon is not tried for ever; what was
// running when the daemon died is due again. Delivery is at least once, as in Lambda. Owned by the
// composition root; event loop's thread only; `stop` is awaited before it is destroyed.
class AsyncPump {
  public:
    AsyncPump(
        boost::asio::any_io_executor executor,
        SqlAsyncQueue& queue,
        Invoker& invoker,
        FindFunction find_function,
        const Clock& clock,
        Logger log,
        Backlog::Limits limits = {}
    );

    void start();
    // Takes up nothing more; attempts that run go on.
    void pause();
    // Pauses and waits for attempts that run. They end soon once the Invoker has been stopped.
    Task<> stop();

    const AsyncCounters& counters() const { return counters_; }
    std::size_t in_flight() const { return backlog_.in_flight(); }
    // Looks again what is due; a timer calls it. For tests that move the clock by hand.
    void tick() { wake_.cancel(); }

  private:
    using Taken = std::vector<EventRows::Taken>;

    // What becomes of an event after an attempt, or instead of one.
    enum class Fate { kDone, kRetry, kUncounted, kExhausted, kTooOld, kNoFunction };
    struct Decision {
        Fate fate = Fate::kDone;
        std::int64_t due_ms = 0;  // with kRetry and kUncounted
    };

    Task<> run();
    Task<> recover();
    Task<Result<Taken>> claim(std::vector<EventClaim> claims);
    void begin(const std::vector<EventClaim>& claims, Result<Taken> taken);
    Task<> wait_until_due();
    Task<> attempt(EventRows::Claimed claimed);
    Task<Decision> try_once(EventRows::Claimed& claimed);
    Task<Result<InvocationResult>> invoke(AsyncEvent& event);
    Decision decide(
        EventRows::Claimed& claimed,
        const runtime::Function& function,
        const Result<InvocationResult>& result
    );
    Task<> settle(const EventRows::Claimed& claimed, Decision decision);
    Task<> write_surely(sql::Work work);
    void count(const AsyncEvent& event, Fate fate);
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

    SqlAsyncQueue& queue_;
    Invoker& invoker_;
    FindFunction find_function_;
    const Clock& clock_;
    Logger log_;
    Backlog::Limits limits_;
    Backlog backlog_;
    AsyncCounters counters_;
    bool paused_ = false;
    boost::asio::steady_timer wake_;
    TaskScope flows_;
};

}  // namespace lambent::scheduler
