#pragma once

#include "runtime/functions/function.h"
#include "runtime/languages/runtime_catalog.h"
#include "sandbox/cell.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::runtime {

inline constexpr std::uint16_t kRuntimeApiPort = 9001;  // Lambda's own

// Tells a guest that knows frames where they come from. Its SDK removes it before the function's
// code runs.
inline constexpr char kChannelVariable[] = "LAMBENT_CHANNEL_FD";
// Set for stems: the program is told later which function it is.
inline constexpr char kStemVariable[] = "LAMBENT_STEM";

// What stands around a function when it is started.
struct CellSite {
    std::string package_directory;  // becomes /var/task
    std::string support_directory;  // becomes /var/runtime
    std::string region;
    std::string log_stream;
    std::string initialization_type = "on-demand";
    // Access key and secret, for a function that may reach the platform's endpoint on `port`.
    struct Platform {
        std::uint16_t port = 0;
        std::string access_key;
        std::string secret_key;
    };
    std::optional<Platform> platform;
};

// The cell for one function: its program, its directories, its limits (full CPU, as during init)
// and the environment variables that Lambda sets. Pure.
sandbox::CellSpec plan_cell(const Function& function, const LaunchPlan& plan, const CellSite& site);

// All of the function's environment variables, "KEY=value".
std::vector<std::string> function_variables(const Function& function, const CellSite& site);
// Those of Lambda's that count when the program is executed and not later.
std::vector<std::string> exec_variables(const Function& function);

// What makes a stem the cell that plan_cell describes.
sandbox::Equipment plan_equipment(const Function& function, const std::string& package_directory);

// CPU in proportion to memory: 1,769 MB make one core (lambda-facts section 1).
sandbox::CpuLimit cpu_limit(const Function& function);

}  // namespace lambent::runtime
