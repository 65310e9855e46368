#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <random>

#include "lab/statistics/difference.h"
#include "lab/statistics/quantile.h"
#include "lab/statistics/rank_test.h"

using namespace lambent::lab;

namespace {

Sample some_times(std::size_t count, double median_us, unsigned seed) {
    std::mt19937 random(seed);
    std::lognormal_distribution<double> times(std::log(median_us), 0.3);
    Sample sample(count);
    std::generate(sample.begin(), sample.end(), [&] { return std::llround(times(random)); });
    std::sort(sample.begin(), sample.end());
    return sample;
}

Sample resample(const Sample& sample, std::mt19937& random) {
    Sample drawn(sample.size());
    std::uniform_int_distribution<std::size_t> index(0, sample.size() - 1);
    std::generate(drawn.begin(), drawn.end(), [&] { return sample[index(random)]; });
    std::sort(drawn.begin(), drawn.end());
    return drawn;
}

// The share of all ways to deal the values into two hands whose ranks lie as far apart or further.
double by_permutation(const Sample& first, const Sample& second) {
    Sample all = first;
    all.insert(all.end(), second.begin(), second.end());
    const double middle = static_cast<double>(first.size() * second.size()) / 2;
    const double seen = std::abs(rank_test(first, second).u - middle);
    std::vector<bool> mine(all.size(), false);
    std::fill(mine.end() - static_cast<std::ptrdiff_t>(first.size()), mine.end(), true);
    double as_far = 0;
    double deals = 0;
    do {
        Sample one;
        Sample other;
        for (std::size_t i = 0; i < all.size(); ++i) {
            (mine[i] ? one : other).push_back(all[i]);
        }
        deals += 1;
        as_far += std::abs(rank_test(one, other).u - middle) >= seen ? 1 : 0;
    } while (std::next_permutation(mine.begin(), mine.end()));
    return as_far / deals;
}

}  // namespace

TEST_CASE("A quantile is a value that was measured", "[lab][statistics]") {
    Sample hundred(100);
    std::iota(hundred.begin(), hundred.end(), 1);
    CHECK(quantile(hundred, 0.50) == 50);
    CHECK(quantile(hundred, 0.90) == 90);
    CHECK(quantile(hundred, 0.99) == 99);
    CHECK(quantile({7, 8, 9}, 0.5) == 8);
    CHECK(quantile({7, 8}, 0.5) == 7);
    CHECK(quantile({7}, 0.99) == 7);
}

TEST_CASE("A quantile's interval is the percentile bootstrap's", "[lab][statistics]") {
    for (const std::size_t count : {11U, 50U, 501U}) {
        const Sample sample = some_times(count, 1'000, 3);
        const double share = GENERATE(0.5, 0.9);
        std::mt19937 random(5);
        Sample medians;
        for (int i = 0; i < 20'000; ++i) {
            medians.push_back(quantile(resample(sample, random), share));
        }
        std::sort(medians.begin(), medians.end());
        const Interval exact = quantile_interval(sample, share);
        // A resampled bound may fall on a neighbour: compare the share of medians beyond it.
        const auto below = std::lower_bound(medians.begin(), medians.end(), exact.low);
        const auto above = std::upper_bound(medians.begin(), medians.end(), exact.high);
        CHECK(below - medians.begin() <= 20'000 * 0.03);
        CHECK(medians.end() - above <= 20'000 * 0.03);
        CHECK(
            std::upper_bound(medians.begin(), medians.end(), exact.low) - medians.begin() >=
            20'000 * 0.02
        );
    }
}

TEST_CASE("A median's interval holds it 95 times of 100", "[lab][statistics]") {
    int held = 0;
    for (unsigned seed = 0; seed < 400; ++seed) {
        const Interval interval = quantile_interval(some_times(60, 1'000, seed), 0.5);
        held += interval.low <= 1'000 && 1'000 <= interval.high ? 1 : 0;
    }
    CHECK(held >= 400 * 0.91);
    CHECK(held <= 400 * 0.99);
}

TEST_CASE("Intervals of degenerate samples are what there is", "[lab][statistics]") {
    CHECK(quantile_interval({7}, 0.5) == Interval{7, 7});
    CHECK(quantile_interval({7, 7, 7, 7}, 0.99) == Interval{7, 7});
    const Sample few = {1, 2, 3, 40};
    CHECK(quantile_interval(few, 0.99).high == 40);
    CHECK(median_difference_interval({5}, {9}, 1) == Interval{4, 4});
}

TEST_CASE("The rank test gives published p-values", "[lab][statistics]") {
    SECTION("exact, without ties") {
        CHECK(rank_test({1, 2, 3}, {4, 5, 6}).p_value == Approx(0.1));
        CHECK(rank_test({6, 7, 8, 9, 10}, {1, 2, 3, 4, 5}).p_value == Approx(2.0 / 252));
        // Hollander and Wolfe's permeability of membranes: W = 35, one-sided p = 0.1272.
        const Sample at_term = {80, 83, 189, 104, 145, 138, 191, 164, 73, 146};
        const Sample early = {115, 88, 90, 74, 121};
        const RankTest test = rank_test(at_term, early);
        CHECK(test.u == 35);
        CHECK(test.p_value == Approx(2 * 0.1272).margin(0.0001));
        CHECK(rank_test(early, at_term).u == 15);
        CHECK(rank_test(early, at_term).p_value == Approx(test.p_value));
    }
    SECTION("the normal approximation, with and without ties") {
        const Sample tied = {1, 2, 2, 3, 3, 3, 4, 5};
        const Sample higher = {2, 3, 4, 4, 5, 5, 6, 6};
        CHECK(rank_test(tied, higher).p_value == Approx(by_permutation(tied, higher)).margin(0.01));
        Sample low(100);
        Sample high(100);
        std::iota(low.begin(), low.end(), 0);
        std::iota(high.begin(), high.end(), 20);
        high[0] = 19;  // U = 3201 against a mean of 5000
        const RankTest test = rank_test(low, high);
        CHECK(test.u == Approx(3'201));
        CHECK(test.p_value == Approx(1.1e-5).epsilon(0.1));
    }
}

TEST_CASE("The exact rank test is the share of permutations", "[lab][statistics]") {
    const Sample first = {3, 9, 14, 20, 21};
    const Sample second = {1, 5, 8, 10, 11, 12};
    CHECK(rank_test(first, second).p_value == Approx(by_permutation(first, second)));
}

TEST_CASE("The rank test of nothing proves nothing", "[lab][statistics]") {
    CHECK(rank_test({}, {1, 2}).p_value == 1);
    CHECK(rank_test({1}, {}).p_value == 1);
    CHECK(rank_test({1}, {2}).p_value == 1);
    CHECK(rank_test({4, 4, 4}, {4, 4}).p_value == 1);
    CHECK(rank_test(Sample(500, 7), Sample(500, 7)).p_value == 1);
}

TEST_CASE("Holm's correction multiplies the smallest p-value most", "[lab][statistics]") {
    const auto adjusted = holm({0.01, 0.04, 0.03, 0.005});
    CHECK(adjusted[3] == Approx(0.02));
    CHECK(adjusted[0] == Approx(0.03));
    CHECK(adjusted[2] == Approx(0.06));
    CHECK(adjusted[1] == Approx(0.06));  // never less than a smaller one's
    CHECK(holm({0.9, 0.8})[0] == 1);
    CHECK(holm({}).empty());
}

TEST_CASE("Comparisons say slower, faster or nothing", "[lab][statistics]") {
    const Sample before = some_times(200, 1'000, 1);
    std::vector<Pair> pairs;
    pairs.push_back({before, some_times(200, 1'200, 2)});
    pairs.push_back({before, some_times(200, 800, 3)});
    pairs.push_back({before, some_times(200, 1'000, 4)});
    pairs.push_back({before, {}});
    pairs.push_back({{10}, {20}});
    const auto differences = compare(pairs, 1);
    CHECK(differences[0].verdict == Verdict::kSlower);
    CHECK(differences[0].of_medians.low > 100);
    CHECK(differences[0].of_medians.high < 400);
    CHECK(differences[1].verdict == Verdict::kFaster);
    CHECK(differences[1].of_median() < -100);
    CHECK(differences[2].verdict == Verdict::kNoDifferenceSeen);
    CHECK(differences[2].of_medians.low < 0);
    CHECK(differences[2].of_medians.high > 0);
    CHECK(differences[3].verdict == Verdict::kNoDifferenceSeen);
    CHECK(differences[4].verdict == Verdict::kNoDifferenceSeen);  // one call each proves nothing
    CHECK(compare(pairs, 1)[0].of_medians == differences[0].of_medians);
}

TEST_CASE("Comparisons of equal things rarely cry wolf", "[lab][statistics]") {
    int wrong = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        std::vector<Pair> pairs;
        for (unsigned i = 0; i < 10; ++i) {
            const unsigned each = seed * 20 + 2 * i;
            pairs.push_back({some_times(40, 500, each), some_times(40, 500, each + 1)});
        }
        const auto differences = compare(pairs, seed);
        wrong += std::any_of(differences.begin(), differences.end(), [](const Difference& one) {
            return one.verdict != Verdict::kNoDifferenceSeen;
        });
    }
    CHECK(wrong <= 10);  // 5 of 100 are to be expected
}
