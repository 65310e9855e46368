#include "scheduler/policy/hybrid_policy.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr double kVariationMin = 2.0;
constexpr double kOutOfBoundsMax = 0.5;
constexpr double kHead = 0.05;
constexpr double kTail = 0.99;
constexpr double kMargin = 0.10;
constexpr double kForecastMargin = 0.15;
constexpr double kSmoothing = 0.3;
// Gaps beyond these are forgotten, the oldest first: they end with calls that all run at once.
constexpr std::size_t kGapsMax = 1'000;

milliseconds scaled(milliseconds time, double factor) {
    return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(time.count()) * factor));
}

}  // namespace

void HybridPolicy::called(const std::string& function, SteadyTime now) {
    const auto found = histories_.find(function);
    if (found == histories_.end() || found->second.gaps.empty()) {
        return;
    }
    History& history = found->second;
    const auto idle = duration_cast<milliseconds>(now - history.gaps.back());
    history.gaps.pop_back();
    history.histogram.add(duration_cast<minutes>(idle), range_);
    history.forecast = history.forecast.count() == 0
                           ? idle
                           : scaled(history.forecast, 1 - kSmoothing) + scaled(idle, kSmoothing);
}

IdlePlan HybridPolicy::idle(const std::string& function, SteadyTime now) {
    History& history = histories_[function];
    if (history.gaps.size() >= kGapsMax) {
        history.gaps.erase(history.gaps.begin());
    }
    history.gaps.push_back(now);
    return plan_of(history, now);
}

IdlePlan HybridPolicy::plan_of(const History& history, SteadyTime now) const {
    const IdleHistogram& histogram = history.histogram;
    if (histogram.out_of_bounds_share() > kOutOfBoundsMax) {
        const milliseconds early = scaled(history.forecast, 1 - kForecastMargin);
        const milliseconds late = scaled(history.forecast, 1 + kForecastMargin);
        return IdlePlan{milliseconds(0), Prewarm{now + early, late - early}};
    }
    if (histogram.variation(range_) >= kVariationMin) {
        return from_histogram(histogram, now);
    }
    return IdlePlan{range_, {}};
}

// The head is rounded down to the begin of its minute, the tail up to the end of its own.
IdlePlan HybridPolicy::from_histogram(const IdleHistogram& histogram, SteadyTime now) const {
    const milliseconds early = scaled(histogram.percentile(kHead), 1 - kMargin);
    const milliseconds late = scaled(histogram.percentile(kTail) + minutes(1), 1 + kMargin);
    if (early.count() == 0) {
        return IdlePlan{late, {}};
    }
    return IdlePlan{milliseconds(0), Prewarm{now + early, late - early}};
}

}  // namespace lambent::scheduler
