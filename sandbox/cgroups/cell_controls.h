#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/cell.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::sandbox {

// kHybrid: limits and counters of v1, but the freezer of a unified hierarchy beside it.
enum class CgroupDialect { kV1, kHybrid, kV2 };

// Short, so that a throttled function waits in many small pieces instead of one long one.
inline constexpr std::chrono::microseconds kCpuPeriod{20'000};

// What is written to cpu.cfs_quota_us (v1) or cpu.max (v2) for a limit.
std::string cpu_limit_text(CpuLimit limit, CgroupDialect dialect);
// The CPU time in the text of cpuacct.usage (v1) or cpu.stat (v2).
Result<std::chrono::microseconds> parse_cpu_time(std::string_view text, CgroupDialect dialect);
Result<std::uint64_t> parse_bytes(std::string_view text);

// Open files of one cell's control groups, with which the daemon turns and reads the cell without
// asking the launcher: one pread or pwrite each. Event loop's thread only.
class CellControls {
  public:
    // In the order in which they travel.
    static constexpr std::size_t kDescriptors = 4;  // cpu limit, freezer, memory peak, cpu usage

    CellControls(CgroupDialect dialect, std::array<UniqueFd, kDescriptors> files);

    Result<void> set_cpu(CpuLimit limit);
    Result<void> freeze();
    Result<void> thaw();
    Result<std::uint64_t> memory_peak_bytes() const;
    Result<std::chrono::microseconds> cpu_time() const;

  private:
    CgroupDialect dialect_;
    UniqueFd cpu_limit_;
    UniqueFd freezer_;
    UniqueFd memory_peak_;
    UniqueFd cpu_usage_;
};

}  // namespace lambent::sandbox
