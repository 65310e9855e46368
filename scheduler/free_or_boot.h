#pragma once

#include "base/clock.h"
#include "scheduler/crowding.h"
#include "scheduler/environment_fsm.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace lambent::scheduler {

// What a call should wait for: a running call of its function to end, or a boot. Learns how long
// both take (a moving average) and expects a running call to end when it has taken that long; one
// that is overdue is not counted on. Waiting is rented and a boot is bought: once the calls since
// the last boot have waited for as long as a boot takes, the next one boots, so that a lasting
// queue gets its environment. But where more environments are busy than are worth it (Crowding), a
// short queue behind them is better than one more, even when others are idle.
// Pure. One per function, owned by Dispatch.
class FreeOrBoot {
  public:
    void call_began(EnvironmentId id, SteadyTime now);
    // `in_handler`: how long its handler took, as the guest said; 0: it said nothing.
    void call_ended(EnvironmentId id, SteadyTime now, std::chrono::nanoseconds in_handler = {});
    // It crashed, or is of an old revision: what it took teaches nothing.
    void call_lost(EnvironmentId id);
    void forget_calls() {
        running_.clear();
        crowding_.forget();
    }
    void boot_took(std::chrono::nanoseconds time);
    std::chrono::nanoseconds call_time() const { return call_time_; }

    // Until when a call should wait for running ones to end, behind `ahead` others that do;
    // nothing: a boot is sooner, or due.
    std::optional<SteadyTime> free_by(std::size_t ahead, SteadyTime now);
    // Until when so many calls should wait because enough environments are busy; nothing: more are
    // worth it, the running calls take unusually long, or the last of so many would wait for long.
    std::optional<SteadyTime> crowded_until(std::size_t waiting, SteadyTime now) const;

  private:
    // More of them say nothing new about the next to end.
    static constexpr std::size_t kRunningMax = 64;
    struct Running {
        EnvironmentId id = 0;
        SteadyTime since;
    };
    std::optional<Running> forget(EnvironmentId id);

    std::vector<Running> running_;
    Crowding crowding_;
    std::chrono::nanoseconds call_time_{0};  // moving averages; 0: none yet
    std::chrono::nanoseconds boot_time_{0};
    std::chrono::nanoseconds rented_{0};
};

}  // namespace lambent::scheduler
