#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/exit_report.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lambent::sandbox {

// A directory or file of the host that a cell may read.
struct ReadOnlyBind {
    std::string host_path;
    std::string
        cell_path;  // one of the launcher's prepared mount points: /var/task, /opt, /var/runtime
};

// CPU as a share of one core in millionths: 1'000'000 is one core, 0 means no limit.
struct CpuLimit {
    std::uint32_t micro_cores = 0;
};

// Where a guest finds its end of the channel, when its cell has one. It is not told by itself: say
// so in CellSpec::environment.
inline constexpr int kChannelDescriptor = 3;

// What to start and within which walls. Knows nothing of functions.
struct CellSpec {
    std::string label;                     // for logs only
    std::vector<std::string> argv;         // argv[0] is a path inside the cell
    std::vector<std::string> environment;  // "KEY=value"; nothing is inherited
    std::string working_directory = "/var/task";
    std::vector<ReadOnlyBind> binds;
    std::vector<std::uint16_t>
        listen_ports;  // made on 127.0.0.1 inside the cell's network namespace
    std::uint64_t memory_bytes = 128ULL << 20;
    std::uint64_t tmp_bytes = 512ULL << 20;
    CpuLimit cpu;                         // none while it boots; set_cpu later
    std::uint32_t processes_max = 1024;   // processes and threads (lambda-facts section 1)
    std::uint32_t open_files_max = 1024;  // lambda-facts section 1
    bool has_channel = false;             // a Unix stream socket pair; see Cell::take_channel
    // Booted ahead of the function that it will serve: what is said above of binds, memory, /tmp,
    // processor and processes holds until Cell::equip, and until then other cells go first.
    bool is_stem = false;
};

// What a stem is given when it is claimed.
struct Equipment {
    std::vector<ReadOnlyBind> binds;  // on mount points that CellSpec::binds left free
    std::uint64_t memory_bytes = 128ULL << 20;
    std::uint64_t tmp_bytes = 512ULL << 20;
    CpuLimit cpu;
    std::uint32_t processes_max = 1024;
    std::string message;  // written to the guest's channel once all of the above holds
};

// When each step of a launch was over, as CLOCK_MONOTONIC (steady_clock), one clock for daemon,
// launcher and cell.
struct LaunchTimings {
    std::chrono::steady_clock::time_point requested;  // launch() was called
    std::chrono::steady_clock::time_point claimed;    // cgroup and network namespace in hand
    std::chrono::steady_clock::time_point walled;     // namespaces, mounts, limits, privileges done
    std::chrono::steady_clock::time_point executed;   // exec of the guest's program succeeded
};

// When each step of a claim was over, on the same clock.
struct EquipTimings {
    std::chrono::steady_clock::time_point requested;  // equip() was called
    std::chrono::steady_clock::time_point mounted;    // the binds are visible in the cell
    std::chrono::steady_clock::time_point limited;    // limits and the size of /tmp hold
};

// A running cell, owned by whoever uses it; destruction kills it. Event loop's thread only.
class Cell {
  public:
    virtual ~Cell() = default;

    virtual const LaunchTimings& timings() const = 0;
    // The listening socket for one of CellSpec::listen_ports; once each.
    virtual UniqueFd take_listener(std::uint16_t port) = 0;
    // The non-blocking read end of what the cell writes to stdout and stderr; once.
    virtual UniqueFd take_output() = 0;
    // The non-blocking end of the channel that is not the guest's; once, if the spec asked for it.
    // Read it without room for descriptors: a guest could send some.
    virtual UniqueFd take_channel() = 0;

    // Turns a stem into a cell for one function, and thaws it if it was frozen; equipped() says how
    // that went, to one caller. Only for a stem, and once: a cell never serves two. A stem may run
    // while it is equipped, so it must not know anything of its function before the message: when
    // that arrives the binds are visible in the cell, the limits hold, and the memory peak counts.
    // A working directory that the guest already had stays below what was mounted on it: the guest
    // must enter it again. After an Error the cell is of no use, and has had no message.
    virtual void begin_equip(Equipment what) = 0;
    virtual Task<Result<void>> equipped() = 0;
    virtual const EquipTimings& equip_timings() const = 0;
    Task<Result<void>> equip(Equipment what) {
        begin_equip(std::move(what));
        return equipped();
    }

    virtual Result<void> set_cpu(CpuLimit limit) = 0;
    virtual Result<void> freeze() = 0;
    virtual Result<void> thaw() = 0;
    virtual Result<std::uint64_t> memory_peak_bytes() const = 0;
    virtual Result<std::chrono::microseconds> cpu_time() const = 0;

    // Ends every process of the cell, frozen or not. Returns at once; exited() tells when it is
    // done.
    virtual void kill() = 0;
    // Ready when no process, mount or cgroup of the cell is left. Any number of callers, any time.
    virtual Task<ExitReport> exited() = 0;
};

// Makes cells. One implementation for real ones (NamespaceSandbox); FakeSandbox in tests/support.
class Sandbox {
  public:
    virtual ~Sandbox() = default;
    // Error when the platform could not build the walls or exec the program (subject "exec" then,
    // with errno's text: a bad bootstrap is the guest's fault and the caller decides).
    virtual Task<Result<std::unique_ptr<Cell>>> launch(CellSpec spec) = 0;
};

}  // namespace lambent::sandbox
