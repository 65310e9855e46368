#pragma once

#include <cstdint>
#include <vector>

#include "lab/statistics/quantile.h"

namespace lambent::lab {

enum class Verdict { kNoDifferenceSeen, kFaster, kSlower };
const char* to_string(Verdict verdict);  // "no difference seen", "faster", "slower"

// How the second of two samples differs from the first.
struct Difference {
    double median_before = 0;
    double median_after = 0;
    Interval of_medians;  // after - before
    double p_value = 1;   // of the rank test, corrected for the number of comparisons
    Verdict verdict = Verdict::kNoDifferenceSeen;

    double of_median() const { return median_after - median_before; }
};

struct Pair {
    Sample before;
    Sample after;
};

// The percentile bootstrap's interval for the difference of medians (after - before), of 10,000
// resamples. The same seed gives the same interval. Neither sample is empty; both sorted.
Interval median_difference_interval(const Sample& before, const Sample& after, std::uint64_t seed);

// Compares each pair, all at once: faster or slower is said only when the rank test's p-value is
// below 5 % after Holm's correction and the interval of the difference leaves out zero. A pair with
// an empty sample is never different.
std::vector<Difference> compare(std::vector<Pair> pairs, std::uint64_t seed);

}  // namespace lambent::lab
