#!/usr/bin/python3
"""Whether dispatching slows down with the number of functions that are registered: warm calls of
one function in a daemon that knows 10,000, beside one that knows 10. They are registered through
the API, each with its own name, all with the same code.
    bench/many_functions.py [--functions N] [--rounds N] [--seconds N]"""
import argparse
import base64
import contextlib
import io
import json
import sys
import threading
import time
import zipfile

import machine
import warm
from servers import FUNCTIONS, Lambent, post
from statistics_of import median, spread

FEW = 10
THREADS = 4
CONNECTIONS = (1, 16)
CALLED = "echo-python"


def package():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(FUNCTIONS / "python" / "app.py", "app.py")
    return base64.b64encode(buffer.getvalue()).decode()


def register(daemon, count):
    """Through the API, from several connections; seconds that it took."""
    code, failures = package(), []

    def some(first):
        for number in range(first, count, THREADS):
            status = post(daemon.port, "/2015-03-31/functions", {
                "FunctionName": f"other-{number}", "Runtime": "python3.11",
                "Handler": "app.handler", "Role": "arn:aws:iam::123456789012:role/bench",
                "Code": {"ZipFile": code}})
            if status != 201:
                failures.append(status)

    began = time.monotonic()
    threads = [threading.Thread(target=some, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"functions could not be registered: {failures[:5]}")
    return time.monotonic() - began


def resident_mb(daemon):
    with open(f"/proc/{daemon.process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def measure(options, cores):
    with contextlib.ExitStack() as stack:
        daemons = {count: stack.enter_context(Lambent.temporary(
            "--auth", "none", *warm.ROOM, preexec=cores.on_system))
            for count in (FEW, options.functions)}
        result = {"functions": options.functions, "few": FEW, "rounds": {}, "registered_s": 0}
        for count, daemon in daemons.items():
            daemon.deploy()
            result["registered_s"] = register(daemon, count - len(warm.LAMBENT))
            result[f"resident_mb_{'few' if count == FEW else 'many'}"] = resident_mb(daemon)
        print(f"many functions: registered in {result['registered_s']:.1f} s", file=sys.stderr)
        targets = {
            count: warm.Target(str(count), [daemon.process.pid],
                               lambda daemon=daemon: daemon.invoke_target(CALLED))
            for count, daemon in daemons.items()}
        for connections in CONNECTIONS:
            rounds = {"few": [], "many": []}
            for target in targets.values():
                warm.wrk(target, connections, warm.WARM_UP_S[connections], cores)
            for _ in range(options.rounds):
                for count, target in targets.items():
                    rounds["few" if count == FEW else "many"].append(
                        warm.wrk(target, connections, options.seconds, cores))
            result["rounds"][str(connections)] = rounds
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    result = measure(parser.parse_args(), machine.Cores())
    for connections, rounds in result["rounds"].items():
        for name, each in rounds.items():
            values = [round["p50"] for round in each]
            print(f"{connections} connections, {result.get(name, result['functions'])} functions: "
                  f"p50 {median(values):.0f} us ({spread(values)})")
    result.pop("rounds")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
