#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lambent::scheduler {

// How long a function was idle before each of its calls, in bins of one minute up to a range; what
// was longer is counted as out of bounds. Takes memory only for minutes that occurred. Counts are
// halved when there are very many, so that habits of long ago fade. A value; pure.
class IdleHistogram {
  public:
    static constexpr std::uint32_t kSamplesMax = 1U << 16;

    void add(std::chrono::minutes idle, std::chrono::minutes range);

    std::uint32_t in_bounds() const { return in_bounds_; }
    std::uint32_t out_of_bounds() const { return out_of_bounds_; }
    double out_of_bounds_share() const;
    // Coefficient of variation of the counts of all bins, empty ones included: 0 when every minute
    // is equally likely, large when few minutes hold everything. 0 without samples.
    double variation(std::chrono::minutes range) const;
    // The minute in which the sample of that rank lies (the smallest with at least `share` of the
    // samples in bounds at or below it). There are samples in bounds.
    std::chrono::minutes percentile(double share) const;

  private:
    struct Bin {
        std::uint16_t minute = 0;
        std::uint32_t count = 0;
    };
    void halve();

    std::vector<Bin> bins_;  // ascending, none empty
    std::uint32_t in_bounds_ = 0;
    std::uint32_t out_of_bounds_ = 0;
    std::uint64_t squares_ = 0;  // sum of count^2
};

}  // namespace lambent::scheduler
