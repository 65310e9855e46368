#include "app/cli/measure/page/axis.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lambent::cli {
namespace {

constexpr double kSlack = 1e-9;  // a tick on the very end belongs to the axis

std::vector<double> linear_ticks(double first, double last) {
    constexpr double kAbout = 4;
    const double step = round_up((last - first) / kAbout);
    std::vector<double> ticks;
    for (double tick = std::ceil(first / step) * step; tick <= last * (1 + kSlack); tick += step) {
        ticks.push_back(tick);
    }
    return ticks;
}

// Powers of ten and, on short axes, what lies at 2 and 5 of them.
std::vector<double> logarithmic_ticks(double first, double last) {
    constexpr double kLong = 1'000;
    const bool is_long = last / first >= kLong;
    std::vector<double> ticks;
    for (double power = std::pow(10, std::floor(std::log10(first))); power <= last; power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double tick = power * digit;
            const bool inside = tick >= first * (1 - kSlack) && tick <= last * (1 + kSlack);
            if (inside && (digit == 1.0 || !is_long)) {
                ticks.push_back(tick);
            }
        }
    }
    return ticks;
}

}  // namespace

Axis::Axis(Kind kind, double first, double last, double begin, double end)
    : kind_(kind), first_(first), last_(last), begin_(begin), end_(end) {
    if (kind_ == Kind::kLogarithmic) {
        first_ = std::max(first_, 1.0);
        last_ = std::max(last_, first_ * 1.1);
        ticks_ = logarithmic_ticks(first_, last_);
    } else {
        last_ = last_ > first_ ? last_ : first_ + 1;
        ticks_ = linear_ticks(first_, last_);
    }
}

double Axis::scaled(double value) const {
    return kind_ == Kind::kLogarithmic ? std::log(std::max(value, 1.0)) : value;
}

double Axis::at(double value) const {
    const double share = (scaled(value) - scaled(first_)) / (scaled(last_) - scaled(first_));
    return begin_ + std::clamp(share, 0.0, 1.0) * (end_ - begin_);
}

double round_up(double value) {
    if (value <= 0) {
        return 1;
    }
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double digit : {1.0, 2.0, 2.5, 5.0, 10.0}) {
        if (power * digit >= value * (1 - kSlack)) {
            return power * digit;
        }
    }
    return power * 10;
}

}  // namespace lambent::cli
