#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace lambent::sandbox {

// The launcher's event loop: descriptors and what to do when they are ready. A callback may watch
// and forget any descriptor, its own too.
class Poller {
  public:
    using Ready = std::function<void()>;

    static Result<Poller> create();

    Result<void> watch(int fd, std::uint32_t events, Ready ready);
    Result<void> change(int fd, std::uint32_t events);
    void forget(int fd);

    // Waits for readiness and runs the callbacks; false when the time ran out. -1: no limit.
    Result<bool> run_once(int timeout_ms);

  private:
    explicit Poller(UniqueFd epoll) : epoll_(std::move(epoll)) {}

    UniqueFd epoll_;
    // Shared with the loop while the callback runs, which may forget itself.
    std::map<int, std::shared_ptr<Ready>> watched_;
};

}  // namespace lambent::sandbox
