#pragma once

#include "app/cli/doctor/machine.h"
#include "app/cli/measure/samples.h"

namespace lambent::cli {

// From /proc and /etc/os-release; what cannot be read stays empty.
MachineFacts machine_facts(const Machine& machine);

}  // namespace lambent::cli
