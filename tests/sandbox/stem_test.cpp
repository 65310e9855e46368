#include "tests/sandbox/cell_fixture.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using lambent::Code;
using lambent::Result;
using lambent::UniqueFd;
using lambent::sandbox::Cell;
using lambent::sandbox::CellSpec;
using lambent::sandbox::Equipment;
using lambent::sandbox::ExitVerdict;
using lambent::tests::can_build_cells;
using lambent::tests::python;
using lambent::tests::run_flow;
using lambent::tests::SandboxFixture;
using lambent::tests::TempDir;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMega = 1ULL << 20;

// v2's counter can be reset since Linux 6.12 only.
bool counts_peaks_anew() {
    utsname name{};
    int major = 0;
    int minor = 0;
    char dot = 0;
    REQUIRE(::uname(&name) == 0);
    std::istringstream(name.release) >> major >> dot >> minor;
    return fs::exists("/sys/fs/cgroup/memory/memory.max_usage_in_bytes") || major > 6 ||
           (major == 6 && minor >= 12);
}

// Waits for a line of Python on the channel, runs it, prints "done".
const std::string kListener =
    "import ctypes, errno, os, socket, sys\n"
    "channel = socket.socket(fileno=3)\n"
    "def tried(what, call):\n"
    "    try: print(what, 'worked:', call())\n"
    "    except OSError as e: print(what, errno.errorcode[e.errno])\n"
    "print('up', flush=True)\n"
    "while text := channel.recv(65536).decode():\n"
    "    exec(text)\n"
    "    print('done', flush=True)\n";

CellSpec stem_spec() {
    CellSpec spec = python(kListener);
    spec.working_directory = "/";
    spec.has_channel = true;
    spec.is_stem = true;
    return spec;
}

// A stem that waits, and its ends of channel and output.
struct Stem {
    explicit Stem(SandboxFixture& fixture, CellSpec spec = stem_spec())
        : cells(fixture),
          cell(cells.start(std::move(spec))),
          channel(cell->take_channel()),
          output(cell->take_output()) {
        cells.read_until(output.get(), "up\n");
    }
    Result<void> equip(Equipment what) {
        return run_flow(cells.loop(), cell->equip(std::move(what)));
    }
    // What the text prints in the cell.
    std::string says(const std::string& text) {
        hears(text);
        return answers();
    }
    void hears(const std::string& text) const {
        REQUIRE(::send(channel.get(), text.data(), text.size(), MSG_NOSIGNAL) > 0);
    }
    std::string answers() {
        std::string all = cells.read_until(output.get(), "done\n");
        return all.substr(0, all.size() - std::string("done\n").size());
    }

    SandboxFixture& cells;
    std::unique_ptr<Cell> cell;
    UniqueFd channel;
    UniqueFd output;
};

// A directory of the host with a file in it, as a function's code.
struct Package {
    explicit Package(const std::string& text) {
        std::ofstream(dir.file("code")) << text;
        fs::permissions(dir.path(), fs::perms(0755));
    }
    Equipment equipment() const {
        Equipment what;
        what.binds = {{dir.path(), "/var/task"}};
        return what;
    }
    TempDir dir;
};

}  // namespace

TEST_CASE("Cell's channel carries bytes both ways and ends with the cell", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = python(
        "import socket\n"
        "s = socket.socket(fileno=3)\n"
        "s.sendall(s.recv(4)[::-1])\n"
    );
    spec.has_channel = true;
    const auto cell = cells.start(spec);
    const UniqueFd channel = cell->take_channel();
    REQUIRE(channel);
    CHECK_FALSE(cell->take_channel());
    char text[4];
    CHECK(::recv(channel.get(), text, 4, 0) == -1);  // it does not block
    REQUIRE(::send(channel.get(), "ping", 4, MSG_NOSIGNAL) == 4);
    pollfd waiting{channel.get(), POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, 20'000) == 1);
    REQUIRE(::recv(channel.get(), text, 4, 0) == 4);
    CHECK(std::string(text, 4) == "gnip");
    CHECK(cells.finish(*cell).report.verdict == ExitVerdict::kExited);
    CHECK(::recv(channel.get(), text, 4, 0) == 0);
}

TEST_CASE("Cell's program starts with its channel and no other descriptor", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = python(
        "import os\n"
        "for n in range(64):\n"
        "    try: print(n, os.readlink(f'/proc/self/fd/{n}').split(':')[0])\n"
        "    except OSError: pass\n"
    );
    spec.has_channel = true;
    spec.listen_ports = {9001};
    CHECK(cells.run(spec).output == "0 /dev/null\n1 pipe\n2 pipe\n3 socket\n");
}

// A socket made on the host would answer with the host's interfaces and take names there.
TEST_CASE("Cell's channel belongs to the cell's network", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    Stem stem(cells);
    const std::string seen = stem.says(
        "import fcntl, struct\n"
        "names = bytearray(4096)\n"
        "address = ctypes.addressof(ctypes.c_char.from_buffer(names))\n"
        "conf = bytearray(struct.pack('iP', len(names), address))\n"
        "fcntl.ioctl(3, 0x8912, conf)\n"  // SIOCGIFCONF
        "size = struct.unpack('iP', conf)[0]\n"
        "print([bytes(names[i:i + 16]).rstrip(b'\\0') for i in range(0, size, 40)])\n"
        "print(open('/proc/net/unix').read().count('\\n') > 1)\n"
    );
    CHECK(seen == "[b'lo']\nTrue\n");
}

TEST_CASE("Stem sees its function's code when it is equipped, not before", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("the code");
    const Package layer("the layer");
    Stem stem(cells);
    CHECK(stem.says("print(os.listdir('/var/task'), os.listdir('/opt'))\n") == "[] []\n");
    Equipment what = code.equipment();
    what.binds.push_back({layer.dir.path(), "/opt"});
    REQUIRE(stem.equip(what).has_value());
    CHECK(
        stem.says("os.chdir('/var/task')\n"
                  "print(open('code').read(), '+', open('/opt/code').read())\n"
                  "tried('write', lambda: open('/var/task/code', 'w'))\n"
                  "print([m.split()[5] for m in open('/proc/self/mountinfo')\n"
                  "       if m.split()[4] in ('/var/task', '/opt')])\n") ==
        "the code + the layer\nwrite EROFS\n"
        "['ro,nosuid,nodev,relatime', 'ro,nosuid,nodev,relatime']\n"
    );
    const auto& at = stem.cell->equip_timings();
    CHECK(at.requested <= at.mounted);
    CHECK(at.mounted <= at.limited);
}

TEST_CASE("Stem cannot undo or change what it was equipped with", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("the code");
    Stem stem(cells);
    REQUIRE(stem.equip(code.equipment()).has_value());
    CHECK(
        stem.says(
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "def c(name, *words):\n"
            "    if getattr(libc, name)(*words) == -1: raise OSError(ctypes.get_errno(), '')\n"
            "tried('umount', lambda: c('umount2', b'/var/task', 2))\n"
            "tried('remount', lambda: c('mount', None, b'/var/task', None, 32, None))\n"
            "tried('grow', lambda: c('mount', None, b'/tmp', None, 32, b'size=1g'))\n"
            "tried('move', lambda: c('mount', b'/tmp', b'/opt', None, 8192, None))\n"
            "tried('rename', lambda: os.rename('/var/task', '/tmp/task'))\n"
            "tried('rmdir', lambda: os.rmdir('/var/task'))\n"
            "tried('link', lambda: os.symlink('/tmp', '/opt/x'))\n"
            "print([m for m in open('/proc/self/mountinfo') if 'shared:' in m or 'master:' in m])\n"
        ) ==
        "umount EPERM\nremount EPERM\ngrow EPERM\nmove EPERM\nrename EXDEV\nrmdir EROFS\n"
        "link EROFS\n[]\n"
    );
}

TEST_CASE("Stem is equipped once", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("one");
    const Package other("two");
    Stem stem(cells);
    REQUIRE(stem.equip(code.equipment()).has_value());
    const auto again = stem.equip(other.equipment());
    REQUIRE(again.has_error());
    CHECK(again.error().code() == Code::kConflict);
    CHECK(stem.says("print(open('/var/task/code').read())\n") == "one\n");
}

TEST_CASE("Cell that is no stem cannot be equipped", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    auto spec = stem_spec();
    spec.is_stem = false;
    Stem cell(cells, spec);
    REQUIRE(cell.equip(code.equipment()).has_error());
    CHECK(cell.says("print(os.listdir('/var/task'))\n") == "[]\n");
}

TEST_CASE("Stem is not equipped with what a launch would refuse", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    Stem stem(cells);
    Equipment what = code.equipment();
    what.binds[0].cell_path = "/usr/bin";
    CHECK(stem.equip(what).error().subject() == "bind");
    what = code.equipment();
    what.memory_bytes = 1;
    CHECK(stem.equip(what).error().subject() == "limits");
    CHECK(stem.equip(code.equipment()).has_value());
}

TEST_CASE("Stem that cannot be equipped dies", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    Equipment what = code.equipment();
    SECTION("a source that is not there") {
        Stem stem(cells);
        what.binds[0].host_path = "/nonexistent/code";
        CHECK(stem.equip(what).has_error());
        CHECK(run_flow(cells.loop(), stem.cell->exited()).verdict == ExitVerdict::kKilled);
    }
    SECTION("a mount point that is taken") {
        auto spec = stem_spec();
        spec.binds = what.binds;
        Stem stem(cells, spec);
        CHECK(stem.equip(what).has_error());
        CHECK(run_flow(cells.loop(), stem.cell->exited()).verdict == ExitVerdict::kKilled);
    }
    SECTION("one that is gone already") {
        Stem stem(cells);
        stem.cell->kill();
        CHECK(stem.equip(what).has_error());
    }
}

TEST_CASE("Stem's limits hold after it is equipped", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    auto spec = stem_spec();
    spec.memory_bytes = 512 * kMega;
    Equipment what = code.equipment();
    what.memory_bytes = 128 * kMega;
    what.tmp_bytes = 16 * kMega;
    what.processes_max = 16;
    Stem stem(cells, spec);
    CHECK(stem.says("x = bytearray(200 << 20); print(len(x) >> 20); del x\n") == "200\n");
    CHECK(stem.cell->memory_peak_bytes().value() > 200 * kMega);
    REQUIRE(stem.equip(what).has_value());
    SECTION("memory") {
        const std::string more = "x = bytearray(200 << 20)\n";
        REQUIRE(::send(stem.channel.get(), more.data(), more.size(), MSG_NOSIGNAL) > 0);
        const auto report = run_flow(cells.loop(), stem.cell->exited());
        CHECK(report.verdict == ExitVerdict::kOutOfMemory);
        CHECK(report.memory_peak_bytes >= 127 * kMega);
        if (counts_peaks_anew()) {
            CHECK(report.memory_peak_bytes <= 128 * kMega);
        }
    }
    SECTION("the size of /tmp") {
        CHECK(
            stem.says("try:\n"
                      "    with open('/tmp/big', 'wb') as f:\n"
                      "        for i in range(100): f.write(bytes(1 << 20))\n"
                      "except OSError as e:\n"
                      "    print(errno.errorcode[e.errno], os.stat('/tmp/big').st_size >> 20)\n"
                      "os.remove('/tmp/big')\n"
                      "print(oct(os.stat('/tmp').st_mode), os.stat('/tmp').st_uid)\n"
            ) == "ENOSPC 16\n0o40700 993\n"
        );
    }
    SECTION("processes") {
        CHECK(
            stem.says("made = 0\n"
                      "try:\n"
                      "    while made < 100:\n"
                      "        if os.fork() == 0: os.read(os.pipe()[0], 1)\n"
                      "        made += 1\n"
                      "except OSError as e: print(errno.errorcode[e.errno], made)\n"
            ) == "EAGAIN 14\n"
        );
    }
    SECTION("the peak is that of the function where the kernel can count anew") {
        if (counts_peaks_anew()) {
            CHECK(stem.cell->memory_peak_bytes().value() < 60 * kMega);
            stem.cell->kill();
            const auto report = run_flow(cells.loop(), stem.cell->exited());
            CHECK(report.memory_peak_bytes < 60 * kMega);
        }
    }
}

TEST_CASE("Stem's /tmp can grow when it is equipped", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    auto spec = stem_spec();
    spec.tmp_bytes = kMega;
    Equipment what = code.equipment();
    what.tmp_bytes = 32 * kMega;
    Stem stem(cells, spec);
    REQUIRE(stem.equip(what).has_value());
    CHECK(
        stem.says("s = os.statvfs('/tmp')\n"
                  "print(s.f_blocks * s.f_frsize >> 20, s.f_files)\n") == "32 4096\n"
    );
}

TEST_CASE("Stem's processor share holds after it is equipped", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    Equipment what = code.equipment();
    what.cpu = {100'000};
    Stem stem(cells);
    REQUIRE(stem.equip(what).has_value());
    const auto before = stem.cell->cpu_time().value();
    stem.says("import time\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass\n");
    const auto used = stem.cell->cpu_time().value() - before;
    CHECK(used < std::chrono::milliseconds(500));
    CHECK(used.count() > 0);
}

TEST_CASE("Stems that live at the same time do not see each other's code", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("mine");
    const Package other("yours");
    Stem one(cells);
    Stem two(cells);
    Stem three(cells);
    REQUIRE(one.equip(code.equipment()).has_value());
    REQUIRE(two.equip(other.equipment()).has_value());
    const std::string look =
        "print(*[open('/var/task/' + name).read() for name in os.listdir('/var/task')])\n"
        "print(len([m for m in open('/proc/self/mountinfo') if ' /var/task ' in m]))\n";
    CHECK(one.says(look) == "mine\n1\n");
    CHECK(two.says(look) == "yours\n1\n");
    CHECK(three.says(look) == "\n0\n");
    // Nor does a cell that is launched after them.
    auto spec = python("import os; print(os.listdir('/var/task'))");
    spec.working_directory = "/";
    CHECK(cells.run(spec).output == "[]\n");
}

TEST_CASE("Stem that is frozen runs as soon as it is equipped", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("the code");
    Stem stem(cells);
    REQUIRE(stem.cell->freeze().has_value());
    Equipment what = code.equipment();
    what.message = "print(open('/var/task/code').read())\n";
    REQUIRE(stem.equip(what).has_value());
    CHECK(stem.answers() == "the code\n");
}

TEST_CASE("Stem that cannot be equipped is told nothing", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    Stem stem(cells);
    Equipment what = code.equipment();
    what.binds[0].host_path = "/nonexistent/code";
    what.message = "print('told')\n";
    REQUIRE(stem.equip(what).has_error());
    run_flow(cells.loop(), stem.cell->exited());
    std::array<char, 16> said{};
    CHECK(::read(stem.output.get(), said.data(), said.size()) == 0);
}

TEST_CASE("Stem hears a message of the largest size", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    Equipment what = code.equipment();
    what.message = std::string(160 * 1024, '#');
    Stem stem(cells, [] {
        auto spec = stem_spec();
        spec.argv.back() =
            "import socket\n"
            "channel = socket.socket(fileno=3)\n"
            "print('up', flush=True)\n"
            "left = 160 * 1024\n"
            "while left: left -= len(channel.recv(left))\n"
            "print('done', flush=True)\n";
        return spec;
    }());
    REQUIRE(stem.equip(what).has_value());
    CHECK(stem.answers().empty());
}

TEST_CASE("Threat 52: stems differ in random numbers, hashes and addresses", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const Package code("code");
    const std::string look =
        "import random, uuid\n"
        "def maps(what):\n"
        "    return [m.split('-')[0] for m in open('/proc/self/maps') if what in m][0]\n"
        "print(os.urandom(8).hex(), random.random(), hash('lambent'), uuid.uuid4(), id(look := "
        "[]),\n"
        "      maps('libc'), maps('[stack]'), maps('[heap]'))\n";
    std::vector<std::set<std::string>> seen(8);
    constexpr std::size_t kStems = 6;
    for (std::size_t i = 0; i < kStems; ++i) {
        Stem stem(cells);
        REQUIRE(stem.equip(code.equipment()).has_value());
        std::istringstream words(stem.says(look));
        for (auto& one : seen) {
            std::string word;
            words >> word;
            CHECK_FALSE(word.empty());
            one.insert(word);
        }
    }
    for (const auto& one : seen) {
        CHECK(one.size() == kStems);
    }
}

TEST_CASE("Threat 49: a stem finds nothing of its slot's cell before", "[sandbox][Stem]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells(1);
    const Package code("code");
    const std::string kinds =
        "import ctypes, socket\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.shmget.restype = ctypes.c_int\n";
    std::set<std::string> users;
    for (int i = 0; i < 4; ++i) {
        Stem stem(cells);
        CHECK(
            stem.says(
                kinds + "print(os.listdir('/tmp'), os.path.exists('/dev/shm'))\n"
                        "print(libc.shmget(7, 4096, 0), libc.mq_open(b'/mark', 2))\n"
                        "print(open('/proc/sysvipc/shm').read().count('\\n'))\n"
                        "print([l.split()[-1] for l in open('/proc/net/unix') if '@' in l])\n"
                        "print(len(os.environ), os.getcwd())\n"
            ) == "[] False\n-1 -1\n1\n[]\n2 /\n"
        );
        REQUIRE(stem.equip(code.equipment()).has_value());
        CHECK(
            stem.says(
                kinds + "open('/tmp/mark', 'w').write('x')\n"
                        "print(libc.shmget(7, 4096, 0o1600) >= 0, libc.mq_open(b'/mark', 66, "
                        "0o600, None) > 2)\n"
                        "s = socket.socket(socket.AF_UNIX); s.bind('\\0mark')\n"
                        "os.environ['MARK'] = 'x'\n"
            ) == "True True\n"
        );
        users.insert(stem.says("print(open('/proc/self/uid_map').read().split()[1])\n"));
        stem.cell->kill();
        run_flow(cells.loop(), stem.cell->exited());
    }
    CHECK(users.size() < 4);  // slots were used again
}
