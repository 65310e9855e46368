// What cells share one after the other: users, control groups, network namespaces, addresses.
#include "tests/sandbox/cell_fixture.h"
#include "tests/sandbox/footprint.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using lambent::UniqueFd;
using lambent::sandbox::Cell;
using lambent::tests::can_build_cells;
using lambent::tests::footprint_of;
using lambent::tests::python;
using lambent::tests::run_flow;
using lambent::tests::SandboxFixture;

namespace {

namespace fs = std::filesystem;

// Leaves what it can, and processes that do not want to go, then says who it is.
const std::string kLitter =
    "import os, signal, socket, sys, time\n"
    "marks = sorted(os.listdir('/tmp'))\n"
    "probe = socket.socket()\n"
    "free = probe.connect_ex(('127.0.0.1', 7777))\n"
    "name = socket.socket(socket.AF_UNIX)\n"
    "try: name.bind('\\0mark')\n"
    "except OSError: marks.append('name')\n"
    "listener = socket.socket()\n"
    "listener.bind(('127.0.0.1', 7777)); listener.listen()\n"
    "open('/tmp/mark', 'wb').write(bytes(1 << 20))\n"
    "for i in range(6):\n"
    "    if os.fork() == 0:\n"
    "        os.setsid()\n"
    "        for s in range(1, 65):\n"
    "            if s not in (signal.SIGKILL, signal.SIGSTOP, 32, 33): "
    "signal.signal(s, signal.SIG_IGN)\n"
    "        block = bytearray(4 << 20)\n"
    "        while True: time.sleep(9)\n"
    "print(open('/proc/self/uid_map').read().split()[1], marks, free, flush=True)\n"
    "while True: time.sleep(9)\n";

std::string link_text(const fs::path& link) {
    std::error_code gone;
    return fs::read_symlink(link, gone).string();
}

// Empty when it is gone, also while it is read.
std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::string user_of(const fs::path& process) {
    std::istringstream status(text_of(process / "status"));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("Uid:")) {
            std::istringstream words(line.substr(4));
            std::string user;
            words >> user;
            return user;
        }
    }
    return {};
}

// A living process of the machine that runs as a cell's user.
struct Seen {
    std::string user;
    std::string cell;  // its pid namespace
    std::string network;
    std::string groups;
};

std::vector<Seen> living_processes() {
    std::vector<Seen> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const fs::path process = entry.path();
        if (process.filename().string().find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        Seen seen{
            user_of(process),
            link_text(process / "ns/pid"),
            link_text(process / "ns/net"),
            text_of(process / "cgroup")};
        if (!seen.cell.empty() && !seen.network.empty()) {  // else it is gone
            found.push_back(std::move(seen));
        }
    }
    return found;
}

int reuse_runs() {
    const char* runs = std::getenv("LAMBENT_LEAK_RUNS");
    return runs == nullptr ? 100 : std::min(100, std::atoi(runs));
}

}  // namespace

TEST_CASE(
    "Threat 56: user, group, network and name of a cell serve another only once it is gone",
    "[sandbox][Reuse]"
) {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells(1);
    std::map<std::string, std::set<int>> used_by;  // runs, by user
    std::unique_ptr<Cell> before;
    for (int run = 0; run < reuse_runs(); ++run) {
        // The one before is dying while this one starts.
        if (before) {
            before->kill();
        }
        auto cell = cells.start(python(kLitter));
        const UniqueFd output = cell->take_output();
        std::istringstream said(cells.read_until(output.get(), "\n"));
        std::string user;
        std::string found;
        said >> user;
        std::getline(said, found);
        CHECK(found == " [] 111");  // nothing in /tmp, no name taken, nobody listens: ECONNREFUSED
        const auto living = living_processes();
        const auto own = std::find_if(living.begin(), living.end(), [&](const Seen& one) {
            return one.user == user;
        });
        REQUIRE(own != living.end());
        for (const Seen& one : living) {
            const bool shares =
                one.user == own->user || one.network == own->network || one.groups == own->groups;
            CHECK((!shares || one.cell == own->cell));
        }
        used_by[user].insert(run);
        if (before && run % 2 == 0) {
            run_flow(cells.loop(), before->exited());
        }
        before = std::move(cell);
    }
    // Users were used again, or nothing was tried here.
    CHECK(used_by.size() < static_cast<std::size_t>(reuse_runs()));
    before->kill();
    run_flow(cells.loop(), before->exited());
    CHECK(footprint_of(cells.instance(), cells.state_directory()).processes == 0);
}
