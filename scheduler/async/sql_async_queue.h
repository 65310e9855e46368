#pragma once

#include "base/clock.h"
#include "base/sql/sql_driver.h"
#include "scheduler/async_queue.h"
#include "scheduler/touched_keys.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// Largest event that Lambda takes asynchronously (lambda-facts section 2).
inline constexpr std::uint64_t kAsyncPayloadBytesMax = 1'048'576;

// Events of one function that may wait or run at once; Lambda does not say how many it keeps. One
// that calls itself twice fills no disk with its events.
inline constexpr std::int64_t kAsyncEventsPerFunctionMax = 100'000;

// The AsyncQueue in SQL. Accepts events; an AsyncPump on the same queue takes them up. Used on the
// event loop's thread but for enqueue_in, which runs wherever the caller's transaction does.
class SqlAsyncQueue final : public AsyncQueue {
  public:
    // The function has an event that is due at that time.
    using Listener = std::function<void(const std::string& function, std::int64_t due_ms)>;

    SqlAsyncQueue(
        sql::Driver& driver,
        const Clock& clock,
        std::int64_t per_function_max = kAsyncEventsPerFunctionMax
    );

    static std::vector<sql::Migration> migrations();

    // Fills accepted_ms and due_ms when they are zero. kTooLarge beyond 1 MB; kThrottled, with
    // Lambda's reason as its subject, when the function has too many events already.
    Task<Result<void>> enqueue(AsyncEvent event) override;
    // Counts the event, but never refuses it for their number: the caller's own change, such as the
    // upload of an object, is another user's, and hops bound what can follow from it.
    Result<void> enqueue_in(sql::Session& session, const AsyncEvent& event) override;
    void wake() override;

    void listen(Listener listener) { listener_ = std::move(listener); }
    sql::Driver& driver() { return driver_; }
    std::uint64_t received() const;  // AsyncEventsReceived

  private:
    Result<AsyncEvent> checked(AsyncEvent event) const;

    sql::Driver& driver_;
    const Clock& clock_;
    const std::int64_t per_function_max_;
    Listener listener_;
    std::uint64_t received_ = 0;  // by enqueue
    TouchedKeys touched_;         // by enqueue_in
};

}  // namespace lambent::scheduler
