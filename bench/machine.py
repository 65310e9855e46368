"""The machine under a benchmark: which processors are used, who else used them, and how unsteady
it is by itself."""
import ctypes
import fcntl
import json
import os
import pathlib
import re
import socket
import struct
import subprocess

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
TICKS = os.sysconf("SC_CLK_TCK")


def describe():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(":")[1].strip() for line in lines if "model name" in line)
    kernel = pathlib.Path("/proc/sys/kernel/osrelease").read_text().split("-")[0].strip()
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE") / 2**30
    kind = "virtual machine" if any("hypervisor" in line for line in lines) else "bare metal"
    return f"{model}, {os.cpu_count()} processors, {memory_gb:.0f} GiB, Linux {kernel}, {kind}"


def private_network():
    """From here on this process and its children have a loopback of their own; why not, if not."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return os.strerror(ctypes.get_errno())
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)
    return ""


class Cores:
    """One processor for the load, another for the whole of a system."""

    def __init__(self):
        usable = sorted(os.sched_getaffinity(0))
        self.load = usable[0]
        apart = [core for core in usable if core not in self._siblings(usable[0])]
        self.system = (apart or usable)[0 if apart else -1]
        self.count = os.cpu_count()
        if len(usable) == 1:
            self.note = "one processor only: the load and the system share it, figures are low"
        elif not apart:
            self.note = "both processors are threads of one core"
        else:
            self.note = ""

    @staticmethod
    def _siblings(core):
        path = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
        siblings = set()
        for part in path.read_text().strip().split(",") if path.exists() else [str(core)]:
            first, _, last = part.partition("-")
            siblings |= set(range(int(first), int(last or first) + 1))
        return siblings

    def on_system(self):
        """For Popen's preexec_fn; what is started from there inherits it."""
        os.sched_setaffinity(0, {self.system})

    def on_load(self):
        os.sched_setaffinity(0, {self.load})


class Process:
    """One line of /proc: its parent, name, and the ticks that it has had."""

    def __init__(self, stat):
        head, _, tail = stat.rpartition(b")")
        fields = tail.split()
        self.name = head.partition(b"(")[2].decode(errors="replace")
        self.parent, self.user, self.kernel = (int(fields[at]) for at in (1, 11, 12))
        self.waited_for = int(fields[13]) + int(fields[14])  # what ended children had


def _processes():
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                found[int(entry)] = Process(file.read())
        except OSError:
            continue  # it has ended meanwhile
    return found


def _family(processes, roots):
    children = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        if pid in processes:
            yield pid, processes[pid]


def _switches(pids):
    """How often the threads of these processes gave the processor up, and had it taken."""
    totals = [0, 0]
    for pid in pids:
        for path in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
            try:
                found = re.findall(r"voluntary_ctxt_switches:\s+(\d+)", path.read_text())
            except OSError:
                continue
            totals = [total + int(count) for total, count in zip(totals, found)]
    return totals


def _busy_ticks():
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields[:8]
    return user + nice + system + irq + softirq + steal


def _uptime():
    return float(pathlib.Path("/proc/uptime").read_text().split()[0])


class Watch:
    """While the context is open: which share of the machine others had (the host counts as one),
    the processor time of the processes below `roots` in microseconds, by name, and how often they
    were switched: by themselves, by force."""

    def __init__(self, roots=()):
        self.roots = roots

    def __enter__(self):
        self.before = _processes()
        self.switched = _switches(pid for pid, _ in _family(self.before, self.roots))
        self.busy, self.since = _busy_ticks(), _uptime()
        return self

    def __exit__(self, *_):
        after, busy, now = _processes(), _busy_ticks(), _uptime()
        switched = _switches(pid for pid, _ in _family(after, self.roots))
        self.switches = [end - begin for begin, end in zip(self.switched, switched)]
        own = self._ticks(after) - self._ticks(self.before)
        capacity = (now - self.since) * TICKS * os.cpu_count()
        self.foreign = min(1.0, max(0.0, (busy - self.busy - own) / max(1.0, capacity)))
        self.used = {}
        for pid, process in _family(after, self.roots):
            earlier = self.before.get(pid)
            user, kernel = self.used.get(process.name, (0, 0))
            self.used[process.name] = (
                user + (process.user - (earlier.user if earlier else 0)) * 1e6 / TICKS,
                kernel + (process.kernel - (earlier.kernel if earlier else 0)) * 1e6 / TICKS)

    @staticmethod
    def _ticks(processes):
        return sum(process.user + process.kernel + process.waited_for
                   for _, process in _family(processes, [os.getpid()]))


def jitter(program, cores, samples=1000):
    """Microseconds by which short sleeps are overslept on the processor of the systems."""
    out = subprocess.run([str(program), str(samples)], check=True, capture_output=True, text=True,
                         preexec_fn=cores.on_system).stdout
    return json.loads(out)
