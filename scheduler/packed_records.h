#pragma once

#include "base/result.h"
#include "scheduler/invocation.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::scheduler {

// Records on their way to disk, packed one behind the other: a busy daemon has tens of thousands a
// second, and one blob for many costs a hundredth of a row for each.
void pack(const InvocationRecord& record, std::string& into);

// In the order in which they were packed. kCorrupted when the bytes are no records.
Result<std::vector<InvocationRecord>> unpack_records(std::string_view packed);

}  // namespace lambent::scheduler
