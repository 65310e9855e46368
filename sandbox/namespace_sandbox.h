#pragma once

#include "base/logger.h"
#include "sandbox/cell.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace lambent::sandbox {

struct SandboxConfig {
    std::string launcher_path;    // the lambent-launcher executable
    std::string state_directory;  // for the root tree's mount point; private to one daemon
    // Names this daemon's cgroups and directories, so that a janitor removes only its own former
    // life's: a hash of the data directory.
    std::string instance;
    std::uint32_t slots_ready = 4;  // cgroups and network namespaces made ahead
};

// The launcher process and the daemon's end of its socket. Created once, BEFORE any thread exists
// (Boost.Process forks); attached to an event loop later. When it is destroyed, or the daemon dies
// in any way, the launcher kills all cells, removes what they used and exits.
class LauncherProcess {
  public:
    static Result<std::unique_ptr<LauncherProcess>> start(const SandboxConfig& config);
    virtual ~LauncherProcess() = default;
};

// The real Sandbox: Linux namespaces, cgroups v1 or v2, seccomp. Event loop's thread only.
class NamespaceSandbox : public Sandbox {
  public:
    static std::unique_ptr<NamespaceSandbox> attach(
        std::unique_ptr<LauncherProcess> launcher, boost::asio::any_io_executor executor, Logger log
    );
    // Kills what runs, waits until the launcher has cleaned up and ended.
    virtual Task<> stop() = 0;
};

}  // namespace lambent::sandbox
