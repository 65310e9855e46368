#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

namespace lambent::sandbox {

// Reads the language runtimes' programs once, in a child at the lowest priority. What is in memory
// then is charged to the launcher: a cell that were the first to touch a page of node would find a
// hundred megabytes of it in its own peak. The first start is quicker, too.
// A pidfd that becomes readable when the child is through and can be reaped.
Result<UniqueFd> warm_runtime_files();

}  // namespace lambent::sandbox
