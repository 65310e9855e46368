#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lambent::lab {

// Measured times, in whole microseconds or whatever the caller counts in.
using Sample = std::vector<std::int64_t>;

// Where the true value lies with a confidence of 95 %.
struct Interval {
    double low = 0;
    double high = 0;

    friend bool operator==(const Interval&, const Interval&) = default;
};

// The rank of a quantile among `count` sorted values, from 1: the smallest value that at least this
// share of the values does not exceed (nearest rank), so that it is one that was measured.
std::size_t rank_of(double share, std::size_t count);

// `sorted` must be; not empty. share: 0.5 is the median.
std::int64_t quantile(const Sample& sorted, double share);

// The percentile bootstrap's interval for that quantile: where the middle 95 % of the quantiles of
// all resamples lie. Exact, as if infinitely many were drawn: the quantile of rank k of a resample
// of n is at most the j-th value with the probability that a Binomial(n, j/n) is k at least. It
// cannot leave the sample: for a p99 of fewer than some hundred values, its upper end is the
// largest.
Interval quantile_interval(const Sample& sorted, double share);

}  // namespace lambent::lab
