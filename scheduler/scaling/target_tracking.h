#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace lambent::scheduler {

// The two alarms of a target tracking policy and what they lead to, as AWS documents it: more
// capacity once the utilisation was above the target for three minutes in a row, less once it was
// below 90 % of it for fifteen; then so much that the same use would meet the target, rounded up.
// A minute without calls has no utilisation, as in AWS: it ends the row. Pure: told each minute.
class TargetTracking {
  public:
    static constexpr int kMinutesHigh = 3;
    static constexpr int kMinutesLow = 15;
    static constexpr double kLowShare = 0.9;

    struct Aim {
        double target = 0;
        std::chrono::seconds out_cooldown{0};
        std::chrono::seconds in_cooldown{0};
        bool scale_in = true;
    };
    enum class Direction { kOut, kIn };
    struct Step {
        Direction direction = Direction::kOut;
        std::uint32_t capacity = 0;
    };

    explicit TargetTracking(Aim aim) : aim_(aim) {}

    // One minute has passed: its highest utilisation, if there was any, of `capacity` slots. What
    // the capacity should become, before any bounds; nothing when it stays.
    std::optional<Step> minute(
        std::optional<double> utilisation, std::uint32_t capacity, SteadyTime now
    );
    // The step was taken: its cooldown begins.
    void stepped(Direction direction, SteadyTime now);

  private:
    std::optional<Step> step(double utilisation, std::uint32_t capacity, SteadyTime now) const;

    Aim aim_;
    int minutes_high_ = 0;
    int minutes_low_ = 0;
    std::optional<SteadyTime> out_again_;
    std::optional<SteadyTime> in_again_;
};

}  // namespace lambent::scheduler
