#pragma once

#include <vector>

namespace lambent::cli {

// Places values on a line: linear or logarithmic, from `first` to `last`, drawn from `begin` to
// `end`.
class Axis {
  public:
    enum class Kind { kLinear, kLogarithmic };
    Axis(Kind kind, double first, double last, double begin, double end);

    double at(double value) const;
    // Round values between the ends, a handful of them, for marks beside the axis.
    const std::vector<double>& ticks() const { return ticks_; }

  private:
    double scaled(double value) const;

    Kind kind_;
    double first_;
    double last_;
    double begin_;
    double end_;
    std::vector<double> ticks_;
};

// Not less than the value, with one digit that is 1, 2 or 5 (or 2.5).
double round_up(double value);

}  // namespace lambent::cli
