#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace lambent {

// A clock that stands still until it is advanced, for a daemon whose schedules somebody wants to
// see without waiting for them. It goes from one awaited time to the next and lets what becomes due
// there come to its end (see TimeHold) before it goes on. Its time may be read on any thread;
// everything else belongs to the event loop's.
class SteppedClock final : public Clock {
  public:
    SteppedClock(boost::asio::any_io_executor executor, WallTime start);
    // That clock if it is one of these, else null.
    static const SteppedClock* of(const Clock& clock);

    SteadyTime steady_now() const override;
    WallTime wall_now() const override;

    // Returns once all that falls into that time has happened. What holds the time up for longer
    // than a minute of real time is not waited for. kConflict while another advance is under way.
    Task<Result<void>> advance(std::chrono::milliseconds by);

    // Who waits for a time; rung once when it has come. Waiting does not change the time, so
    // whoever may read the clock may wait.
    class Sleeper {
      public:
        virtual ~Sleeper() = default;
        virtual void ring() = 0;
    };
    void wake_at(Sleeper& sleeper, WallTime due) const { sleepers_[&sleeper] = due; }
    void forget(Sleeper& sleeper) const { sleepers_.erase(&sleeper); }

    void hold() const { ++holds_; }
    void let_go() const;

  private:
    std::optional<WallTime> next_due() const;
    void move_to(WallTime time);
    void wake_due();
    Task<> settle();

    const WallTime start_;
    std::atomic<std::chrono::nanoseconds> passed_{std::chrono::nanoseconds(0)};
    mutable std::map<Sleeper*, WallTime> sleepers_;
    mutable std::size_t holds_ = 0;
    bool advancing_ = false;
    mutable boost::asio::steady_timer settled_;  // cancelled when the last hold has gone
};

// While one lives, a SteppedClock stands still: what began at its time has not come to its end.
// Nothing with any other clock. Taken by every piece of work that a due time sets off.
class TimeHold {
  public:
    explicit TimeHold(const Clock& clock);
    TimeHold(TimeHold&& other) noexcept;
    TimeHold& operator=(TimeHold&& other) = delete;
    TimeHold(const TimeHold&) = delete;
    TimeHold& operator=(const TimeHold&) = delete;
    ~TimeHold();

  private:
    const SteppedClock* clock_;
};

}  // namespace lambent
