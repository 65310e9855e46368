#include "tests/sandbox/cell_fixture.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

using lambent::UniqueFd;
using lambent::sandbox::ExitVerdict;
using lambent::tests::can_build_cells;
using lambent::tests::probe;
using lambent::tests::python;
using lambent::tests::run_flow;
using lambent::tests::SandboxFixture;

namespace {

namespace fs = std::filesystem;

// Prints "<what> <errno's name>", or "<what> worked: <what came back>".
const std::string kTried =
    "import ctypes, errno, os, signal, socket, stat, struct, subprocess, sys, time\n"
    "libc = ctypes.CDLL(None, use_errno=True)\n"
    "def tried(what, call):\n"
    "    try: print(what, 'worked:', call())\n"
    "    except OSError as e: print(what, errno.errorcode[e.errno])\n"
    "def c(name, *words):\n"
    "    if getattr(libc, name)(*words) == -1: raise OSError(ctypes.get_errno(), '')\n";

std::string in_cell(const std::string& text) {
    SandboxFixture cells;
    return cells.run(python(kTried + text)).output;
}

}  // namespace

// Threat case 1.
TEST_CASE("Cell sees no process but its own", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getpid())\n"
        "for name in ('root', 'environ', 'mem', 'fd', 'cwd', 'exe', 'maps'):\n"
        "    path = '/proc/1/' + name\n"
        "    tried(name, lambda: os.listdir(path) if name in ('root', 'fd') else\n"
        "          os.readlink(path) if name in ('cwd', 'exe') else open(path, 'rb').read(1))\n"
    );
    CHECK(
        seen ==
        "[1, 2] 2\nroot EACCES\nenviron EACCES\nmem EACCES\nfd EACCES\n"
        "cwd EACCES\nexe EACCES\nmaps EACCES\n"
    );
}

// Threat case 2. Two walls: the files are root's, and the mount is read-only.
TEST_CASE("Cell cannot write to the kernel's switches", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "for path in ('sys/kernel/core_pattern', 'sys/vm/overcommit_memory', 'sysrq-trigger',\n"
        "             'sys/net/ipv4/ip_forward', 'self/oom_score_adj', 'self/uid_map'):\n"
        "    try:\n"
        "        opened = os.fstat(os.open('/proc/' + path, os.O_WRONLY))\n"
        "        if opened.st_rdev != os.stat('/dev/null').st_rdev: print(path, 'opened')\n"
        "    except OSError as e:\n"
        "        if e.errno not in (errno.EACCES, errno.EROFS, errno.ENOENT): print(path, e)\n"
        "print([m.split()[5][:2] for m in open('/proc/self/mountinfo') if m.split()[4] == "
        "'/proc'])\n"
        "print(os.path.exists('/sys'))\n"
    );
    CHECK(seen == "['ro']\nFalse\n");
}

// Threat cases 3, 4, 5 and 27: what a guest would try by name, beside the table of all calls.
TEST_CASE("Cell cannot build walls or climb over them", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "tried('mount', lambda: c('mount', b'none', b'/tmp', b'tmpfs', 0, None))\n"
        "tried('umount', lambda: c('umount2', b'/proc', 2))\n"
        "tried('chroot', lambda: os.chroot('/tmp'))\n"
        "tried('unshare', lambda: c('unshare', 0x10000000))\n"
        "for name in sorted(os.listdir('/proc/self/ns')):\n"
        "    tried(name, lambda: c('setns', os.open('/proc/self/ns/' + name, os.O_RDONLY), 0))\n"
        "os.chdir('/'); os.chdir('../../..')\n"
        "print(os.getcwd(), sorted(n for n in os.listdir('/') if n not in ('lib32', 'lib64')))\n"
    );
    CHECK(seen.find("worked") == std::string::npos);
    CHECK(seen.starts_with("mount EPERM\numount EPERM\nchroot EPERM\nunshare EPERM\n"));
    CHECK(seen.find("mnt EPERM") != std::string::npos);
    CHECK(seen.ends_with(
        "/ ['bin', 'dev', 'etc', 'home', 'lib', 'opt', 'proc', 'root', 'run', 'sbin', 'tmp', "
        "'usr', 'var']\n"
    ));
}

TEST_CASE("Cell's threads and children start as they do anywhere", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "import threading\n"
        "t = threading.Thread(target=lambda: print('thread')); t.start(); t.join()\n"
        "print(subprocess.run(['/bin/sh', '-c', 'echo child; id -u; id -g; hostname'],\n"
        "                     capture_output=True, text=True).stdout)\n"
    );
    CHECK(seen == "thread\nchild\n993\n990\ncell\n\n");
}

// Threat case 6 and 7.
TEST_CASE("Cell's signals reach its own processes only", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string own = std::to_string(::getpid());
    const std::string seen = in_cell(
        "tried('init', lambda: os.kill(1, signal.SIGKILL))\n"
        "tried('host', lambda: os.kill(" +
        own +
        ", signal.SIGKILL))\n"
        "tried('all', lambda: os.kill(-1, signal.SIGKILL))\n"
        "tried('pidfd', lambda: signal.pidfd_send_signal(os.pidfd_open(1), signal.SIGKILL))\n"
        "tried('attach', lambda: c('ptrace', 16, 1, 0, 0))\n"
        "print('still here')\n"
    );
    CHECK(seen == "init EPERM\nhost ESRCH\nall ESRCH\npidfd EPERM\nattach EPERM\nstill here\n");
}

// Threat cases 8 and 9.
TEST_CASE("Cell has no rights and cannot get any", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "for line in open('/proc/self/status'):\n"
        "    if line.split(':')[0] in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb',\n"
        "                              'NoNewPrivs', 'Seccomp', 'Uid', 'Gid', 'Groups'):\n"
        "        print(*line.split())\n"
        "tried('clear', lambda: c('prctl', 38, 0, 0, 0, 0))\n"
        "tried('root', lambda: os.setuid(0))\n"
        "tried('groups', lambda: os.setgroups([0]))\n"
        "print([m.split()[5] for m in open('/proc/self/mountinfo') if 'nosuid' not in m])\n"
    );
    CHECK(
        seen ==
        "Uid: 993 993 993 993\nGid: 990 990 990 990\nGroups:\n"
        "CapInh: 0000000000000000\nCapPrm: 0000000000000000\n"
        "CapEff: 0000000000000000\nCapBnd: 0000000000000000\n"
        "CapAmb: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n"
        "clear EINVAL\nroot EINVAL\ngroups EPERM\n[]\n"
    );
}

// Threat case 10.
TEST_CASE("Cell has five devices and cannot make more", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "print(*sorted(os.listdir('/dev')))\n"
        "tried('mknod', lambda: os.mknod('/tmp/mem', stat.S_IFCHR | 0o600, os.makedev(1, 1)))\n"
        "tried('fifo', lambda: os.mkfifo('/tmp/fifo'))\n"
        "tried('dev', lambda: open('/dev/x', 'w'))\n"
        "null = os.stat('/dev/null').st_rdev\n"
        "print(os.major(null), os.minor(null), len(open('/dev/urandom', 'rb').read(9)))\n"
        "open('/dev/null', 'w').write('x')\n"
    );
    CHECK(
        seen ==
        "fd full null random stderr stdin stdout urandom zero\nmknod EPERM\n"
        "fifo worked: None\ndev EROFS\n1 3 9\n"
    );
}

// Threat case 15.
TEST_CASE("Cell's program starts with three descriptors", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "open_ones = []\n"
        "for n in range(4096):\n"
        "    try: open_ones.append((n, os.readlink(f'/proc/self/fd/{n}').split(':')[0]))\n"
        "    except OSError: pass\n"
        "print(open_ones)\n"
        "for n in range(3, 4096):\n"
        "    try: os.fchdir(n); print('into', n)\n"
        "    except OSError: pass\n"
    );
    CHECK(seen == "[(0, '/dev/null'), (1, 'pipe'), (2, 'pipe')]\n");
}

// Threat case 16.
TEST_CASE("Cell does not start in a directory outside its root", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    for (const char* path :
         {"/proc/self/fd/3", "/proc/self/fd/8", "/proc/1/root", "/proc/1/cwd", "/nowhere"}) {
        auto spec = probe({"hello"});
        spec.working_directory = path;
        const auto cell = cells.launch(spec);
        REQUIRE(cell.has_error());
        CHECK(cell.error().subject() == "working_directory");
    }
}

// Threat cases 17 and 53.
TEST_CASE("Cell writes nowhere but below /tmp", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    auto spec = python(
        kTried +
        "def write(path):\n"
        "    with open(path, 'w') as f: f.write('x')\n"
        "for path in ('/x', '/var/task/x', '/var/task/probe', '/opt/x', '/var/runtime/x',\n"
        "             '/etc/passwd', '/usr/lib/x', '/usr/bin/python3', '/dev/x', '/home/x',\n"
        "             '/proc/self/exe', '/var/tmp/x', '/run/x', '/tmp/x'):\n"
        "    tried(path, lambda: write(path))\n"
        "tried('link', lambda: os.link('/usr/bin/env', '/tmp/env'))\n"
        "tried('chmod', lambda: os.chmod('/var/task/probe', 0o777))\n"
        "print(oct(os.stat('/tmp').st_mode), os.stat('/tmp').st_uid)\n"
    );
    spec.binds = {{LAMBENT_PROBE_DIRECTORY, "/var/task"}};
    const std::string seen = cells.run(spec).output;
    CHECK(
        seen ==
        "/x EROFS\n/var/task/x EROFS\n/var/task/probe EROFS\n/opt/x EROFS\n"
        "/var/runtime/x EROFS\n/etc/passwd EROFS\n/usr/lib/x EROFS\n"
        "/usr/bin/python3 EROFS\n/dev/x EROFS\n/home/x EROFS\n/proc/self/exe EROFS\n"
        "/var/tmp/x EROFS\n/run/x EROFS\n/tmp/x worked: None\n"
        "link EXDEV\nchmod EROFS\n0o40700 993\n"
    );
}

// Threat case 20.
TEST_CASE("Cell does not reach its control groups", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "print([m.split()[4] for m in open('/proc/self/mountinfo') if ' - cgroup' in m])\n"
        "print({line.split(':')[2].strip() for line in open('/proc/self/cgroup')})\n"
    );
    CHECK(seen.starts_with("[]\n"));
    CHECK(seen.find("lambent") == std::string::npos);
}

// Threat case 21.
TEST_CASE("Cell's own files of /proc do not name the host", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    char name[256];
    REQUIRE(::gethostname(name, sizeof(name)) == 0);
    SandboxFixture cells;
    auto spec = python(
        "import os\n"
        "print(os.uname().nodename, open('/etc/hostname').read() if os.path.exists('/etc/hostname')"
        " else 'none', os.environ)\n"
        "print(open('/etc/passwd').read().count('\\n'), os.listdir('/home'))\n"
    );
    const std::string seen = cells.run(spec).output;
    CHECK(
        seen ==
        "cell none environ({'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8'})\n"
        "3 ['sbx_user1051']\n"
    );
}

// Threat cases 22, 23 and 24.
TEST_CASE("Cell's network has loopback and nothing behind it", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(tcp.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(tcp.get(), 1) == 0);
    REQUIRE(::getsockname(tcp.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const std::string port = std::to_string(ntohs(address.sin_port));

    const UniqueFd abstract(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string label = "lambent-test-" + port;
    std::memcpy(name.sun_path + 1, label.data(), label.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + label.size());
    REQUIRE(::bind(abstract.get(), reinterpret_cast<sockaddr*>(&name), length) == 0);
    REQUIRE(::listen(abstract.get(), 1) == 0);

    const std::string seen = in_cell(
        "def to(host, port): return socket.create_connection((host, port), 5).getpeername()\n"
        "tried('daemon', lambda: to('127.0.0.1', " +
        port +
        "))\n"
        "tried('metadata', lambda: to('169.254.169.254', 80))\n"
        "tried('outside', lambda: to('192.0.2.1', 80))\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "tried('abstract', lambda: s.connect('\\0" +
        label +
        "'))\n"
        "print([n for i, n in socket.if_nameindex()] if False else open('/proc/net/dev').read()"
        ".count('\\n'))\n"
    );
    CHECK(
        seen ==
        "daemon ECONNREFUSED\nmetadata ENETUNREACH\noutside ENETUNREACH\n"
        "abstract ECONNREFUSED\n3\n"
    );
}

// Threat case 25.
TEST_CASE("Cell opens no raw, packet, netlink, vsock or crypto socket", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    const std::string seen = in_cell(
        "tried('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))\n"
        "for name, family in (('packet', 17), ('netlink', 16), ('vsock', 40), ('alg', 38)):\n"
        "    tried(name, lambda: socket.socket(family, socket.SOCK_RAW))\n"
        "tried('pair', lambda: len(socket.socketpair()))\n"
    );
    CHECK(
        seen ==
        "raw EPERM\npacket EAFNOSUPPORT\nnetlink EAFNOSUPPORT\nvsock EAFNOSUPPORT\n"
        "alg EAFNOSUPPORT\npair worked: 2\n"
    );
}

// Threat case 31.
TEST_CASE("Cell's background processes end with its main one", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const auto cell =
        cells.start(python("import os, time\n"
                           "for i in range(20):\n"
                           "    if os.fork() == 0:\n"
                           "        os.setsid()\n"
                           "        if os.fork() == 0:\n"
                           "            while True: time.sleep(1)\n"
                           "        os._exit(0)\n"
                           "print('made', flush=True)\n"
                           "os._exit(3)\n"));
    // The end of the output means that no process is left that holds it.
    const auto run = cells.finish(*cell);
    CHECK(run.output == "made\n");
    CHECK(run.report.verdict == ExitVerdict::kExited);
    CHECK(run.report.status == 3);
}

// Threat case 41, as far as ids go.
TEST_CASE("Cells that live at the same time have different host users", "[sandbox][Walls]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const auto text =
        "import time\n"
        "print(open('/proc/self/uid_map').read().split()[1], flush=True)\n"
        "while True: time.sleep(1)\n";
    const auto one = cells.start(python(text));
    const auto two = cells.start(python(text));
    const UniqueFd first = one->take_output();
    const UniqueFd second = two->take_output();
    const std::string one_uid = cells.read_until(first.get(), "\n");
    const std::string two_uid = cells.read_until(second.get(), "\n");
    CHECK(one_uid != two_uid);
}
