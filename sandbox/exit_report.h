#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace lambent::sandbox {

// How a cell ended. Closed: whoever reads it handles every case. The first verdict wins.
enum class ExitVerdict {
    kExited,       // its main process returned; see status
    kSignalled,    // its main process died of a signal; see signal
    kOutOfMemory,  // the kernel killed inside its memory limit
    kKilled,       // the platform ended it (Cell::kill)
    kLost,         // the launcher went away; nothing else is known
};

// What is known of a cell after its last process is gone and its cgroup was read. Not an Error:
// a guest that dies is an outcome.
struct ExitReport {
    ExitVerdict verdict = ExitVerdict::kLost;
    int status = 0;  // exit status when kExited
    int signal = 0;  // when kSignalled
    std::uint64_t memory_peak_bytes = 0;
    std::chrono::microseconds cpu_time{0};
};

std::string_view to_string(ExitVerdict verdict);

}  // namespace lambent::sandbox
