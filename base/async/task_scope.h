#pragma once

#include "base/async/task.h"
#include "base/logger.h"

#include <boost/asio/any_io_executor.hpp>

#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace lambent {

// Every background flow lives in a scope, so that none outlives what it uses: the owner awaits
// `cancel_and_join` before it goes. Used on the event loop's thread only. A flow that throws is
// logged; cancellation is not an error.
class TaskScope {
  public:
    TaskScope(boost::asio::any_io_executor executor, Logger log);
    ~TaskScope();  // all flows must have ended
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;

    void spawn(std::string_view name, Task<> flow);
    std::size_t running() const;

    // Waits until all flows have ended by themselves.
    Task<> join();
    Task<> cancel_and_join();

  private:
    struct State;
    std::shared_ptr<State> state_;  // also held by each running flow's completion handler
};

}  // namespace lambent
