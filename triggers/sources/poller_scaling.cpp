#include "triggers/sources/poller_scaling.h"

#include <algorithm>
#include <cmath>

namespace lambent::triggers {

PollerScaling::PollerScaling(Limits limits) : limits_(limits), limit_(limits.start) {}

std::uint32_t PollerScaling::top() const {
    return std::min(limits_.max, cap_.value_or(limits_.max));
}

void PollerScaling::cap(std::optional<std::uint32_t> concurrency_max) {
    cap_ = concurrency_max;
    limit_ = std::min(std::max(limit_, limits_.start), top());
}

void PollerScaling::observe(bool saturated, SteadyTime now) {
    if (!saturated) {
        saturated_at_.reset();
        grown_ = 0;
        return;
    }
    if (saturated_at_ && now > resume_at_) {
        const std::chrono::duration<double> busy = now - *saturated_at_;
        grown_ += busy.count() * limits_.per_minute / 60;
        const double whole = std::floor(std::min<double>(grown_, top()));
        limit_ = std::min(limit_ + static_cast<std::uint32_t>(whole), top());
        grown_ -= std::floor(grown_);
    }
    saturated_at_ = now;
}

void PollerScaling::queue_empty() {
    limit_ = std::min({limit_, limits_.start, top()});
    grown_ = 0;
    saturated_at_.reset();
}

void PollerScaling::throttled(SteadyTime now) {
    if (now < resume_at_) {
        return;
    }
    limit_ = std::max<std::uint32_t>(limit_ / 2, 1);
    pause_ = std::clamp(pause_ * 2, limits_.pause_min, limits_.pause_max);
    resume_at_ = now + pause_;
    grown_ = 0;
    saturated_at_.reset();
}

void PollerScaling::admitted() {
    pause_ = std::chrono::milliseconds(0);
    if (limit_ < std::min(limits_.start, top())) {
        ++limit_;
    }
}

}  // namespace lambent::triggers
