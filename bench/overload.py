#!/usr/bin/python3
"""Ten times more calls than can be served: what of it is served, how fast the rest is told so, what
that costs in memory, and how soon all is well again.

Two limits are met, one after the other: a reservation of 8, and a machine with room for 8
environments. A call takes 20 ms, most of it asleep. First 8 connections call without pause: that is
the peak. Then 160 call at ten times its rate, then 8 again. The rate of requests is not limited.
    bench/overload.py [--seconds N]       ends with 1 when a promise is not kept"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import machine
from servers import Lambent, ROOT

SLOTS = 8
CROWD = 160
MEMORY_MB = 128
MEMORY_MAY_GROW_MB = 10
TEMPLATE = """Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: slow
      Runtime: python3.11
      Handler: app.handler
      CodeUri: .
      Timeout: 10
      MemorySize: {memory}
"""
CODE = "import time\ndef handler(event, context):\n    time.sleep(0.02)\n    return 1\n"


class Memory(threading.Thread):
    """The daemon's resident memory, ten times a second."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.path = pathlib.Path(f"/proc/{process.pid}/status")
        self.seen, self.done = [], threading.Event()

    def run(self):
        while not self.done.wait(0.1):
            found = re.search(r"VmRSS:\s+(\d+)", self.path.read_text())
            self.seen.append(int(found[1]) / 1024)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()


def wrk(target, connections, seconds, cores, pace_ms=0):
    url, headers = target
    done = subprocess.run(
        ["wrk", f"-t{connections}", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s",
         "-s", str(ROOT / "bench" / "overload_load.lua"), url, "--", f"pace={pace_ms}",
         *(f"{name}: {value}" for name, value in headers.items())],
        check=True, capture_output=True, text=True, preexec_fn=cores.on_load)
    result = json.loads(re.search(r"RESULT (.*)", done.stdout)[1])
    result["rate"] = result["served"]["count"] / result["seconds"]
    return result


def scenario(name, reserved, flags, seconds, cores):
    """Peak, crowd, afterwards; with the daemon's memory while the crowd was there."""
    with tempfile.TemporaryDirectory(prefix="lambent-bench-") as folder, \
            Lambent.temporary(*flags, preexec=cores.on_system) as lambent:
        folder = pathlib.Path(folder)
        (folder / "template.yaml").write_text(TEMPLATE.format(memory=MEMORY_MB))
        (folder / "app.py").write_text(CODE)
        lambent.deploy(folder)
        if reserved:
            lambent.client().put_function_concurrency(
                FunctionName="slow", ReservedConcurrentExecutions=reserved)
        target = lambent.invoke_target("slow")
        wrk(target, SLOTS, 3, cores)  # environments boot
        peak = wrk(target, SLOTS, max(5, seconds // 6), cores)
        pace_ms = round(1000 * CROWD / (10 * peak["rate"]))
        wrk(target, CROWD, 3, cores, pace_ms)  # connections and buffers are made
        with Memory(lambent.process) as memory, machine.Watch() as others:
            crowd = wrk(target, CROWD, seconds, cores, pace_ms)
        after = wrk(target, SLOTS, 10, cores)
    offered = (crowd["served"]["count"] + crowd["refused"]["count"]) / crowd["seconds"]
    return {"name": name, "peak": peak, "crowd": crowd, "after": after, "offered": offered,
            "memory_mb": [min(memory.seen), max(memory.seen)], "foreign": others.foreign}


def measure(seconds, cores):
    full = ("--memory-budget", f"{SLOTS * MEMORY_MB}MB")
    return [scenario(f"a reservation of {SLOTS}", SLOTS, (), seconds, cores),
            scenario(f"a machine full with {SLOTS} environments", None, full, seconds, cores)]


def promises(result):
    """(what is promised, what was measured, whether it is kept)."""
    peak, crowd, after = result["peak"], result["crowd"], result["after"]
    low, high = result["memory_mb"]
    return [
        ("goodput ≥ 90 % of the peak", f"{crowd['rate']:,.0f}/s of {peak['rate']:,.0f}/s",
         crowd["rate"] >= 0.9 * peak["rate"]),
        ("429 within 10 ms (p99)", f"p50 {crowd['refused']['p50'] / 1000:.2f} ms, p99 "
         f"{crowd['refused']['p99'] / 1000:.2f} ms", crowd["refused"]["p99"] <= 10_000),
        ("p99 of what is served ≤ 3 × that at the peak", f"{crowd['served']['p99'] / 1000:.1f} ms "
         f"÷ {peak['served']['p99'] / 1000:.1f} ms = "
         f"{crowd['served']['p99'] / peak['served']['p99']:.2f}",
         crowd["served"]["p99"] <= 3 * peak["served"]["p99"]),
        (f"memory flat (within {MEMORY_MAY_GROW_MB} MB)", f"{low:.1f} to {high:.1f} MB",
         high - low <= MEMORY_MAY_GROW_MB),
        ("the peak again in the 10 s afterwards", f"{after['rate']:,.0f}/s, p99 "
         f"{after['served']['p99'] / 1000:.1f} ms", after["rate"] >= 0.9 * peak["rate"]),
        ("no other errors", str(crowd["errors"]), crowd["errors"] == 0),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    kept = True
    for result in measure(parser.parse_args().seconds, machine.Cores()):
        print(f"{result['name']}: offered {result['offered']:,.0f}/s, "
              f"others had {result['foreign']:.0%} of the machine")
        for promised, measured, holds in promises(result):
            print(f"  {'ok  ' if holds else 'MISS'} {promised}: {measured}")
            kept = kept and holds
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
