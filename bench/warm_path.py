#!/usr/bin/python3
"""Where the microseconds of a warm call go: processor time of a call by process and thread, in the
program and in the kernel; how many environments answered; and the system calls of a call, counted
by strace in a round of its own. docs/warm-path.md has what it printed. Needs root:
    sudo bench/warm_path.py [--connections 16,64] [--systems floor,C++,Python] [--no-strace]
    sudo bench/warm_path.py --profile --systems C++   # perf's samples by process and function"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import machine
import peer_servers
import warm
from servers import BIN, Lambent

FLOORS = ("floor: epoll + SEQPACKET", "floor: epoll + 64 processes", "epoll alone")


class Used:
    """Processor time of the daemon's threads and of the processes below it, in microseconds."""

    def __init__(self, pid):
        self.parts = collections.Counter()
        ours = machine._processes()
        for found, process in machine._family(ours, [pid]):
            if found != pid:
                self._add("cells" if process.name not in ("lambent-launche",) else "launcher",
                          process)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                name = "daemon" if task.name == str(pid) else "its other threads"
                self._add(name, machine.Process((task / "stat").read_bytes()))

    def _add(self, name, process):
        self.parts[name, "user"] += process.user * 1e6 / machine.TICKS
        self.parts[name, "kernel"] += process.kernel * 1e6 / machine.TICKS

    def since(self, before, calls):
        names = dict.fromkeys(name for name, _ in self.parts)
        return {name: [(self.parts[name, kind] - before.parts[name, kind]) / calls
                       for kind in ("user", "kernel")] for name in names}


def system_calls(pids, calls_of):
    """System calls of a call, counted while `calls_of` makes its calls and says how many."""
    if not shutil.which("strace"):
        return {}
    with tempfile.NamedTemporaryFile("r") as out:
        command = ["strace", "-c", "-f", "-q", "-o", out.name]
        counter = subprocess.Popen(command + [f"-p{pid}" for pid in pids],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        calls = calls_of()
        counter.send_signal(2)
        counter.wait()
        found = {}
        for line in out.read().splitlines():
            fields = line.split()
            if len(fields) >= 5 and re.fullmatch(r"[0-9.]+", fields[0]) and fields[-1] != "total":
                errors = int(fields[4]) if len(fields) > 5 else 0
                found[fields[-1]] = (int(fields[3]) / calls, errors / calls)
        return {name: count for name, count in found.items() if count[0] >= 0.02}


def environments(daemon, function):
    shown = subprocess.run([str(BIN / "lambent"), "--data", str(daemon.data), "ps", "--json"],
                           capture_output=True, text=True).stdout
    with contextlib.suppress(ValueError):
        listed = json.loads(shown)
        listed = listed.get("environments", listed) if isinstance(listed, dict) else listed
        return {one["logStream"]: one["invocations"] for one in listed
                if one.get("function") == function}
    return {}


def round_of(target, pid, connections, options, cores, daemon=None, function=None):
    warm.wrk(target, connections, options.warm_up, cores)
    had = environments(daemon, function) if daemon else {}
    before = Used(pid)
    result = warm.wrk(target, connections, options.seconds, cores)
    calls = max(1.0, result["rps"] * options.seconds)
    parts = Used(pid).since(before, calls)
    answered = None
    if daemon:
        has = environments(daemon, function)
        answered = sum(1 for name, count in has.items() if count > had.get(name, 0) + 10)
    return result, parts, answered


def show(name, connections, result, parts, answered):
    whole = sum(sum(part) for part in parts.values())
    print(f"\n{name}, {connections} connections: {result['rps']:.0f}/s, p50 {result['p50']} us, "
          f"p99 {result['p99']} us, {whole:.1f} us a call, switches "
          f"{result['switches'][0]:.2f} (forced {result['switches'][1]:.2f})"
          + (f", {answered} environments answered" if answered else ""))
    for part, (user, kernel) in parts.items():
        if user + kernel >= 0.05:
            print(f"    {part:20s} program {user:6.2f}  kernel {kernel:6.2f}")


def show_calls(of, calls):
    text = ", ".join(f"{name} {count:.2f}" + (f" ({failed:.2f} in vain)" if failed > 0.01 else "")
                     for name, (count, failed) in sorted(calls.items(), key=lambda c: -c[1][0]))
    print(f"    system calls of {of}: {text}")


def profile(target, pid, options, cores):
    """perf's samples on the system's processor: by process, then by function."""
    warm.wrk(target, options.connections[-1], options.warm_up, cores)
    with tempfile.TemporaryDirectory() as folder:
        samples = f"{folder}/samples"
        perf = subprocess.Popen(
            ["perf", "record", "-q", "-F", "5000", "-C", str(cores.system), "-g", "-o", samples,
             "--", "sleep", str(options.seconds)], stderr=subprocess.DEVNULL)
        result = warm.wrk(target, options.connections[-1], options.seconds, cores)
        perf.wait()
        print(f"{result['rps']:.0f}/s while sampled")
        for keys in ("comm", "comm,dso", "comm,dso,sym"):
            report = subprocess.run(
                ["perf", "report", "-i", samples, "--no-children", "-g", "none", "--stdio",
                 "--percent-limit", "0.3", "-s", keys], capture_output=True, text=True).stdout
            print("\n".join(line for line in report.splitlines()
                            if line and not line.startswith("#")), "\n")


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", default="16,64")
    parser.add_argument("--systems", default="floor,C++,Python,synchronous")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--no-strace", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    options.connections = [int(count) for count in options.connections.split(",")]
    options.systems = options.systems.split(",")
    return options


def measure_floors(stack, folder, options, cores):
    for number, name in enumerate(FLOORS):
        own = folder / f"floor{number}"
        own.mkdir()
        with contextlib.ExitStack() as attempt:
            at = peer_servers.Start(own, cores, attempt)
            url = peer_servers.FLOORS[name](at)
            target = warm.Target(name, at.pids, lambda url=url: (url, {}))
            for connections in options.connections:
                show(name, connections,
                     *round_of(target, at.pids[0], connections, options, cores))


def measure_lambent(stack, folder, options, cores):
    daemon = stack.enter_context(Lambent(folder / "data", *warm.ROOM, preexec=cores.on_system))
    daemon.deploy()
    pid = daemon.process.pid
    for name, function in warm.LAMBENT.items():
        if not any(word in name for word in options.systems):
            continue
        target = warm.Target(name, [pid], lambda: daemon.invoke_target(function))
        if options.profile:
            profile(target, pid, options, cores)
            continue
        for connections in options.connections:
            show(name, connections,
                 *round_of(target, pid, connections, options, cores, daemon, function))
            if options.no_strace:
                continue

            def calls_of():
                return max(1.0, warm.wrk(target, connections, 2, cores)["rps"] * 2)
            show_calls("the daemon", system_calls([pid], calls_of))
            cells = [found for found, process in machine._family(machine._processes(), [pid])
                     if process.name in ("bootstrap", "node", "python3.11", "python3")]
            show_calls("the cells", system_calls(cells, calls_of))


def main():
    options = parse()
    if os.geteuid() != 0:
        sys.exit("lambent's cells need root; run: sudo bench/warm_path.py")
    machine.private_network()
    cores = machine.Cores()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        print(machine.describe())
        if "floor" in options.systems and not options.profile:
            measure_floors(stack, folder, options, cores)
        measure_lambent(stack, folder, options, cores)


if __name__ == "__main__":
    main()
