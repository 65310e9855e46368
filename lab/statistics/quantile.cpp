#include "lab/statistics/quantile.h"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>

namespace lambent::lab {
namespace {

constexpr double kTail = 0.025;  // on each side of 95 %

// The smallest j with P(Binomial(n, j/n) >= k) >= share; that probability is I_{j/n}(k, n-k+1).
std::int64_t value_at(const Sample& sorted, double k, double share) {
    const auto n = static_cast<double>(sorted.size());
    const double j = std::ceil(boost::math::ibeta_inv(k, n - k + 1, share) * n);
    return sorted[static_cast<std::size_t>(std::clamp(j, 1.0, n)) - 1];
}

}  // namespace

std::size_t rank_of(double share, std::size_t count) {
    constexpr double kRounding = 1e-9;  // 0.99 * 100 is a little more than 99
    const double rank = std::ceil(share * static_cast<double>(count) - kRounding);
    return std::clamp<std::size_t>(static_cast<std::size_t>(std::max(rank, 1.0)), 1, count);
}

std::int64_t quantile(const Sample& sorted, double share) {
    return sorted.at(rank_of(share, sorted.size()) - 1);
}

Interval quantile_interval(const Sample& sorted, double share) {
    const auto k = static_cast<double>(rank_of(share, sorted.size()));
    return {
        static_cast<double>(value_at(sorted, k, kTail)),
        static_cast<double>(value_at(sorted, k, 1 - kTail))};
}

}  // namespace lambent::lab
