#pragma once

#include <vector>

#include "lab/statistics/quantile.h"

namespace lambent::lab {

struct RankTest {
    double u = 0;        // pairs in which the first sample's value is the larger; ties count a half
    double p_value = 1;  // two-sided
};

// The Mann-Whitney U test: could both samples come from one distribution? It looks at ranks alone,
// so that a few very slow calls do not decide. Exact for small samples without ties; else the
// normal approximation with the correction for ties and for continuity. An empty sample, or values
// that are all the same, prove nothing: 1.
RankTest rank_test(const Sample& first, const Sample& second);

// Holm's correction: what the p-values of many tests at once are worth, in the order given. Without
// it, of twenty comparisons of equal things one would look significant.
std::vector<double> holm(const std::vector<double>& p_values);

}  // namespace lambent::lab
