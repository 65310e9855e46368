#pragma once

#include "app/cli/measure/samples.h"

#include <cstdint>
#include <vector>

#include "lab/statistics/quantile.h"

namespace lambent::cli {

// What a reader wants to know of many times, in microseconds; the intervals are of 95 %.
struct Summary {
    std::int64_t p50 = 0;
    std::int64_t p90 = 0;
    std::int64_t p99 = 0;
    lab::Interval p50_interval;
    lab::Interval p99_interval;
};

// All zero for no values.
Summary summary_of(lab::Sample times);

// The times of those phases that took any time at all in one of the samples, and the two totals.
std::vector<std::size_t> times_shown(const std::vector<Samples>& samples);

// What has to be said beside the numbers: errors, misses, too few calls for a p99.
std::vector<std::string> remarks_on(const Measurement& measurement);

}  // namespace lambent::cli
