#include "scheduler/scaling/target_tracking.h"

#include <cmath>

namespace lambent::scheduler {

std::optional<TargetTracking::Step> TargetTracking::minute(
    std::optional<double> utilisation, std::uint32_t capacity, SteadyTime now
) {
    const bool is_high = utilisation && *utilisation > aim_.target;
    const bool is_low = utilisation && *utilisation < aim_.target * kLowShare;
    minutes_high_ = is_high ? minutes_high_ + 1 : 0;
    minutes_low_ = is_low ? minutes_low_ + 1 : 0;
    return utilisation ? step(*utilisation, capacity, now) : std::nullopt;
}

// An alarm that stays asks again each minute.
std::optional<TargetTracking::Step> TargetTracking::step(
    double utilisation, std::uint32_t capacity, SteadyTime now
) const {
    const auto wanted =
        static_cast<std::uint32_t>(std::ceil(capacity * utilisation / aim_.target - 1e-9));
    if (minutes_high_ >= kMinutesHigh && wanted > capacity && (!out_again_ || now >= *out_again_)) {
        return Step{Direction::kOut, wanted};
    }
    if (minutes_low_ >= kMinutesLow && wanted < capacity && aim_.scale_in &&
        (!in_again_ || now >= *in_again_)) {
        return Step{Direction::kIn, wanted};
    }
    return std::nullopt;
}

void TargetTracking::stepped(Direction direction, SteadyTime now) {
    if (direction == Direction::kOut) {
        out_again_ = now + aim_.out_cooldown;
    } else {
        in_again_ = now + aim_.in_cooldown;
    }
}

}  // namespace lambent::scheduler
