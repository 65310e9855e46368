#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::triggers {

// One message on its way into a function: what is needed of it once its record is written.
struct BatchItem {
    std::string id;
    std::string receipt_handle;
    std::string group_id;  // of FIFO queues
    std::string trace_header;
    std::string record;  // as it will stand in the event
};

// The messages of one invocation, in the queue's order.
struct Batch {
    std::vector<BatchItem> items;
    SteadyTime received;  // when the first of them was
};

}  // namespace lambent::triggers
