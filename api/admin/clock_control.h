#pragma once

#include "api/wire/service.h"
#include "base/clock.h"
#include "base/stepped_clock.h"

namespace lambent::api::admin {

// The clock that triggers obey, as `lambent clock` sees and moves it. Owned by AdminService.
class ClockControl {
  public:
    // `stepped`: the same clock where it may be moved, else null.
    ClockControl(const Clock& clock, SteppedClock* stepped) : clock_(clock), stepped_(stepped) {}

    http::Response now() const;
    // ?ms=: answers once all that falls into that time has happened.
    Task<http::Response> advance(Request request);

  private:
    const Clock& clock_;
    SteppedClock* stepped_;
};

}  // namespace lambent::api::admin
