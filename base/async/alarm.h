#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/stepped_clock.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <optional>

namespace lambent {

// Where one flow waits for a time of a Clock, or to be told that there is something new. The one
// way in which triggers wait, so that a clock moved by hand wakes them. A member of the flow's
// owner; event loop's thread only. From a ring, or waking, until its next wait the flow holds a
// SteppedClock: ring it where the flow is started, so that time waits for the flow's beginning.
class Alarm final : private SteppedClock::Sleeper {
  public:
    Alarm(boost::asio::any_io_executor executor, const Clock& clock);
    ~Alarm() override;
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    // Until it is due or the alarm rings; nothing: until it rings. May return early, at least once
    // a minute while something is due, since the machine's clock may be set: look again. A ring
    // while nobody waits ends the next wait at once. Cancellation ends it too.
    Task<> wait_until(std::optional<WallTime> due);
    void ring() override;

  private:
    void arm(std::optional<WallTime> due);

    const Clock& clock_;
    const SteppedClock* stepped_;  // the same clock, if it is one
    std::optional<TimeHold> hold_;
    bool rung_ = false;
    bool waiting_ = false;
    boost::asio::steady_timer timer_;
};

}  // namespace lambent
