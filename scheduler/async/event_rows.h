#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/async_queue.h"
#include "scheduler/pump/backlog.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// The rows of asynchronous events, inside a transaction of the caller's. An event is waiting or
// running; what was running in a former life of the daemon is set back by `recover`. The payload
// lies in a row of its own, so that counting an attempt does not rewrite it.
struct EventRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    // Nothing happens when the request id is there already. kThrottled when there are
    // `per_function_max` events of the function, whichever its qualifier; the caller's transaction
    // must not commit then.
    Result<void> insert(const AsyncEvent& event, std::int64_t per_function_max);

    struct Claimed {
        AsyncEvent event;  // its attempts include the one that begins now
        int refusals = 0;
    };
    struct Taken {
        std::vector<Claimed> events;
        std::optional<std::int64_t> next_due_ms;  // of those left waiting
    };
    // Takes up waiting events, the longest due first, and counts their attempt.
    Result<Taken> claim(const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms);

    // Back to waiting. kNotAdmitted attempts are not counted: the number goes down again.
    struct Wait {
        std::int64_t due_ms = 0;
        int attempts = 0;
        int refusals = 0;
    };
    Result<void> put_back(const std::string& request_id, const Wait& wait);
    Result<void> remove(const std::string& request_id);

    // Everything waits again; each function with events, and when the first of them is due. What
    // was running in a former life did not have its chance: that attempt counts as a refusal, so
    // that an event that ends the daemon comes back ever more slowly.
    Result<std::vector<std::pair<std::string, std::int64_t>>> recover(std::int64_t now_ms);

  private:
    Result<void> take_back_attempts(std::int64_t now_ms);
    Result<void> count_in(const std::string& function, std::int64_t per_function_max);
    Result<void> count_again(const sql::Rows& functions);
    Result<std::string> payload_of(const std::string& request_id);
};

}  // namespace lambent::scheduler
