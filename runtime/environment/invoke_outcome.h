#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::runtime {

// How an init or an invocation ended, as seen by the guest's side. Never an Error: the platform
// did its part. Retries, billing and HTTP status depend on never mixing the two.
enum class OutcomeKind {
    kSuccess,
    kFunctionError,  // the runtime posted an error (handler threw, init/error)
    kTimeout,        // cut at its deadline
    kOutOfMemory,    // the kernel killed inside the memory limit
    kExited,         // the runtime ended before it answered
    kTooLarge,       // the response was over 6 MB
};

std::string_view to_string(OutcomeKind kind);

struct InvokeOutcome {
    OutcomeKind kind = OutcomeKind::kSuccess;
    std::string payload;  // the response, or AWS's error document {"errorMessage","errorType",…}
    std::string error_type;  // "Runtime.ExitError", "Sandbox.Timedout", …; empty on success
    std::chrono::microseconds handler{0};            // event sent -> answer's first byte
    std::chrono::microseconds response_transfer{0};  // answer's first byte -> last
    std::chrono::microseconds in_handler{0};         // as the guest says; 0: it does not
    std::uint64_t memory_peak_bytes = 0;             // of the environment so far
    bool reusable = true;  // false: the environment must be closed, not returned to the pool
};

// Where an environment came from: a stem that was booted ahead, or a boot of its own.
enum class StartKind { kStem, kBoot };

struct InitOutcome {
    StartKind start = StartKind::kBoot;
    OutcomeKind kind = OutcomeKind::kSuccess;
    std::string payload;
    std::string error_type;
    std::chrono::microseconds cell_claim{0};        // cgroup, network namespace
    std::chrono::microseconds mount_and_limits{0};  // namespaces, mounts, privileges, filter
    std::chrono::microseconds runtime_boot{
        0};  // exec -> the runtime opens its channel; 0 of a stem
    std::chrono::microseconds function_init{0};  // -> it asks for the first event
    std::uint64_t memory_peak_bytes = 0;
};

}  // namespace lambent::runtime
