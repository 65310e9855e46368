#include "tests/sandbox/cell_fixture.h"
#include "tests/sandbox/footprint.h"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <catch2/catch.hpp>

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

using lambent::UniqueFd;
using lambent::sandbox::Cell;
using lambent::sandbox::Equipment;
using lambent::sandbox::ExitVerdict;
using lambent::tests::await_launcher_end;
using lambent::tests::can_build_cells;
using lambent::tests::Footprint;
using lambent::tests::footprint_of;
using lambent::tests::launcher_of;
using lambent::tests::open_descriptors;
using lambent::tests::probe;
using lambent::tests::python;
using lambent::tests::run_flow;
using lambent::tests::SandboxFixture;

namespace {

namespace process = boost::process;

// LAMBENT_LEAK_RUNS makes it fewer where everything is slower.
int leak_runs() {
    const char* runs = std::getenv("LAMBENT_LEAK_RUNS");
    return runs == nullptr ? 1'000 : std::atoi(runs);
}

// A stem's life: it waits frozen, and is equipped or not before it is killed.
void wait_and_die(SandboxFixture& cells, int turn) {
    auto spec = probe({"pause"});
    spec.listen_ports = {9001};
    spec.has_channel = true;
    spec.is_stem = true;
    const auto cell = cells.start(spec);
    const UniqueFd channel = cell->take_channel();
    REQUIRE(cell->freeze().has_value());
    if (turn % 3 != 0) {
        Equipment what;
        what.binds = {{LAMBENT_PROBE_DIRECTORY, "/opt"}};
        what.memory_bytes = 32ULL << 20;
        REQUIRE(run_flow(cells.loop(), cell->equip(what)).has_value());
    }
    if (turn % 3 == 2) {
        REQUIRE(cell->freeze().has_value());
    }
    cell->kill();
    REQUIRE(run_flow(cells.loop(), cell->exited()).verdict == ExitVerdict::kKilled);
}

// One way in which a cell's life can end, by turns.
void live_and_die(SandboxFixture& cells, int turn) {
    if (turn % 5 == 4) {
        wait_and_die(cells, turn);
        return;
    }
    auto spec = turn % 5 == 3 ? probe({"take", "200"}) : probe({turn % 5 == 0 ? "hello" : "pause"});
    spec.memory_bytes = 32ULL << 20;
    spec.listen_ports = {9001};
    const auto cell = cells.start(spec);
    if (turn % 5 == 2) {
        REQUIRE(cell->freeze().has_value());
    }
    if (turn % 5 == 1 || turn % 5 == 2) {
        cell->kill();
    }
    const auto report = run_flow(cells.loop(), cell->exited());
    constexpr ExitVerdict kEnds[] = {
        ExitVerdict::kExited,
        ExitVerdict::kKilled,
        ExitVerdict::kKilled,
        ExitVerdict::kOutOfMemory};
    REQUIRE(report.verdict == kEnds[turn % 5]);
}

}  // namespace

TEST_CASE("Thousand starts and kills leave nothing behind", "[sandbox][Remains]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells(2);
    for (int turn = 0; turn < 40; ++turn) {
        live_and_die(cells, turn);
    }
    const int launcher = launcher_of(cells.instance());
    REQUIRE(launcher != 0);
    const Footprint before = footprint_of(cells.instance(), cells.state_directory());
    const std::size_t ours = open_descriptors(::getpid());
    const std::size_t launchers = open_descriptors(launcher);
    const int runs = leak_runs();
    for (int turn = 0; turn < runs; ++turn) {
        live_and_die(cells, turn);
    }
    CHECK(open_descriptors(::getpid()) == ours);
    CHECK(open_descriptors(launcher) <= launchers + 16);  // a slot more or less stands ready
    const Footprint after = footprint_of(cells.instance(), cells.state_directory());
    CHECK(after.processes == 0);
    CHECK(after.groups <= before.groups + 10);
    CHECK(after.mounts == 0);
    CHECK(after.files == 0);
    cells.stop();
    CHECK(footprint_of(cells.instance(), cells.state_directory()) == Footprint());
}

TEST_CASE("Sandbox that stops ends its cells and removes everything", "[sandbox][Remains]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    std::vector<std::unique_ptr<Cell>> running;
    for (int i = 0; i < 6; ++i) {
        running.push_back(cells.start(python("while True: pass")));
    }
    REQUIRE(running[0]->freeze().has_value());
    CHECK(footprint_of(cells.instance(), cells.state_directory()).processes == 12);
    cells.stop();
    CHECK(footprint_of(cells.instance(), cells.state_directory()) == Footprint());
    for (const auto& cell : running) {
        CHECK(run_flow(cells.loop(), cell->exited()).verdict == ExitVerdict::kKilled);
    }
}

TEST_CASE("Daemon that is killed leaves nothing behind", "[sandbox][Remains]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture ground;  // for its directory and instance only
    ground.stop();
    process::ipstream out;
    process::child daemon(
        process::exe = LAMBENT_TEST_DAEMON,
        process::args =
            std::vector<std::string>{LAMBENT_LAUNCHER, ground.state_directory(), ground.instance()},
        process::std_out > out
    );
    std::string line;
    REQUIRE(std::getline(out, line));
    REQUIRE(line == "ready");
    const Footprint alive = footprint_of(ground.instance(), ground.state_directory());
    CHECK(alive.processes == 8);
    CHECK(alive.launchers == 1);
    ::kill(daemon.id(), SIGKILL);
    daemon.wait();
    await_launcher_end(ground.instance());
    CHECK(footprint_of(ground.instance(), ground.state_directory()) == Footprint());
}

TEST_CASE("Cells of a launcher that is killed are lost and swept away", "[sandbox][Remains]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const auto running = cells.start(python("while True: pass"));
    const auto frozen = cells.start(python("while True: pass"));
    REQUIRE(frozen->freeze().has_value());
    const int launcher = launcher_of(cells.instance());
    REQUIRE(launcher != 0);
    ::kill(launcher, SIGKILL);
    CHECK(run_flow(cells.loop(), running->exited()).verdict == ExitVerdict::kLost);
    CHECK(run_flow(cells.loop(), frozen->exited()).verdict == ExitVerdict::kLost);
    CHECK(cells.launch(probe({"hello"})).has_error());
    CHECK(footprint_of(cells.instance(), cells.state_directory()).groups > 0);
    cells.restart();
    CHECK(footprint_of(cells.instance(), cells.state_directory()).processes == 0);
    CHECK(cells.run(probe({"hello"})).report.verdict == ExitVerdict::kExited);
    cells.stop();
    CHECK(footprint_of(cells.instance(), cells.state_directory()) == Footprint());
}

TEST_CASE("Sandbox says which launcher it cannot start", "[sandbox][Remains]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    lambent::sandbox::SandboxConfig config;
    config.launcher_path = "/nonexistent/lambent-launcher";
    config.state_directory = cells.state_directory();
    config.instance = cells.instance();
    const auto missing = lambent::sandbox::LauncherProcess::start(config);
    REQUIRE(missing.has_error());
    CHECK(missing.error().message().find("/nonexistent") != std::string::npos);
}
