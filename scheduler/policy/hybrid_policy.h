#pragma once

#include "scheduler/policy/idle_histogram.h"
#include "scheduler/policy/idle_policy.h"
#include "scheduler/policy/keep_alive.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace lambent::scheduler {

// The hybrid histogram policy of "Serverless in the Wild" (Shahrad et al., USENIX ATC 2020), per
// function. Idle times before calls fill a histogram of minutes. When it is representative
// (coefficient of variation of its bins at least 2), an environment is closed at once and booted
// again 10 % before the 5th percentile, and kept until 10 % after the 99th; a 5th percentile in the
// first minute means that it simply stays. When most idle times are beyond the range, the next one
// is forecast from the last ones, and the environment is there from 15 % before to 15 % after.
// Until either is known, it is kept for the whole range. Differences from the paper: exponential
// smoothing stands for its ARIMA model, and calls that run at the same time have idle times of
// their own: a call ends the youngest gap of its function. Owned by a WarmPool.
class HybridPolicy final : public IdlePolicy {
  public:
    static constexpr std::chrono::minutes kRangeMax{240};

    explicit HybridPolicy(HybridKeepAlive settings) : range_(settings.range) {}

    void called(const std::string& function, SteadyTime now) override;
    IdlePlan idle(const std::string& function, SteadyTime now) override;
    void forget(const std::string& function) override { histories_.erase(function); }

  private:
    struct History {
        IdleHistogram histogram;
        std::chrono::milliseconds forecast{0};  // smoothed; 0: nothing is known
        std::vector<SteadyTime> gaps;           // when environments became idle, youngest last
    };
    IdlePlan plan_of(const History& history, SteadyTime now) const;
    IdlePlan from_histogram(const IdleHistogram& histogram, SteadyTime now) const;

    std::chrono::minutes range_;
    std::unordered_map<std::string, History> histories_;
};

}  // namespace lambent::scheduler
