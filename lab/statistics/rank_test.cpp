#include "lab/statistics/rank_test.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lambent::lab {
namespace {

constexpr std::size_t kExactMax = 20;  // values in each sample

struct Ranked {
    double first_sum = 0;  // of the first sample's ranks; values that tie share their mean
    double ties = 0;       // sum of t³ - t over groups of t equal values
};

Ranked rank(const Sample& first, const Sample& second) {
    std::vector<std::pair<std::int64_t, bool>> all;
    all.reserve(first.size() + second.size());
    for (const std::int64_t value : first) {
        all.emplace_back(value, true);
    }
    for (const std::int64_t value : second) {
        all.emplace_back(value, false);
    }
    std::sort(all.begin(), all.end());
    Ranked ranked;
    for (std::size_t begin = 0; begin < all.size();) {
        std::size_t end = begin;
        double of_first = 0;
        while (end < all.size() && all[end].first == all[begin].first) {
            of_first += all[end].second ? 1 : 0;
            ++end;
        }
        const auto group = static_cast<double>(end - begin);
        ranked.first_sum += of_first * (static_cast<double>(begin + end + 1) / 2);
        ranked.ties += group * group * group - group;
        begin = end;
    }
    return ranked;
}

// In how many of all orders of n and m values U is at most `u`, as a share. ways[v] counts the
// orders with U = v; it is the product of (1 - x^(m+i)) / (1 - x^i) over i = 1..n.
double share_up_to(double u, std::size_t n, std::size_t m) {
    std::vector<double> ways(n * m + 1, 0);
    ways[0] = 1;
    for (std::size_t i = 1; i <= n; ++i) {
        for (std::size_t v = ways.size(); v-- > m + i;) {
            ways[v] -= ways[v - m - i];
        }
        for (std::size_t v = i; v < ways.size(); ++v) {
            ways[v] += ways[v - i];
        }
    }
    const auto end = ways.begin() + static_cast<std::ptrdiff_t>(std::floor(u)) + 1;
    return std::accumulate(ways.begin(), end, 0.0) / std::accumulate(ways.begin(), ways.end(), 0.0);
}

double by_normal(double u, double n, double m, double ties) {
    const double all = n + m;
    const double variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
    if (variance <= 0) {
        return 1;
    }
    const double away = std::max(std::abs(u - n * m / 2) - 0.5, 0.0);
    return std::erfc(away / std::sqrt(2 * variance));
}

}  // namespace

RankTest rank_test(const Sample& first, const Sample& second) {
    RankTest test;
    if (first.empty() || second.empty()) {
        return test;
    }
    const auto n = static_cast<double>(first.size());
    const auto m = static_cast<double>(second.size());
    const Ranked ranked = rank(first, second);
    test.u = ranked.first_sum - n * (n + 1) / 2;
    if (ranked.ties == 0 && std::max(first.size(), second.size()) <= kExactMax) {
        const double smaller = std::min(test.u, n * m - test.u);
        test.p_value = std::min(1.0, 2 * share_up_to(smaller, first.size(), second.size()));
    } else {
        test.p_value = by_normal(test.u, n, m, ranked.ties);
    }
    return test;
}

std::vector<double> holm(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return p_values[a] < p_values[b];
    });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto left = static_cast<double>(order.size() - i);
        largest = std::max(largest, std::min(1.0, p_values[order[i]] * left));
        adjusted[order[i]] = largest;
    }
    return adjusted;
}

}  // namespace lambent::lab
