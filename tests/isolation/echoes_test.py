#!/usr/bin/python3
"""Many echoes over many functions: every answer belongs to its call, and nothing of one function is
ever seen by another. LAMBENT_ECHOES says how many (100,000 where nothing slows the code down)."""
import json
import os
import pathlib
import secrets
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))

from support.lambent_daemon import ROLE, ROOT, DaemonTest, eventually, zip_of  # noqa: E402

ECHOES = int(os.environ.get("LAMBENT_ECHOES", "100000"))
CALLS = os.environ.get("LAMBENT_ECHO_CALLS", str(ROOT / "build/bin/echo_calls"))
GUEST = os.environ.get("LAMBENT_ECHO_FUNCTION", str(ROOT / "build/bin/echo_function"))
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


def packages():
    """What each runtime's echo consists of."""
    source = HERE / "functions"
    return {"python3.12": ("app.handler", zip_of({"app.py": (source / "echo.py").read_text()})),
            "nodejs20.x": ("app.handler", zip_of({"app.js": (source / "echo.cjs").read_text()})),
            "provided.al2023": ("bootstrap", zip_of({"bootstrap": (pathlib.Path(GUEST).read_bytes(), 0o755)}))}


class EchoTest(DaemonTest):
    flags = ("--stem-cells", "auto")

    def setUp(self):
        self.functions, self.targets = [], []
        self.addCleanup(self.delete_functions)

    def make_functions(self, count, timeout):
        """So many in all languages; each fourth also has a version 1 of other variables, and an alias."""
        self.packages = packages()
        client = self.daemon.client("lambda")
        with ThreadPoolExecutor(4) as makers:
            for made in makers.map(lambda number: self.make_echo(client, number, timeout), range(count)):
                self.targets += made

    def make_echo(self, client, number, timeout):
        name = f"echo-{number}"
        runtime = list(self.packages)[number % len(self.packages)]
        handler, code = self.packages[runtime]
        published = number % 4 == 0
        before, secret = (f"mark.{number}-{what}.{secrets.token_hex(8)}" for what in ("old", "new"))
        memory = 128 + number % 3
        client.create_function(
            FunctionName=name, Runtime=runtime, Handler=handler, Role=ROLE, Timeout=timeout,
            MemorySize=memory, Publish=published, Code={"ZipFile": code},
            Environment={"Variables": {"SECRET": before if published else secret}})
        self.functions.append(name)
        targets = [self.target(name, "", "$LATEST", secret, memory)]
        if published:
            client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
            client.update_function_configuration(FunctionName=name,
                                                 Environment={"Variables": {"SECRET": secret}})
            targets += [self.target(name, qualifier, "1", before, memory) for qualifier in ("1", "live")]
        return targets

    def target(self, name, qualifier, version, secret, memory):
        arn = ARN + name + (":" + qualifier if qualifier else "")
        return {"function": name, "qualifier": qualifier, "version": version, "secret": secret,
                "memory": memory, "arn": arn}

    def delete_functions(self):
        client = self.daemon.client("lambda")
        for name in self.functions:
            client.delete_function(FunctionName=name)

    def call(self, calls, **shares):
        """Makes the calls; the report."""
        host, port = self.daemon.endpoint.removeprefix("http://").rsplit(":", 1)
        plan = {"host": host, "port": int(port), "region": self.daemon.region, "calls": calls,
                "access_key": self.daemon.access_key, "secret_key": self.daemon.secret,
                "connections": 16, "seed": 20261121, "targets": self.targets, **shares}
        folder = pathlib.Path(self.folder.name)
        (folder / "plan.json").write_text(json.dumps(plan))
        done = subprocess.run([CALLS, folder / "plan.json", folder / "report.json"], timeout=800,
                              capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1), done.stderr + self.daemon.tail())
        report = json.loads((folder / "report.json").read_text())
        print({name: value for name, value in report.items() if name != "lines"})
        self.assertEqual([], report["sentences"])
        self.assertEqual(0, report["mismatches"])
        return report

    def logged(self, name):
        """What a function's echoes have logged: (nonce, stream) each, and all secrets among them."""
        pages = self.daemon.client("logs").get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{name}", filterPattern='"echo nonce"')
        events = [event for page in pages for event in page["events"]]
        said = [(event["message"].split(), event["logStreamName"]) for event in events]
        return ({(words[1], stream) for words, stream in said}, {words[2] for words, _ in said})


class Echoes(EchoTest):
    def test_threats_49_and_54_no_answer_mark_variable_or_line_meets_another_function(self):
        """Threat 49: marks left in /tmp, globals, variables, the working directory are never met outside
        the same version's environment. Threat 54: 100 functions, random calls, 0 mismatches."""
        self.make_functions(100, timeout=30)
        before = self.daemon.process.pid
        report = self.call(ECHOES, cold=5)
        self.assertEqual(ECHOES, report["answers"])
        self.assertGreaterEqual(report["environments"], len(self.targets) * 2 // 3)
        self.assertEqual((before, None), (self.daemon.process.pid, self.daemon.process.poll()))
        own = {}
        for target in self.targets:
            own.setdefault(target["function"], set()).add(target["secret"])
        for name, lines in report["lines"].items():
            wanted = {(nonce, stream) for nonce, stream in lines}
            eventually(lambda: wanted <= self.logged(name)[0], what=f"the lines of {name}")
            said, marks = self.logged(name)
            self.assertEqual(wanted, said)
            self.assertLessEqual(marks, own[name])


class Interleaved(EchoTest):
    def test_threat_55_no_answer_reaches_another_caller(self):
        """Threat 55: callers that hang up, calls that time out, die and fail, among calls that do not."""
        self.make_functions(12, timeout=3)
        calls = min(ECHOES, 6000)
        report = self.call(calls, hang_up=100, late=15, die=15, fail=50, cold=10)
        self.assertEqual(calls, report["answers"] + report["hung_up"])
        self.assertGreater(report["hung_up"], calls // 20)


if __name__ == "__main__":
    unittest.main()
