#include "lab/simulate/minute_trace.h"

#include <algorithm>
#include <limits>

namespace lambent::lab {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

// SplitMix64: good enough to spread calls, and the same everywhere.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
        return mixed ^ (mixed >> 31);
    }
    // Below `bound`, which is far below 2^32.
    std::uint64_t below(std::uint64_t bound) { return ((next() >> 32) * bound) >> 32; }
    double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  private:
    std::uint64_t state_;
};

void put_varint(std::vector<std::uint8_t>& bytes, std::uint32_t number) {
    while (number >= 0x80) {
        bytes.push_back(static_cast<std::uint8_t>(number | 0x80));
        number >>= 7;
    }
    bytes.push_back(static_cast<std::uint8_t>(number));
}

std::uint32_t get_varint(const std::uint8_t*& at) {
    std::uint32_t number = 0;
    for (int shift = 0;; shift += 7) {
        const std::uint8_t byte = *at++;
        number |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
        if (byte < 0x80) {
            return number;
        }
    }
}

}  // namespace

std::uint32_t duration_at(const DurationCurve& curve, double share) {
    std::size_t upper = 1;
    while (upper + 1 < curve.size() && share > kDurationShares.at(upper)) {
        ++upper;
    }
    const double from = kDurationShares.at(upper - 1);
    const double part = (share - from) / (kDurationShares.at(upper) - from);
    const auto low = static_cast<double>(curve.at(upper - 1));
    const double us = (low + part * (static_cast<double>(curve.at(upper)) - low)) * 1'000;
    constexpr double kMax = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp(us, 0.0, kMax));
}

std::uint32_t MinuteTrace::add_function() {
    functions_.emplace_back();
    return static_cast<std::uint32_t>(functions_.size() - 1);
}

void MinuteTrace::add_calls(std::uint32_t function, std::size_t minute, std::uint32_t count) {
    last_at_least(minute + 1);
    put_varint(minutes_[minute], function);
    put_varint(minutes_[minute], count);
}

void MinuteTrace::last_at_least(std::size_t minutes) {
    if (minutes_.size() < minutes) {
        minutes_.resize(minutes);
    }
}

std::int64_t MinuteTrace::end_us() const {
    return static_cast<std::int64_t>(minutes_.size()) * kMinuteUs;
}

bool MinuteTrace::next(std::vector<TraceCall>& calls) {
    calls.clear();
    if (minute_ >= minutes_.size()) {
        return false;
    }
    const std::vector<std::uint8_t>& bytes = minutes_[minute_];
    for (const std::uint8_t* at = bytes.data(); at != bytes.data() + bytes.size();) {
        const std::uint32_t function = get_varint(at);
        spread(function, get_varint(at), calls);
    }
    std::sort(calls.begin(), calls.end());
    minute_ += 1;
    return true;
}

void MinuteTrace::spread(std::uint32_t function, std::uint32_t count, std::vector<TraceCall>& calls)
    const {
    const Function& settings = functions_[function];
    const std::uint64_t own_seed = Random(seed_ ^ (std::uint64_t{function} << 24)).next();
    Random random(own_seed + minute_);
    const std::int64_t begin = static_cast<std::int64_t>(minute_) * kMinuteUs;
    const std::uint64_t step = kMinuteUs / std::max(count, 1U);
    const std::uint64_t phase = Random(own_seed).below(std::max<std::uint64_t>(step, 1));
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t offset = settings.is_timer ? i * step + phase : random.below(kMinuteUs);
        const std::uint32_t duration = duration_at(settings.durations, random.share());
        calls.push_back({begin + static_cast<std::int64_t>(offset), function, duration});
    }
}

}  // namespace lambent::lab
