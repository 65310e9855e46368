#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace lambent::triggers {

// How many batches of one mapping may be processed at once, as Lambda's pollers do it: five at
// first; while all of them are busy and more messages wait, 300 more a minute, up to 1,250 or to
// what the owner allows; five again when the queue is empty. A throttle halves them and makes
// everything wait, one second at first, twice as long each time in a row; each batch that is
// admitted then gives one back, up to five. Pure.
class PollerScaling {
  public:
    struct Limits {
        std::uint32_t start = 5;
        std::uint32_t max = 1'250;
        std::uint32_t per_minute = 300;
        std::chrono::milliseconds pause_min{1'000};
        std::chrono::milliseconds pause_max{60'000};
    };

    PollerScaling() : PollerScaling(Limits()) {}
    explicit PollerScaling(Limits limits);

    // The owner's maximum, from now on; nothing: none.
    void cap(std::optional<std::uint32_t> concurrency_max);

    std::uint32_t limit() const { return limit_; }
    // Nothing is received or begun before.
    SteadyTime resume_at() const { return resume_at_; }

    // Now and then, so that the limit grows: whether all are busy and there is more to do.
    void observe(bool saturated, SteadyTime now);
    void queue_empty();
    // Of batches that were begun before the pause, only the first makes a new one.
    void throttled(SteadyTime now);
    void admitted();

  private:
    std::uint32_t top() const;

    Limits limits_;
    std::optional<std::uint32_t> cap_;
    std::uint32_t limit_ = 0;
    double grown_ = 0;  // what has come together of the next one
    std::optional<SteadyTime> saturated_at_;
    std::chrono::milliseconds pause_{0};
    SteadyTime resume_at_{};
};

}  // namespace lambent::triggers
