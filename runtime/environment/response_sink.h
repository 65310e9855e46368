#pragma once

#include "base/async/task.h"

#include <string>

namespace lambent::runtime {

// Where a response goes while its function still writes it. Shared by who invokes and by the
// environment that answers; how the response ended is told by the outcome of the invocation. Event
// loop's thread only.
class ResponseSink {
  public:
    virtual ~ResponseSink() = default;
    // Once, before the first bytes: what the function says they are; may be empty.
    virtual void begin(std::string content_type) = 0;
    virtual void write(std::string bytes) = 0;
    // Whether it holds as much as it should: who writes then waits until it has drained.
    virtual bool is_full() const = 0;
    virtual Task<> drained() = 0;
};

}  // namespace lambent::runtime
