#include "scheduler/crowding.h"

#include <algorithm>
#include <limits>

namespace lambent::scheduler {
namespace {

// So many are always worth it: a handler that is done leaves its environment idle until the daemon
// has heard of it.
constexpr std::size_t kAlwaysWorth = 4;
constexpr std::size_t kInReserve = 2;
constexpr int kCallsRemembered = 32;  // calls that an average looks back on

}  // namespace

void Crowding::call_ended(Time in_flight, Time in_handler) {
    if (in_handler.count() <= 0) {
        forget();
        return;
    }
    const Time told = std::min(in_handler, in_flight);
    if (in_flight_.count() == 0) {
        in_flight_ = in_flight;
        in_handler_ = told;
        return;
    }
    in_flight_ += (in_flight - in_flight_) / kCallsRemembered;
    in_handler_ += (told - in_handler_) / kCallsRemembered;
}

std::size_t Crowding::worth(std::size_t busy) const {
    if (in_flight_.count() == 0) {
        return std::numeric_limits<std::size_t>::max();
    }
    const auto in_flight = static_cast<double>(std::max<Time::rep>(in_flight_.count(), 1));
    const double share = static_cast<double>(in_handler_.count()) / in_flight;
    const double half_more = 1.5 * share * static_cast<double>(busy);
    return std::max(kAlwaysWorth, static_cast<std::size_t>(half_more) + kInReserve);
}

}  // namespace lambent::scheduler
