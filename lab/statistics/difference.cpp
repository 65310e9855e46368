#include "lab/statistics/difference.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "lab/statistics/rank_test.h"

namespace lambent::lab {
namespace {

constexpr std::size_t kResamples = 10'000;
constexpr double kMedian = 0.5;
constexpr double kSignificant = 0.05;

// The median of a resample, without drawing all of it: the k-th smallest of n uniform numbers is
// Beta(k, n-k+1) distributed, and a uniform number u draws the value with the index n·u.
class ResampledMedian {
  public:
    explicit ResampledMedian(const Sample& sorted)
        : sorted_(sorted),
          below_(static_cast<double>(rank_of(kMedian, sorted.size()))),
          above_(static_cast<double>(sorted.size() + 1 - rank_of(kMedian, sorted.size()))) {}

    double draw(std::mt19937_64& random) {
        const double x = below_(random);
        const double y = above_(random);
        const double at = std::floor(x / (x + y) * static_cast<double>(sorted_.size()));
        const auto index = std::min(static_cast<std::size_t>(at), sorted_.size() - 1);
        return static_cast<double>(sorted_[index]);
    }

  private:
    const Sample& sorted_;
    std::gamma_distribution<double> below_;
    std::gamma_distribution<double> above_;
};

Difference difference_of(const Pair& pair, double p_value, std::uint64_t seed) {
    Difference difference;
    difference.median_before = static_cast<double>(quantile(pair.before, kMedian));
    difference.median_after = static_cast<double>(quantile(pair.after, kMedian));
    difference.of_medians = median_difference_interval(pair.before, pair.after, seed);
    difference.p_value = p_value;
    if (p_value < kSignificant && difference.of_medians.low > 0) {
        difference.verdict = Verdict::kSlower;
    } else if (p_value < kSignificant && difference.of_medians.high < 0) {
        difference.verdict = Verdict::kFaster;
    }
    return difference;
}

}  // namespace

const char* to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::kFaster:
            return "faster";
        case Verdict::kSlower:
            return "slower";
        case Verdict::kNoDifferenceSeen:
            break;
    }
    return "no difference seen";
}

Interval median_difference_interval(const Sample& before, const Sample& after, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    ResampledMedian old_median(before);
    ResampledMedian new_median(after);
    std::vector<double> differences(kResamples);
    for (double& difference : differences) {
        const double old_one = old_median.draw(random);
        difference = new_median.draw(random) - old_one;
    }
    std::sort(differences.begin(), differences.end());
    return {
        differences[kResamples / 40], differences[kResamples - 1 - kResamples / 40]};  // 2.5 % each
}

std::vector<Difference> compare(std::vector<Pair> pairs, std::uint64_t seed) {
    std::vector<double> p_values;
    for (Pair& pair : pairs) {
        std::sort(pair.before.begin(), pair.before.end());
        std::sort(pair.after.begin(), pair.after.end());
        p_values.push_back(rank_test(pair.before, pair.after).p_value);
    }
    p_values = holm(p_values);
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const bool empty = pairs[i].before.empty() || pairs[i].after.empty();
        differences.push_back(empty ? Difference() : difference_of(pairs[i], p_values[i], seed));
    }
    return differences;
}

}  // namespace lambent::lab
