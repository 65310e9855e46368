#!/usr/bin/python3
"""kill -9 of the daemon at any moment: what was acknowledged is there afterwards, and nothing of the
previous life is: no cell, no cgroup, no mount."""
import json
import os
import pathlib
import random
import tempfile
import threading
import time
import unittest

import botocore.exceptions

from support.lambent_daemon import ROLE, Daemon, eventually, zip_of

RECORDER = """
import boto3, json, os
def handler(event, context):
    boto3.client("s3").put_object(Bucket="done", Key=event["id"], Body=b"")
"""
LIVES = int(os.environ.get("LAMBENT_CRASH_LIVES", "4"))


def descendants(pid):
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class Crash(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lambent-crash-")
        self.addCleanup(folder.cleanup)
        self.daemon = Daemon(pathlib.Path(folder.name) / "data")
        self.daemon.data.mkdir(mode=0o700)

    def load(self, acknowledged, stop):
        """Uploads and asynchronous calls until the daemon dies; what was acknowledged is noted."""
        s3, client = self.daemon.client("s3"), self.daemon.client("lambda")
        number = 0
        while not stop.is_set():
            name = f"{threading.get_ident()}-{number}"
            number += 1
            try:
                s3.put_object(Bucket="kept", Key=name, Body=name.encode() * 100)
                acknowledged["objects"].append(name)
                client.invoke(FunctionName="recorder", InvocationType="Event",
                              Payload=json.dumps({"id": name}))
                acknowledged["events"].append(name)
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
                return

    def one_life(self, acknowledged, seconds):
        stop = threading.Event()
        threads = [threading.Thread(target=self.load, args=(acknowledged, stop)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        family = descendants(self.daemon.process.pid)
        self.assertTrue(family, "there was nothing to leave behind")
        self.daemon.kill()
        stop.set()
        for thread in threads:
            thread.join()
        eventually(lambda: not [pid for pid in family if alive(pid)], what="the end of every process")

    def test_what_was_acknowledged_survives_kill_9(self):
        dice = random.Random(20261121)
        acknowledged = {"objects": [], "events": []}
        self.daemon.start()
        s3, client = self.daemon.client("s3"), self.daemon.client("lambda")
        for bucket in ("kept", "done"):
            s3.create_bucket(Bucket=bucket)
        client.create_function(FunctionName="recorder", Runtime="python3.11", Handler="app.handler",
                               Role=ROLE, Code={"ZipFile": zip_of({"app.py": RECORDER})}, Timeout=30,
                               MemorySize=512, Tags={"lambent:endpoint": "open"})
        for _ in range(LIVES):
            self.one_life(acknowledged, dice.uniform(0.5, 2.5))
            self.daemon.start()
        self.addCleanup(self.daemon.stop)
        s3, client = self.daemon.client("s3"), self.daemon.client("lambda")

        self.assertEqual(["recorder"], [f["FunctionName"] for f in client.list_functions()["Functions"]])
        self.assertGreater(len(acknowledged["objects"]), LIVES)
        for name in acknowledged["objects"]:
            self.assertEqual(name.encode() * 100, s3.get_object(Bucket="kept", Key=name)["Body"].read())
        wanted = set(acknowledged["events"])
        eventually(lambda: wanted <= self.keys(s3, "done"), 400, "the last acknowledged event")

    def keys(self, s3, bucket):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    def test_nothing_of_a_killed_life_is_left(self):
        self.daemon.start()
        mounts = pathlib.Path("/proc/self/mounts").read_text()
        client = self.daemon.client("lambda")
        client.create_function(FunctionName="idle", Runtime="python3.11", Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": zip_of({"app.py": "def handler(e, c):\n    return 1\n"})})
        client.invoke(FunctionName="idle")
        family = descendants(self.daemon.process.pid)
        self.assertGreater(len(family), 1)
        self.daemon.kill()
        eventually(lambda: not [pid for pid in family if alive(pid)], what="the end of every process")
        self.daemon.start()
        self.assertEqual(mounts, pathlib.Path("/proc/self/mounts").read_text())
        self.daemon.stop_clean()


if __name__ == "__main__":
    unittest.main()
