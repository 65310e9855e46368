#!/usr/bin/python3
"""Threats of warm reuse that need a daemon and its clients; the numbers are those of the threat model."""
import concurrent.futures
import json
import os
import pathlib
import sys
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of  # noqa: E402

# Answers its code's number and its settings' number; {"wait": s} waits first.
GENERATION = {
    "python3.12": "import os, time\nCODE = {}\ndef handler(event, context):\n"
                  "    time.sleep(event.get('wait', 0))\n    return [CODE, int(os.environ['SETTINGS'])]\n",
    "nodejs20.x": "const CODE = {};\nconst pause = (ms) => new Promise((go) => setTimeout(go, ms));\n"
                  "exports.handler = async (event) => {{ await pause((event.wait || 0) * 1000);\n"
                  "  return [CODE, Number(process.env.SETTINGS)]; }};\n"}

# A thread counts for ever. Each call says how far it is; the open file lets the test find the process.
SPINNER = """
import threading
MARK = open('/tmp/spinner-{mark}', 'w')
ticks = 0
def spin():
    global ticks
    while True:
        ticks += 1
threading.Thread(target=spin, daemon=True).start()
def handler(event, context):
    return ticks
"""

# A runtime of its own: after its first event a thread answers for that event, and for one that never
# was, while the second is being worked on.
FORGER = """#!/usr/bin/python3
import http.client, json, os, threading
api = os.environ['AWS_LAMBDA_RUNTIME_API']
def ask(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(api)
    connection.request(method, '/2018-06-01/runtime/invocation/' + path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()
forged, go, gone = [], threading.Event(), threading.Event()
def forge(old):
    go.wait()
    for request in (old, '00000000-0000-4000-8000-000000000000'):
        print('END RequestId: ' + request, flush=True)
        for path in ('/response', '/error'):
            forged.append(ask('POST', request + path, '"forged"')[0])
    gone.set()
number = 0
while True:
    status, headers, event = ask('GET', 'next')
    request = headers['Lambda-Runtime-Aws-Request-Id']
    number += 1
    if number == 1:
        threading.Thread(target=forge, args=(request,), daemon=True).start()
    if number == 2:
        go.set()
        gone.wait()
    ask('POST', request + '/response', json.dumps([json.loads(event), forged]))
"""


def processor_time(mark):
    """Nanoseconds that the process which holds the marked file has run, with all its threads."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if not any(os.readlink(fd).endswith(f"spinner-{mark}") for fd in (process / "fd").iterdir()):
                continue
            return sum(int((task / "schedstat").read_text().split()[0]) for task in (process / "task").iterdir())
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    raise AssertionError(f"no process has the mark {mark}")


class Threats(DaemonTest):
    flags = ("--stem-cells", "auto")

    def make(self, name, runtime, source, **settings):
        client = self.daemon.client("lambda")
        suffix = ".py" if runtime.startswith("python") else ".js"
        client.create_function(FunctionName=name, Runtime=runtime, Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": zip_of({"app" + suffix: source})}, **settings)
        self.addCleanup(client.delete_function, FunctionName=name)
        return client

    def call(self, client, name, event=None):
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
        self.assertNotIn("FunctionError", answer)
        return json.load(answer["Payload"])

    def environments(self, name):
        shown = json.loads(self.daemon.run("ps", "--json"))
        return [one for one in shown["environments"] if one["function"] == name]

    def test_threat_50_no_call_after_an_update_runs_what_was_before(self):
        """Threat 50: under load, 0 calls that begin after an acknowledged update run old code or see old
        variables; calls that run meanwhile end in peace."""
        for runtime, source in GENERATION.items():
            with self.subTest(runtime=runtime):
                self.update_under_load("generation-" + runtime[:4], runtime, source)

    def update_under_load(self, name, runtime, source):
        suffix = ".py" if runtime.startswith("python") else ".js"
        client = self.make(name, runtime, source.format(0), Timeout=20,
                           Environment={"Variables": {"SETTINGS": "0"}})
        known, calls, wrong = [0, 0], [0], []
        stop = threading.Event()

        def keep_calling(wait):
            while not stop.is_set():
                least = list(known)
                got = self.call(client, name, {"wait": wait})
                calls[0] += 1
                if got[0] < least[0] or got[1] < least[1]:
                    wrong.append((least, got))

        with concurrent.futures.ThreadPoolExecutor(6) as callers:
            running = [callers.submit(keep_calling, wait) for wait in (0, 0, 0, 0.01, 0.1, 0.5)]
            try:
                for number in range(1, 11):
                    enough = calls[0] + 10
                    client.update_function_code(
                        FunctionName=name, ZipFile=zip_of({"app" + suffix: source.format(number)}))
                    known[0] = number
                    eventually(lambda: calls[0] >= enough, what="calls after new code")
                    client.update_function_configuration(
                        FunctionName=name, Environment={"Variables": {"SETTINGS": str(number)}})
                    known[1] = number
                    enough = calls[0] + 10
                    eventually(lambda: calls[0] >= enough, what="calls after new settings")
            finally:
                stop.set()
            for caller in running:
                caller.result()
        self.assertEqual([], wrong)
        self.assertEqual([10, 10], self.call(client, name))

    def test_threat_51_what_runs_on_after_the_answer_is_frozen(self):
        """Threat 51: a thread that goes on after the answer gets no processor time until the next call."""
        for cold in ("first", "second"):  # from a stem, and again
            source = SPINNER.format(mark=cold)
            client = self.make("spinner-" + cold, "python3.12", source, MemorySize=1769)
            other = self.make("other-" + cold, "python3.12", "def handler(event, context):\n    return 1\n")
            first = self.call(client, "spinner-" + cold)
            eventually(lambda: self.environments("spinner-" + cold)[0]["frozen"], what="the freeze")

            def grown_during(calls):
                before = processor_time(cold)
                for _ in range(calls):
                    self.call(other, "other-" + cold)
                return processor_time(cold) - before

            # The kernel stops a thread where it next can: soon, and then for good.
            eventually(lambda: grown_during(10) == 0, what="the standstill")
            self.assertEqual(0, grown_during(100))
            self.assertGreater(self.call(client, "spinner-" + cold), first)  # it was there all the time

    def test_threat_51_what_thaws_cannot_answer_for_another_request(self):
        """Threat 51: a thread of an earlier call answers for it, and for one that never was: refused, and
        the call that runs gets its own answer; its lines stay in its environment's stream."""
        client = self.daemon.client("lambda")
        client.create_function(FunctionName="forger", Runtime="provided.al2023", Handler="bootstrap", Role=ROLE,
                               Timeout=20, Code={"ZipFile": zip_of({"bootstrap": (FORGER, 0o755)})})
        self.addCleanup(client.delete_function, FunctionName="forger")
        self.assertEqual(["one", []], self.call(client, "forger", "one"))
        event, forged = self.call(client, "forger", "two")
        self.assertEqual("two", event)
        self.assertEqual(4, len(forged))
        self.assertTrue(all(400 <= status < 500 for status in forged), forged)
        self.assertEqual(["three", forged], self.call(client, "forger", "three"))
        logs = self.daemon.client("logs")

        def lines(pattern):
            return logs.filter_log_events(logGroupName="/aws/lambda/forger", filterPattern=pattern)["events"]

        eventually(lambda: len(lines("REPORT")) == 3, what="three reports")
        self.assertEqual(3, len(lines("START")))
        self.assertEqual(5, len(lines('"END RequestId"')))  # two of them the function's own text
        self.assertEqual(1, len({one["logStreamName"] for one in lines("RequestId")}))


if __name__ == "__main__":
    unittest.main()
