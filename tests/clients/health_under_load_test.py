#!/usr/bin/python3
"""The health check and the owner's view of a daemon that is busy: cold starts, many clients, large uploads. Each kind of
work goes on until both have answered often enough beside it. How soon they do is printed, and for the benchmark to judge."""
import base64
import http.client
import itertools
import json
import os
import threading
import time
import unittest
import urllib.parse

from support.lambent_daemon import DaemonTest, ROLE, zip_of
from support.raw_http import ask, signed_headers

ANSWERS = 40              # of each, beside each kind of work
CLIENTS = 64
PACKAGE_BYTES = 30 << 20  # which become a third more in JSON
OBJECT_BYTES = 64 << 20
HANDLER = "def handler(event, context):\n    return event\n"


class Watch:
    """Asks for health and for the environments until each has answered often enough."""

    def __init__(self, daemon):
        self.daemon, self.times = daemon, []

    def ask(self, path, headers):
        begun = time.monotonic()
        status, _, _ = ask(self.daemon, "GET", path, headers=headers)
        self.times.append(time.monotonic() - begun)
        return status

    def once(self):
        """The statuses of both."""
        view = "/_lambent/environments"
        return [self.ask("/_lambent/health", {}), self.ask(view, signed_headers(self.daemon, "GET", view, service="lambent"))]

    def told(self):
        ordered = sorted(self.times)
        return f"{len(ordered)} answers, median {ordered[len(ordered) // 2] * 1000:.1f} ms, last {ordered[-1] * 1000:.1f} ms"


class Work:
    """Threads that repeat a step of work until the watch has seen enough; what fails in one fails the test."""

    def __init__(self, threads, make_step):
        self.over, self.done, self.failures = threading.Event(), threading.Event(), []
        self.threads = [threading.Thread(target=self.run, args=(make_step, number)) for number in range(threads)]

    def run(self, make_step, number):
        try:
            step = make_step(number)
            while not self.over.is_set():
                step()
                self.done.set()  # at least once
        except Exception as failure:  # pylint: disable=broad-except
            self.failures.append(failure)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


class HealthUnderLoad(DaemonTest):
    # Most of the many clients are throttled: the machine has two processors, the daemon all the calls.
    flags = ("--stem-cells", "off", "--requests-per-environment", "0", "--account-concurrency", "16")

    def answers_beside(self, what, threads, make_step):
        watch, work = Watch(self.daemon), Work(threads, make_step)
        with work:
            while len(watch.times) < 2 * ANSWERS or not (work.done.is_set() or work.failures):
                self.assertEqual(watch.once(), [200, 200])
        self.assertEqual(work.failures, [])
        print(f"{what}: {watch.told()}")

    def connected(self):
        at = urllib.parse.urlsplit(self.daemon.endpoint)
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=120)
        self.addCleanup(connection.close)
        return connection

    def send(self, connection, method, path, body, service="lambda", headers=None):
        signed = signed_headers(self.daemon, method, path, body, service=service, headers=headers)
        connection.request(method, path, body=body, headers=signed)
        answer = connection.getresponse()
        told = answer.read()
        self.assertLess(answer.status, 300, told[:500])
        return told

    def test_beside_cold_starts(self):
        for number in range(4):
            self.make_function(f"cold{number}", HANDLER, Timeout=60)

        def make_step(number):
            path, connection, round_ = f"/2015-03-31/functions/cold{number}", self.connected(), itertools.count()

            def step():  # a change of settings ends the environments that are there
                change = json.dumps({"Environment": {"Variables": {"ROUND": str(next(round_))}}}).encode()
                self.send(connection, "PUT", path + "/configuration", change)
                self.assertEqual(self.send(connection, "POST", path + "/invocations", b"1"), b"1")
            return step

        self.answers_beside("cold starts", 4, make_step)

    def test_beside_many_clients(self):
        self.make_function("warm", HANDLER, Timeout=60)
        path = "/2015-03-31/functions/warm/invocations"
        signed = signed_headers(self.daemon, "POST", path, b"1")

        def make_step(_):
            connection = self.connected()

            def step():
                connection.request("POST", path, body=b"1", headers=signed)
                answer = connection.getresponse()
                told = answer.read()
                self.assertIn(told if answer.status == 200 else answer.status, (b"1", 429))
            return step

        self.answers_beside(f"{CLIENTS} clients", CLIENTS, make_step)

    def test_beside_uploads(self):
        self.daemon.client("s3").create_bucket(Bucket="large")
        package = zip_of({"app.py": HANDLER, "noise": os.urandom(PACKAGE_BYTES)})
        self.make_function("large", HANDLER)
        code = json.dumps({"ZipFile": base64.b64encode(package).decode()}).encode()
        content = os.urandom(OBJECT_BYTES)

        def make_step(number):
            connection = self.connected()
            if number == 0:
                return lambda: self.send(connection, "PUT", "/2015-03-31/functions/large/code", code)
            unsigned = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
            return lambda: self.send(connection, "PUT", f"/large/{number}", content, "s3", unsigned)

        self.answers_beside("uploads", 3, make_step)


if __name__ == "__main__":
    unittest.main()
