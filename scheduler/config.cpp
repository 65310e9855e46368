#include "scheduler/config.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

namespace lambent::scheduler {

SchedulerConfig SchedulerConfig::for_this_machine() {
    SchedulerConfig config;
    config.boots_max = std::max(4U, 2 * std::thread::hardware_concurrency());
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page_bytes = ::sysconf(_SC_PAGESIZE);
    if (pages > 0 && page_bytes > 0) {
        const auto machine_mb =
            static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) >> 20;
        config.memory_budget_mb = std::max<std::uint64_t>(512, machine_mb / 4 * 3);
    }
    return config;
}

}  // namespace lambent::scheduler
