"""Where the daemon's processor time of a warm call goes: samples of perf, in the program by library
and room, in the kernel by system call."""
import collections
import contextlib
import pathlib
import re
import shutil
import subprocess
import tempfile

import warm
from servers import Lambent

FUNCTION, CONNECTIONS, SECONDS, HERTZ = "echo-cpp", 64, 4, 4000
SMALLEST_SHARE = 0.005
ALLOCATOR = re.compile(r"malloc|_int_free|cfree|calloc|realloc|operator (new|delete)|unlink_chunk")
LIBRARIES = {"libcrypto": "OpenSSL", "libsqlite3": "SQLite", "libstdc++": "libstdc++",
             "libspdlog": "spdlog", "libfmt": "fmt", "libboost": "Boost", "libc.so": "libc",
             "[vdso]": "reading clocks"}
SYSTEM_CALL = re.compile(r"__(?:x64|arm64|se)_sys_(\w+)")
# Some entries carry no such name in a stack.
ENTRIES = {"__sys_sendmsg": "sendmsg", "__sys_recvmsg": "recvmsg", "do_epoll_wait": "epoll_wait"}


def of_program(symbol, library):
    if ALLOCATOR.search(symbol):
        return "allocator"
    for part, name in LIBRARIES.items():
        if part in library:
            return name
    if room := re.match(r"(?:\w+ )?lambent::(?:\(anonymous namespace\)::)?(\w+)::", symbol):
        return f"lambent::{room[1]}"
    for name in ("lambent::", "boost::asio", "boost::", "nlohmann", "std::"):
        if name in symbol:
            return name.rstrip(":")
    return pathlib.Path(library).name


def group_of(stack):
    """`stack` holds (symbol, library) of each frame, the innermost first."""
    symbol, library = stack[0]
    if "kernel" not in library:
        return "program: " + of_program(symbol, library)
    for name, where in stack:
        if "kernel" not in where:
            break
        if found := SYSTEM_CALL.match(name):
            return "kernel: " + found[1]
        if name in ENTRIES:
            return "kernel: " + ENTRIES[name]
    return "kernel: other"


def shares(script):
    """Share of all samples by group, from what `perf script` prints."""
    groups = collections.Counter()
    for sample in script.split("\n\n"):
        stack = [found.groups() for found in
                 re.finditer(r"^\s*[0-9a-f]+ (.*) \(([^()]*(?:\([^()]*\))?)\)$", sample, re.M)]
        if stack:
            groups[group_of(stack)] += 1
    whole = sum(groups.values())
    return {group: count / whole for group, count in groups.most_common()} if whole else {}


def measure(cores):
    if not shutil.which("perf"):
        return {"missing": "perf is not installed (Debian: linux-perf)"}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        daemon = stack.enter_context(
            Lambent(folder / "data", *warm.ROOM, preexec=cores.on_system))
        daemon.deploy()
        target = warm.Target(FUNCTION, [daemon.process.pid],
                             lambda: daemon.invoke_target(FUNCTION))
        warm.wrk(target, CONNECTIONS, 1, cores)
        perf = subprocess.Popen(
            ["perf", "record", "-q", "-F", str(HERTZ), "-g", "-p", str(daemon.process.pid),
             "-o", folder / "samples", "--", "sleep", str(SECONDS)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=cores.on_load)
        warm.wrk(target, CONNECTIONS, SECONDS, cores)
        if perf.wait() != 0:
            return {"missing": "perf may not sample here"}
        script = subprocess.run(["perf", "script", "-i", folder / "samples", "-F", "ip,sym,dso"],
                                capture_output=True, text=True).stdout
        result = warm.wrk(target, CONNECTIONS, SECONDS, cores)  # undisturbed by perf
    user, kernel = result["cpu_us"].get("lambent", (0, 0))
    return {"us": user + kernel, "shares": shares(script)}
