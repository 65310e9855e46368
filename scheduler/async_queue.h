#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"

#include <cstdint>
#include <string>

namespace lambent::scheduler {

// An accepted asynchronous invocation ("Event").
struct AsyncEvent {
    std::string request_id;  // unique: enqueueing the same one again is a no-op
    std::string function;    // as in Invocation
    std::string payload;     // up to 1 MB (lambda-facts section 2)
    std::int64_t accepted_ms = 0;
    int attempts = 0;          // counted durably before each dispatch
    std::int64_t due_ms = 0;   // when the next attempt may start
    std::string trace_header;  // X-Amzn-Trace-Id with its lineage
};

// The port through which doors and triggers hand over events. An event is durable before the
// caller learns that it was accepted.
class AsyncQueue {
  public:
    virtual ~AsyncQueue() = default;
    virtual Task<Result<void>> enqueue(AsyncEvent event) = 0;

    // For triggers that must commit the event together with their own rows: adds it to the
    // caller's transaction; call `wake` after the commit.
    virtual Result<void> enqueue_in(sql::Session& session, const AsyncEvent& event) = 0;
    virtual void wake() = 0;
};

}  // namespace lambent::scheduler
