#include "scheduler/async/sql_async_queue.h"

#include "base/failpoint.h"
#include "scheduler/async/event_rows.h"

#include <limits>

namespace lambent::scheduler {

SqlAsyncQueue::SqlAsyncQueue(sql::Driver& driver, const Clock& clock, std::int64_t per_function_max)
    : driver_(driver), clock_(clock), per_function_max_(per_function_max) {}

std::vector<sql::Migration> SqlAsyncQueue::migrations() {
    return EventRows::migrations();
}

Result<AsyncEvent> SqlAsyncQueue::checked(AsyncEvent event) const {
    if (event.payload.size() > kAsyncPayloadBytesMax) {
        return Error(
            Code::kTooLarge, "payload", "An asynchronous event has at most 1048576 bytes."
        );
    }
    if (event.accepted_ms == 0) {
        event.accepted_ms = unix_ms(clock_.wall_now());
    }
    if (event.due_ms == 0) {
        event.due_ms = event.accepted_ms;
    }
    return event;
}

Task<Result<void>> SqlAsyncQueue::enqueue(AsyncEvent event) {
    LAMBENT_CO_TRY(AsyncEvent accepted, checked(std::move(event)));
    const std::string function = accepted.function;
    const std::int64_t due_ms = accepted.due_ms;
    sql::Work insert = [accepted = std::move(accepted),
                        per_function_max = per_function_max_](sql::Session& session) {
        return EventRows{session}.insert(accepted, per_function_max);
    };
    failpoint("async.enqueue.begun");
    LAMBENT_CO_TRY(co_await driver_.write(std::move(insert)));
    failpoint("async.enqueue.committed");
    received_ += 1;
    if (listener_) {
        listener_(function, due_ms);
    }
    co_return Result<void>();
}

Result<void> SqlAsyncQueue::enqueue_in(sql::Session& session, const AsyncEvent& event) {
    LAMBENT_TRY(const AsyncEvent accepted, checked(event));
    LAMBENT_TRY(EventRows{session}.insert(accepted, std::numeric_limits<std::int64_t>::max()));
    touched_.add(accepted.function);
    return {};
}

void SqlAsyncQueue::wake() {
    if (!listener_) {
        return;
    }
    const std::int64_t now_ms = unix_ms(clock_.wall_now());
    for (const std::string& function : touched_.to_wake()) {
        listener_(function, now_ms);
    }
}

std::uint64_t SqlAsyncQueue::received() const {
    return received_ + touched_.count();
}

}  // namespace lambent::scheduler
