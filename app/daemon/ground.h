#pragma once

#include "app/daemon/daemon.h"
#include "app/daemon/stores.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/stepped_clock.h"

#include <boost/asio/any_io_executor.hpp>

namespace lambent::app {

struct Clocks {
    const Clock& machine;
    SteppedClock* stepped;  // what triggers go by, if not by the machine's; may be null
    const Clock& of_triggers() const { return stepped != nullptr ? *stepped : machine; }
};

// What every floor of the house stands on; all of it outlives the house.
struct Ground {
    boost::asio::any_io_executor loop;
    const DaemonOptions& options;
    Clocks clocks;
    Stores& stores;
    const Logger& log;

    Logger log_of(const char* room) const { return log.with({{"room", room}}); }
};

}  // namespace lambent::app
