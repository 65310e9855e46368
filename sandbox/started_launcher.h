#pragma once

#include "sandbox/namespace_sandbox.h"
#include "sandbox/protocol/messages.h"
#include "sandbox/protocol/packet_socket.h"

#include <memory>

namespace lambent::sandbox {

// What LauncherProcess::start returns: the child process and this end of its socket, until a
// NamespaceSandbox takes them over. Destruction closes the socket and waits until the launcher has
// cleaned up and ended.
class StartedLauncher final : public LauncherProcess {
  public:
    static Result<std::unique_ptr<StartedLauncher>> start(const SandboxConfig& config);
    ~StartedLauncher() override;

    PacketSocket& socket() { return socket_; }
    CgroupDialect dialect() const { return dialect_; }
    // Closes the socket and waits for the process. Blocks while cells are being removed.
    void end();

  private:
    struct Child;  // Boost.Process, which stays in the body
    StartedLauncher();
    Result<void> await_hello();

    std::unique_ptr<Child> child_;
    PacketSocket socket_;
    CgroupDialect dialect_ = CgroupDialect::kV2;
};

}  // namespace lambent::sandbox
