"""Warm calls over HTTP: wrk on one processor, everything of a system on another, rounds of all
systems interleaved, so that a drift of the machine meets all of them."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import machine
import peer_servers
from servers import BIN, Lambent, NotRun, ROOT

CONNECTIONS = (1, 16, 64)
WARM_UP_S = {1: 1, 16: 3, 64: 3}
LAMBENT = {
    "lambent C++": "echo-cpp",
    "lambent Python": "echo-python",
    "lambent Node, synchronous": "echo-node-sync",
    "lambent Node, asynchronous": "echo-node-async",
}
UNSIGNED = "lambent C++, unsigned (--auth none)"
# Enough that an environment of a whole processor fits for each connection and function.
ROOM = ("--memory-budget", "1000GB")
SIGNATURE_HOLDS_S = 600


class Target:
    """One system: where it is called and with which headers, and its processes."""

    def __init__(self, name, pids, sign):
        self.name, self.pids, self.sign, self.signed_at = name, pids, sign, None

    def address(self):
        if self.signed_at is None or time.monotonic() - self.signed_at > SIGNATURE_HOLDS_S:
            self.url, headers = self.sign()
            self.headers = {"Content-Type": "application/json", **headers}
            self.signed_at = time.monotonic()
        return self.url, self.headers


def wrk(target, connections, seconds, cores):
    """One round: microseconds at p50, p90 and p99, calls served a second, the share refused."""
    url, headers = target.address()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency",
               "-s", str(ROOT / "bench" / "post.lua"), url, "--"]
    with machine.Watch(target.pids) as watch:
        done = subprocess.run(command + [f"{k}: {v}" for k, v in headers.items()],
                              capture_output=True, text=True, preexec_fn=cores.on_load)
    found = re.search(r"RESULT (.*)", done.stdout)
    if not found:
        raise RuntimeError(f"wrk printed no result for {target.name}:\n{done.stdout}{done.stderr}")
    result = json.loads(found[1])
    # Calls that failed or were throttled are not counted as served.
    result["refused"] = min(1.0, result["errors"] / max(1.0, result["rps"] * seconds))
    result["rps"] *= 1 - result["refused"]
    calls = max(1.0, result["rps"] * seconds)
    result["foreign"] = None if target.name in peer_servers.UNTRACKED else watch.foreign
    result["switches"] = [count / calls for count in watch.switches]
    result["cpu_us"] = {name: [user / calls, kernel / calls]
                        for name, (user, kernel) in watch.used.items()}
    return result


def start_peers(stack, folder, cores):
    """Every floor and peer that runs here, and of the others why they do not."""
    targets, missing = [], {}
    everyone = {**peer_servers.FLOORS, **peer_servers.SYSTEMS}
    for number, (name, start) in enumerate(everyone.items()):
        own = folder / f"peer{number}"
        own.mkdir()
        own.chmod(0o777)  # workers of nginx run as another user
        try:
            with contextlib.ExitStack() as attempt:
                at = peer_servers.Start(own, cores, attempt)
                url = start(at)
                stack.push(attempt.pop_all())
            targets.append(Target(name, at.pids, lambda url=url: (url, {})))
        except (NotRun, OSError, ValueError) as failure:
            missing[name] = str(failure)
            print(f"warm: {name} is not run: {failure}", file=sys.stderr)
    return targets, missing


def start_lambent(stack, folder, cores):
    signed = stack.enter_context(Lambent(folder / "signed", *ROOM, preexec=cores.on_system))
    unsigned = stack.enter_context(
        Lambent(folder / "unsigned", "--auth", "none", *ROOM, preexec=cores.on_system))
    for daemon in (signed, unsigned):
        daemon.deploy()
    targets = [Target(name, [signed.process.pid],
                      lambda function=function: signed.invoke_target(function))
               for name, function in LAMBENT.items()]
    return targets + [Target(UNSIGNED, [unsigned.process.pid],
                             lambda: unsigned.invoke_target("echo-cpp"))]


def rounds_of(targets, connections, options, cores, results):
    """Interleaved rounds; those in which others had too much of the machine are repeated, but not
    more of them than there are systems: a run has to end."""
    for target in targets:  # pools grow to this many connections, compilers see what is hot
        wrk(target, connections, WARM_UP_S[connections], cores)
    probes, repeats_left = [], len(targets)
    seconds = options.seconds if connections > 1 else max(1, options.seconds // 2)
    for number in range(options.rounds):
        probes.append(machine.jitter(BIN / "bench_jitter", cores))
        for target in targets:
            kept = results[target.name].setdefault(str(connections), {"kept": [], "discarded": []})
            result = wrk(target, connections, seconds, cores)
            while (result["foreign"] or 0) > options.foreign_max and repeats_left > 0:
                kept["discarded"].append(result)
                repeats_left -= 1
                result = wrk(target, connections, seconds, cores)
            kept["kept"].append(result)
        print(f"warm: {connections} connections, round {number + 1} of {options.rounds}",
              file=sys.stderr)
    return probes


def measure(options, cores):
    results, probes = {}, {}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="lambent-bench-", ignore_cleanup_errors=True)))
        os.chmod(folder, 0o755)
        targets, missing = start_peers(stack, folder, cores)
        targets += start_lambent(stack, folder, cores)
        results = {target.name: {} for target in targets}
        for connections in CONNECTIONS:
            probes[str(connections)] = rounds_of(targets, connections, options, cores, results)
    return {"systems": results, "notRun": missing, "jitter": probes,
            "foreignMax": options.foreign_max, "seconds": options.seconds}
