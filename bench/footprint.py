"""What lambent takes: memory of idle cells and of the daemon, 500 warm environments, and the time
from `lambent up` to its first answer."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from cold import lines_if_any
from servers import BIN, KeptCaller, Lambent, end

CELLS_ALIVE = 40
ENVIRONMENTS = 500
STARTS = 20
IDLE_AFTER_S = 3
PATIENCE_S = 120
TEMPLATE = """Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: slow
      Runtime: python3.11
      Handler: app.handler
      CodeUri: .
      Timeout: 30
"""
CODE = "import time\ndef handler(event, context):\n    time.sleep(2)\n    return 1\n"


def pss_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024


def up_until_answer(data):
    """Milliseconds from the start of the program to the first 200."""
    (data / "endpoint.json").unlink(missing_ok=True)
    began = time.perf_counter()
    process = subprocess.Popen([BIN / "lambent", "up", "--port", "0", "--data", data],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < PATIENCE_S:
            try:
                url = json.loads((data / "endpoint.json").read_text())["endpoint"]
                with urllib.request.urlopen(f"{url}/_lambent/health") as answer:
                    answer.read()
                return (time.perf_counter() - began) * 1000
            except (OSError, ValueError, urllib.error.URLError):
                time.sleep(0.0005)
        raise RuntimeError("lambent does not answer")
    finally:
        end(process)


def idle_daemon():
    """MiB of the daemon and of its launcher, up, with stems, and nothing to do."""
    with Lambent.temporary() as lambent:
        time.sleep(IDLE_AFTER_S)
        pid = lambent.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {"daemon": pss_mb(pid), "launcher": sum(pss_mb(child) for child in children)}


def call_all(lambent, count):
    """`count` calls at once; how many were answered, by what they were started from."""
    sources, lock = {}, threading.Lock()

    def call():
        with KeptCaller(lambent, "slow:live", {"X-Lambent-Record": "1"}) as caller:
            _, status, headers, _ = caller.call()
        source = json.loads(headers["x-lambent-record"])["source"] if status == 200 else status
        with lock:
            sources[source] = sources.get(source, 0) + 1

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sources


def warm_environments(count):
    """As many environments of one function as provisioned concurrency, then all called at once."""
    with tempfile.TemporaryDirectory(prefix="lambent-bench-") as folder, \
            Lambent.temporary("--memory-budget", "1000GB", "--stem-cells", "off") as lambent:
        folder = pathlib.Path(folder)
        (folder / "template.yaml").write_text(TEMPLATE)
        (folder / "app.py").write_text(CODE)
        lambent.deploy(folder)
        client = lambent.client()
        version = client.publish_version(FunctionName="slow")["Version"]
        client.create_alias(FunctionName="slow", Name="live", FunctionVersion=version)
        began = time.monotonic()
        client.put_provisioned_concurrency_config(
            FunctionName="slow", Qualifier="live", ProvisionedConcurrentExecutions=count)
        while time.monotonic() - began < PATIENCE_S:
            config = client.get_provisioned_concurrency_config(
                FunctionName="slow", Qualifier="live")
            if config["Status"] != "IN_PROGRESS":
                break
            time.sleep(0.1)
        took = time.monotonic() - began
        available = pathlib.Path("/proc/meminfo").read_text()
        return {"wanted": count, "status": config["Status"],
                "available": config.get("AvailableProvisionedConcurrentExecutions", 0),
                "seconds": took, "daemon_mb": pss_mb(lambent.process.pid),
                "machine_free_mb": int(re.search(r"MemAvailable:\s+(\d+)", available)[1]) / 1024,
                "answered": call_all(lambent, count)}


def measure():
    missing = {}
    result = {"missing": missing, "cells": lines_if_any(
        missing, "waiting cells", BIN / "bench_memory", CELLS_ALIVE)}
    print("footprint: cells done", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="lambent-bench-") as folder:
        data = [pathlib.Path(folder) / f"data{number}" for number in range(STARTS)]
        result["up_new_ms"] = [up_until_answer(each) for each in data]
        result["up_again_ms"] = [up_until_answer(each) for each in data]
    result["idle"] = idle_daemon()
    result["environments"] = warm_environments(ENVIRONMENTS)
    return result
