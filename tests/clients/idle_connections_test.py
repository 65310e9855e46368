#!/usr/bin/python3
"""As many idle connections as a daemon takes, and then clients that want something."""
import json
import os
import pathlib
import resource
import socket
import unittest
import urllib.parse

from support.lambent_daemon import DaemonTest, eventually
from support.raw_http import ask

CONNECTIONS_MAX = 10_000  # the daemon's limit
OTHERS = 500              # descriptors that a process needs beside them


class IdleConnections(DaemonTest):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < CONNECTIONS_MAX + OTHERS:
            self.skipTest("SKIPPED: this machine gives a process too few descriptors")
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def memory_bytes(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def test_idle_connections_keep_nobody_out(self):
        client = self.make_function("awake", "def handler(event, context):\n    return 'awake'\n")
        client.invoke(FunctionName="awake")
        self.daemon.close_clients()
        at = urllib.parse.urlsplit(self.daemon.endpoint)
        before, memory = self.descriptors(), self.memory_bytes()
        crowd = [socket.create_connection((at.hostname, at.port), timeout=60) for _ in range(CONNECTIONS_MAX)]
        for connection in crowd:
            self.addCleanup(connection.close)
        eventually(lambda: self.descriptors() >= before + CONNECTIONS_MAX - OTHERS, 60, "their acceptance")
        grown = self.memory_bytes() - memory
        print(f"{CONNECTIONS_MAX} idle connections: {grown / CONNECTIONS_MAX / 1024:.1f} KiB of memory each")

        for _ in range(20):
            self.assertEqual(ask(self.daemon, "GET", "/_lambent/health")[0], 200)
        client = self.daemon.client("lambda")
        self.assertEqual(json.load(client.invoke(FunctionName="awake")["Payload"]), "awake")
        # Room was made by a few, which had waited for longest; the others are where they were.
        for connection in crowd:
            connection.setblocking(False)
        self.assertEqual(crowd[0].recv(1), b"")
        with self.assertRaises(BlockingIOError):
            crowd[-1].recv(1)


if __name__ == "__main__":
    unittest.main()
