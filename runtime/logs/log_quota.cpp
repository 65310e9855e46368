#include "runtime/logs/log_quota.h"

#include <algorithm>

namespace lambent::runtime {
namespace {

// The common size: what the largest are above it comes to `excess` or, by the division's rest, a
// little more. `groups` are in order, the largest first.
std::uint64_t common_size(const std::vector<GroupBytes>& groups, std::uint64_t excess) {
    std::uint64_t total = 0;
    for (std::size_t largest = 0; largest < groups.size(); ++largest) {
        total += groups[largest].bytes;
        const std::uint64_t next = largest + 1 < groups.size() ? groups[largest + 1].bytes : 0;
        const std::uint64_t size = total > excess ? (total - excess) / (largest + 1) : 0;
        if (size >= next) {
            return size;
        }
    }
    return 0;
}

}  // namespace

std::vector<RemovedBytes> shares_to_remove(std::vector<GroupBytes> groups, std::uint64_t excess) {
    std::vector<RemovedBytes> shares;
    if (excess == 0) {
        return shares;
    }
    std::sort(groups.begin(), groups.end(), [](const GroupBytes& a, const GroupBytes& b) {
        return a.bytes > b.bytes;
    });
    const std::uint64_t size = common_size(groups, excess);
    for (const GroupBytes& group : groups) {
        if (group.bytes > size) {
            shares.push_back({group.group_id, group.bytes - size});
        }
    }
    return shares;
}

}  // namespace lambent::runtime
