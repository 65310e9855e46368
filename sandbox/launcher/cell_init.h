#pragma once

#include "sandbox/launcher/cell_plan.h"

namespace lambent::sandbox {

// The life of a cell's first process, entered right after clone3: builds the walls that need root,
// starts the main process, gives up everything, and reaps until the main process has ended. Neither
// this nor run_guest allocates, locks or throws.
[[noreturn]] void run_init(const CellPlan& plan);

// The main process: gives up every privilege and becomes the guest's program. `proc` is a writable
// mount of the cell's own /proc that is attached nowhere.
[[noreturn]] void run_guest(const CellPlan& plan, int proc);

}  // namespace lambent::sandbox
