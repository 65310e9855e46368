// Stands for a daemon that dies: starts cells, says so, and waits to be killed.
#include "base/logger.h"
#include "sandbox/namespace_sandbox.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>

#include <unistd.h>

#include <cstdio>
#include <vector>

namespace {

using lambent::sandbox::Cell;
using lambent::sandbox::CellSpec;
using lambent::sandbox::LauncherProcess;
using lambent::sandbox::NamespaceSandbox;
using lambent::sandbox::SandboxConfig;
using lambent::tests::run_flow;

constexpr int kCells = 4;

}  // namespace

// LAUNCHER STATE INSTANCE
int main(int argc, char** argv) {
    if (argc != 4) {
        return 2;
    }
    SandboxConfig config;
    config.launcher_path = argv[1];
    config.state_directory = argv[2];
    config.instance = argv[3];
    auto launcher = LauncherProcess::start(config);
    if (launcher.has_error()) {
        std::fprintf(stderr, "%s\n", launcher.error().message().c_str());
        return 1;
    }
    boost::asio::io_context loop;
    const auto sandbox = NamespaceSandbox::attach(
        std::move(launcher).value(), loop.get_executor(), lambent::Logger::silent()
    );
    std::vector<std::unique_ptr<Cell>> cells;
    for (int i = 0; i < kCells; ++i) {
        CellSpec spec;
        spec.argv = {"/usr/bin/python3", "-c", "while True: pass"};
        spec.listen_ports = {9001};
        auto cell = run_flow(loop, sandbox->launch(spec));
        if (cell.has_error() || (i % 2 == 0 && (*cell)->freeze().has_error())) {
            return 1;
        }
        cells.push_back(std::move(cell).value());
    }
    std::puts("ready");
    std::fflush(stdout);
    ::pause();
    return 0;
}
