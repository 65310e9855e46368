#pragma once

#include "base/clock.h"

#include <algorithm>
#include <chrono>

namespace lambent::scheduler {

// Permits that come back at an even rate, and never more of them than `burst`: what is not used
// does not add up. Full when it is made. Pure: told the time.
class TokenBucket {
  public:
    struct Rate {
        double per_second = 0;
        double burst = 0;
    };
    explicit TokenBucket(Rate rate) : rate_(rate), permits_(rate.burst) {}

    // `now` never runs backwards between calls.
    bool take(SteadyTime now) {
        refill(now);
        if (permits_ < 1) {
            return false;
        }
        permits_ -= 1;
        return true;
    }
    // What was taken in excess of a smaller burst is not asked back.
    void change(Rate rate, SteadyTime now) {
        refill(now);
        permits_ = std::min(permits_ + std::max(rate.burst - rate_.burst, 0.0), rate.burst);
        rate_ = rate;
    }

  private:
    void refill(SteadyTime now) {
        const std::chrono::duration<double> passed = now - refilled_;
        permits_ = std::min(permits_ + passed.count() * rate_.per_second, rate_.burst);
        refilled_ = now;
    }

    Rate rate_;
    double permits_;
    SteadyTime refilled_;  // before the first use: long ago, when it was full as well
};

}  // namespace lambent::scheduler
