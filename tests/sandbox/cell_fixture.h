#pragma once

#include "base/logger.h"
#include "sandbox/namespace_sandbox.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// Whether this process may build cells; prints why not, once.
bool can_build_cells();

struct CellRun {
    std::string output;
    sandbox::ExitReport report;
};

// A launcher and a sandbox with a state directory and an instance of their own, stopped and removed
// at the end of a test.
class SandboxFixture {
  public:
    explicit SandboxFixture(std::uint32_t slots_ready = 2);
    ~SandboxFixture();
    SandboxFixture(const SandboxFixture&) = delete;
    SandboxFixture& operator=(const SandboxFixture&) = delete;

    boost::asio::io_context& loop() { return loop_; }
    sandbox::NamespaceSandbox& sandbox() { return *sandbox_; }
    const std::string& instance() const { return config_.instance; }
    const std::string& state_directory() const { return config_.state_directory; }

    Result<std::unique_ptr<sandbox::Cell>> launch(sandbox::CellSpec spec);
    // Fails the test when the cell cannot be launched.
    std::unique_ptr<sandbox::Cell> start(sandbox::CellSpec spec);
    // Runs to the end and collects what it wrote.
    CellRun run(sandbox::CellSpec spec);
    CellRun finish(sandbox::Cell& cell);
    // Reads output until `text` was seen.
    std::string read_until(int output, const std::string& text);
    void stop();
    // Stops if it still runs, and starts with the same directory and instance.
    void restart();

  private:
    sandbox::SandboxConfig config_;
    boost::asio::io_context loop_;
    std::unique_ptr<sandbox::NamespaceSandbox> sandbox_;
};

// A cell that runs Python text, and one that runs the probe program with these words.
sandbox::CellSpec python(const std::string& text);
sandbox::CellSpec probe(std::vector<std::string> words);

}  // namespace lambent::tests
