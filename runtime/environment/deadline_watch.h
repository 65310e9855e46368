#pragma once

#include "base/async/task.h"
#include "base/clock.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace lambent::runtime {

// The one timer of an environment, for one deadline after another. Since each is usually later than
// the one before, arming costs nothing: the timer that runs already wakes first, sees that its
// deadline was met and goes to sleep until the current one. Owned by an environment; event loop's
// thread only.
class DeadlineWatch {
  public:
    DeadlineWatch(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry);
    ~DeadlineWatch();

    void arm(SteadyTime deadline);
    void disarm();

    // Calls on_expiry whenever an armed deadline passes; until cancelled.
    Task<> run();

  private:
    struct Timer;
    std::unique_ptr<Timer> timer_;
    std::function<void()> on_expiry_;
    std::optional<SteadyTime> deadline_;
};

}  // namespace lambent::runtime
