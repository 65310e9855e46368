#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lab/simulate/trace.h"

namespace lambent::lab {

// Durations of a function as published: milliseconds at these percentiles.
inline constexpr std::array<double, 7> kDurationShares{0, 0.01, 0.25, 0.50, 0.75, 0.99, 1};
using DurationCurve = std::array<float, kDurationShares.size()>;

// The duration at a share between 0 and 1, straight between the known ones; microseconds.
std::uint32_t duration_at(const DurationCurve& curve, double share);

// A trace that knows how many calls a function has in a minute. Where in the minute they lie and
// how long they take follows from the seed: a timer's calls are spread evenly, the same in every
// minute; others are anywhere. Takes about four bytes for each minute in which a function is
// called.
class MinuteTrace final : public Trace {
  public:
    struct Function {
        TraceFunction settings;
        DurationCurve durations{};
        bool is_timer = false;
    };
    explicit MinuteTrace(std::uint64_t seed) : seed_(seed) {}

    std::uint32_t add_function();
    Function& at(std::uint32_t index) { return functions_.at(index); }
    void add_calls(std::uint32_t function, std::size_t minute, std::uint32_t count);
    // The trace lasts this long although nothing may be called at its end.
    void last_at_least(std::size_t minutes);

    std::size_t function_count() const override { return functions_.size(); }
    TraceFunction function(std::uint32_t index) const override {
        return functions_.at(index).settings;
    }
    std::int64_t end_us() const override;
    bool next(std::vector<TraceCall>& calls) override;
    void rewind() override { minute_ = 0; }

  private:
    void spread(std::uint32_t function, std::uint32_t count, std::vector<TraceCall>& calls) const;

    std::uint64_t seed_;
    std::vector<Function> functions_;
    std::vector<std::vector<std::uint8_t>> minutes_;  // pairs of function and count, as varints
    std::size_t minute_ = 0;
};

}  // namespace lambent::lab
