#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/cell.h"
#include "sandbox/cgroups/cell_controls.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lambent::sandbox {

// Who gets a processor that several cells want: one that yields runs only when the others do not.
enum class Precedence { kUsual, kYields };

struct CellLimits {
    std::uint64_t memory_bytes = 0;
    std::uint32_t processes_max = 0;
    CpuLimit cpu;
    Precedence precedence = Precedence::kUsual;
};

struct CellUsage {
    std::uint64_t memory_peak_bytes = 0;
    std::chrono::microseconds cpu_time{0};
};

// From the texts of the two files; zero what cannot be read.
CellUsage parse_usage(
    const Result<std::string>& peak, const Result<std::string>& cpu, CgroupDialect dialect
);

// Into cpu.idle; nothing where the kernel has none.
Result<void> write_precedence(const UniqueFd& cpu_idle, Precedence precedence);

using ControlFiles = std::array<UniqueFd, CellControls::kDescriptors>;

// One cell's control groups, made ahead of it. A lease: destruction removes them. Launcher only.
class CellGroup {
  public:
    CellGroup() = default;
    virtual ~CellGroup() = default;
    CellGroup(const CellGroup&) = delete;
    CellGroup& operator=(const CellGroup&) = delete;

    // Writes what differs from what was applied last.
    virtual Result<void> apply(const CellLimits& limits) = 0;

    // From here on the peak counts anew, where the kernel can do that.
    virtual void reset_peak() = 0;
    // The files that `apply` writes are held open from `prepare` to `rest`: a cell that nobody will
    // claim does without them. Both are optional.
    virtual Result<void> prepare() = 0;
    virtual void rest() = 0;

    // How a process gets in: born there (clone3 into a directory), or by writing "0" to each of
    // these files itself. A parent that writes the child's pid waits 11 ms for a kernel-wide lock.
    virtual int birth_directory() const = 0;  // -1 when there is none
    virtual Result<std::vector<UniqueFd>> open_entries() const = 0;

    // What the daemon gets to turn and read the cell with.
    virtual Result<ControlFiles> open_controls() const = 0;
    // A descriptor that wakes a poller (`memory_event_mask`) when memory runs out, and whether it
    // has since the last recycling.
    virtual int memory_event() const = 0;
    virtual std::uint32_t memory_event_mask() const = 0;
    virtual bool ran_out_of_memory() = 0;

    virtual void thaw() = 0;
    // One round of killing whatever is inside; true when nothing is left.
    virtual bool kill_members() = 0;
    virtual CellUsage usage() const = 0;
    // Makes an empty group as good as new; false when it must not be used again.
    virtual bool recycle() = 0;
};

// All groups of one daemon. Two adapters: v1 hierarchies and the unified one. libcgroup makes and
// deletes the groups and finds the mounts.
class CgroupTree {
  public:
    // `instance` names the daemon: letters, digits, '-' and '_'.
    static Result<std::unique_ptr<CgroupTree>> open(const std::string& instance);

    CgroupTree() = default;
    virtual ~CgroupTree() = default;
    CgroupTree(const CgroupTree&) = delete;
    CgroupTree& operator=(const CgroupTree&) = delete;

    virtual CgroupDialect dialect() const = 0;
    virtual Result<std::unique_ptr<CellGroup>> make(const std::string& name) = 0;
    // Kills and removes everything under this daemon's groups, and them; how many cells' groups
    // there were.
    virtual Result<std::size_t> sweep() = 0;
};

}  // namespace lambent::sandbox
