#pragma once

#include "runtime/logs/log_rows.h"

#include <cstdint>
#include <vector>

namespace lambent::runtime {

struct GroupBytes {
    std::int64_t group_id = 0;
    std::uint64_t bytes = 0;
};

// What each group must let go of so that together they lose `excess` bytes. All groups have the
// same right to the store: the largest are cut down to one common size, and who is smaller than
// that keeps everything. So a function that floods its log loses its own lines, nobody else's.
std::vector<RemovedBytes> shares_to_remove(std::vector<GroupBytes> groups, std::uint64_t excess);

}  // namespace lambent::runtime
