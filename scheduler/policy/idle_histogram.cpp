#include "scheduler/policy/idle_histogram.h"

#include "base/result.h"

#include <algorithm>
#include <cmath>

namespace lambent::scheduler {
using std::chrono::minutes;

void IdleHistogram::add(minutes idle, minutes range) {
    if (in_bounds_ + out_of_bounds_ >= kSamplesMax) {
        halve();
    }
    if (idle >= range) {
        out_of_bounds_ += 1;
        return;
    }
    const auto minute = static_cast<std::uint16_t>(idle.count());
    const auto below = [](const Bin& bin, std::uint16_t wanted) {
        return bin.minute < wanted;
    };
    auto bin = std::lower_bound(bins_.begin(), bins_.end(), minute, below);
    if (bin == bins_.end() || bin->minute != minute) {
        bin = bins_.insert(bin, Bin{minute, 0});
    }
    squares_ += 2 * std::uint64_t{bin->count} + 1;
    bin->count += 1;
    in_bounds_ += 1;
}

void IdleHistogram::halve() {
    in_bounds_ = 0;
    squares_ = 0;
    out_of_bounds_ /= 2;
    for (Bin& bin : bins_) {
        bin.count /= 2;
        in_bounds_ += bin.count;
        squares_ += std::uint64_t{bin.count} * bin.count;
    }
    std::erase_if(bins_, [](const Bin& bin) { return bin.count == 0; });
}

double IdleHistogram::out_of_bounds_share() const {
    const std::uint32_t all = in_bounds_ + out_of_bounds_;
    return all == 0 ? 0 : static_cast<double>(out_of_bounds_) / all;
}

double IdleHistogram::variation(minutes range) const {
    if (in_bounds_ == 0) {
        return 0;
    }
    const auto bins = static_cast<double>(range.count());
    const double mean = in_bounds_ / bins;
    const double variance = static_cast<double>(squares_) / bins - mean * mean;
    return std::sqrt(std::max(variance, 0.0)) / mean;
}

minutes IdleHistogram::percentile(double share) const {
    LAMBENT_ASSERT(in_bounds_ > 0);
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * in_bounds_)));
    std::uint64_t seen = 0;
    for (const Bin& bin : bins_) {
        seen += bin.count;
        if (seen >= rank) {
            return minutes(bin.minute);
        }
    }
    return minutes(bins_.back().minute);
}

}  // namespace lambent::scheduler
