#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>

namespace lambent::sandbox {

// Sends SIGKILL to every process in the group whose directory is given, through pidfds that are
// checked to belong to it still; how many there were.
Result<std::size_t> kill_group_members(int directory);

// Repeats that until nothing is left; false when something does not go away in time.
bool kill_until_empty(int directory);

}  // namespace lambent::sandbox
