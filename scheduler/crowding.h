#pragma once

#include <chrono>
#include <cstddef>

namespace lambent::scheduler {

// How many environments of one function are worth having busy at once. A call is in flight from
// the moment its event leaves until its answer is whole, but in the handler only for as long as
// the guest says; the rest of the time it waits for a processor, in its cell or here. By Little's
// law the share of the one in the other, times the calls in flight, is how many handlers really
// run or wait for something of their own. More busy environments than that, and some in reserve,
// only wait beside each other, with cold caches and code that was not compiled yet. Handlers that
// sleep are in the handler nearly all the time, and so are those that share a processor and compute
// for long: these are never too many. A guest that lies deceives its own function alone.
// Pure. One per function, owned by its FreeOrBoot.
class Crowding {
  public:
    using Time = std::chrono::nanoseconds;

    // `in_handler`: as the guest said; 0: it said nothing.
    void call_ended(Time in_flight, Time in_handler);
    void forget() { in_flight_ = in_handler_ = Time(0); }
    // Of `busy` environments at once; `busy` or more where nothing is known.
    std::size_t worth(std::size_t busy) const;

  private:
    Time in_flight_{0};  // moving averages over the same calls; 0: none yet
    Time in_handler_{0};
};

}  // namespace lambent::scheduler
