#include "tests/sandbox/cell_fixture.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

using lambent::UniqueFd;
using lambent::sandbox::Cell;
using lambent::sandbox::ExitVerdict;
using lambent::tests::can_build_cells;
using lambent::tests::CellRun;
using lambent::tests::probe;
using lambent::tests::python;
using lambent::tests::run_flow;
using lambent::tests::SandboxFixture;

TEST_CASE("Cell runs python and reports its exit status and output", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const CellRun run = cells.run(python("import sys; print('hello'); sys.exit(7)"));
    CHECK(run.output == "hello\n");
    CHECK(run.report.verdict == ExitVerdict::kExited);
    CHECK(run.report.status == 7);
    CHECK(run.report.memory_peak_bytes > 1'000'000);
    CHECK(run.report.cpu_time.count() > 1'000);
}

TEST_CASE("Cell runs a static program from its own directory", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const auto cell = cells.start(probe({"hello"}));
    const CellRun run = cells.finish(*cell);
    CHECK(run.output == "hello from /var/task\n");
    CHECK(run.report.verdict == ExitVerdict::kExited);
    const auto& at = cell->timings();
    CHECK(at.requested <= at.claimed);
    CHECK(at.claimed <= at.walled);
    CHECK(at.walled <= at.executed);
}

TEST_CASE("Cell reports the signal that its main process dies of", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const CellRun run = cells.run(python("import os; os.kill(os.getpid(), 11)"));
    CHECK(run.report.verdict == ExitVerdict::kSignalled);
    CHECK(run.report.signal == SIGSEGV);
}

TEST_CASE("Cell that is killed says so", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const auto cell = cells.start(python("print('up', flush=True)\nwhile True: pass"));
    const UniqueFd output = cell->take_output();
    cells.read_until(output.get(), "up");
    cell->kill();
    const auto report = run_flow(cells.loop(), cell->exited());
    CHECK(report.verdict == ExitVerdict::kKilled);
}

TEST_CASE("Cell that goes out of scope is killed", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto cell = cells.start(python("while True: pass"));
    auto ended = cell->exited();
    cell.reset();
    CHECK(run_flow(cells.loop(), std::move(ended)).verdict == ExitVerdict::kKilled);
}

TEST_CASE("Cell hands out the listener inside its network namespace", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = python(
        "import socket\n"
        "s = socket.create_connection(('127.0.0.1', 9001)); s.sendall(b'ping')\n"
        "print(s.recv(4).decode())"
    );
    spec.listen_ports = {9001};
    const auto cell = cells.start(spec);
    const UniqueFd listener = cell->take_listener(9001);
    REQUIRE(listener);
    CHECK_FALSE(cell->take_listener(9001));
    pollfd waiting{listener.get(), POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, 20'000) == 1);
    const UniqueFd client(::accept(listener.get(), nullptr, nullptr));
    char text[4];
    REQUIRE(::recv(client.get(), text, 4, MSG_WAITALL) == 4);
    REQUIRE(::send(client.get(), "pong", 4, 0) == 4);
    CHECK(cells.finish(*cell).output == "pong\n");
}

TEST_CASE("Sandbox says why a program cannot be executed", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = probe({});
    spec.argv = {"/var/task/bootstrap"};
    const auto cell = cells.launch(spec);
    REQUIRE(cell.has_error());
    CHECK(cell.error().subject() == "exec");
    CHECK(cell.error().message() == "exec: No such file or directory");
}

TEST_CASE("Sandbox refuses a bind whose source is not there", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = probe({});
    spec.binds = {{"/nonexistent/code", "/var/task"}};
    CHECK(cells.launch(spec).has_error());
    CHECK(cells.run(probe({"hello"})).report.verdict == ExitVerdict::kExited);
}

// More than one process may usually have descriptors of them.
TEST_CASE("Hundred cells live at the same time", "[sandbox][Cell]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    std::vector<std::unique_ptr<Cell>> all;
    for (int i = 0; i < 100; ++i) {
        auto spec = probe({"pause"});
        spec.listen_ports = {9001};
        spec.has_channel = true;
        all.push_back(cells.start(spec));
    }
    CHECK(cells.run(probe({"hello"})).output == "hello from /var/task\n");
    for (const auto& cell : all) {
        cell->kill();
        CHECK(run_flow(cells.loop(), cell->exited()).verdict == ExitVerdict::kKilled);
    }
}
