#pragma once

#include "base/result.h"
#include "sandbox/cell.h"
#include "sandbox/cgroups/cell_controls.h"
#include "sandbox/exit_report.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace lambent::sandbox {

// What daemon and launcher say to each other, one CBOR map per packet, but for claims (see
// claim_codec.h). The launcher trusts only its socket, and checks every field of what comes out of
// it.

// Daemon to launcher.
struct LaunchRequest {
    std::uint64_t id = 0;
    CellSpec spec;
};
// Of a stem.
struct EquipRequest {
    std::uint64_t id = 0;
    Equipment what;
};
struct KillRequest {
    std::uint64_t id = 0;
};
struct StopRequest {};
using Request = std::variant<LaunchRequest, EquipRequest, KillRequest, StopRequest>;

// Launcher to daemon. The first is always a Hello.
struct Hello {
    std::string problem;  // a sentence for a person; empty when the launcher is ready
    CgroupDialect dialect = CgroupDialect::kV2;
};
// Descriptors beside it: output, cpu limit, freezer, memory peak, cpu usage, then the channel if
// the request asked for one, then one listener for each of its ports, in its order. Times are
// CLOCK_MONOTONIC nanoseconds.
struct Launched {
    std::uint64_t id = 0;
    std::int64_t claimed_ns = 0;
    std::int64_t walled_ns = 0;
    std::int64_t executed_ns = 0;
};
struct LaunchFailed {
    std::uint64_t id = 0;
    std::string stage;     // what could not be done
    int error_number = 0;  // of the failed call inside the cell
    std::string message;   // of a failure before there was a cell
};
// The answer to an EquipRequest; `problem` is empty when it was done.
struct Equipped {
    std::uint64_t id = 0;
    std::int64_t mounted_ns = 0;
    std::int64_t limited_ns = 0;
    std::string problem;
};
struct Ended {
    std::uint64_t id = 0;
    ExitReport report;
};
// Something for the daemon's log.
struct Notice {
    std::string event;
    std::string text;
};
using Event = std::variant<Hello, Launched, LaunchFailed, Equipped, Ended, Notice>;

std::string encode(const Request& request);
std::string encode(const Event& event);
Result<Request> decode_request(std::string_view text);
Result<Event> decode_event(std::string_view text);

// Whether a cell can be made of it at all, and a stem be equipped with it; both ends ask.
Result<void> validate(const CellSpec& spec);
Result<void> validate(const Equipment& what);

}  // namespace lambent::sandbox
