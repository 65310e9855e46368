#pragma once

#include "sandbox/launcher/cell_plan.h"

#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace lambent::sandbox {

// For the code between clone and exec.
inline std::int64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

inline void report_stage(int report, Stage stage, int error_number) {
    const StageReport line{stage, error_number, monotonic_ns()};
    // A launcher that is gone cannot be told; the cell dies with it anyway.
    [[maybe_unused]] const ssize_t written = ::write(report, &line, sizeof(line));
}

[[noreturn]] inline void fail_stage(int report, Stage stage) {
    report_stage(report, stage, errno);
    ::_exit(127);
}

}  // namespace lambent::sandbox
