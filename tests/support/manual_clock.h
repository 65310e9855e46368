#pragma once

#include "base/clock.h"

namespace lambent::tests {

// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
  public:
    SteadyTime steady_now() const override { return steady_; }
    WallTime wall_now() const override { return wall_; }

    void advance(std::chrono::nanoseconds by) {
        steady_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
        wall_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
    }
    void jump_wall(std::chrono::seconds by) { wall_ += by; }

  private:
    SteadyTime steady_{std::chrono::hours(1)};
    WallTime wall_ = from_unix_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z
};

}  // namespace lambent::tests
