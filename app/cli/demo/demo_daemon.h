#pragma once

#include "app/cli/client/endpoint.h"
#include "base/result.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace lambent::cli {

// A daemon of the demo's own: this same program as `up`, on a free port, its messages in
// <data>/daemon.log. Stopped by stop() or the destructor; it also ends when this process dies.
class DemoDaemon {
  public:
    // Returns when it answers; an Error with the end of its log when it does not.
    static Result<DemoDaemon> start(const std::filesystem::path& data_directory);
    ~DemoDaemon();
    DemoDaemon(DemoDaemon&&) noexcept;
    DemoDaemon& operator=(DemoDaemon&&) noexcept;

    const Endpoint& endpoint() const { return endpoint_; }
    std::chrono::milliseconds start_time() const { return start_time_; }
    // SIGTERM, and the wait for it to drain; its exit code.
    int stop();

  private:
    struct Child;
    explicit DemoDaemon(std::unique_ptr<Child> child);

    std::unique_ptr<Child> child_;
    Endpoint endpoint_;
    std::chrono::milliseconds start_time_{0};
};

}  // namespace lambent::cli
