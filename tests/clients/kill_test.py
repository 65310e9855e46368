#!/usr/bin/python3
"""kill -9 of the daemon every second under load, for LAMBENT_KILL_SECONDS (15 where somebody waits, 300
in `make soak`): nothing acknowledged is lost, no more is done twice than was in flight, and the next
life is ready soon (LAMBENT_KILL_READY_MS; asserted only where it is set)."""
import collections
import hashlib
import json
import os
import pathlib
import tempfile
import time
import unittest

from support.kill_load import Life, Load, VISIBILITY_SECONDS, drain, keys_in, measured
from support.lambent_daemon import ROLE, Daemon, eventually, zip_of

SECONDS = float(os.environ.get("LAMBENT_KILL_SECONDS", "15"))
READY_MS = float(os.environ.get("LAMBENT_KILL_READY_MS", "inf"))
IN_FLIGHT = 4  # of the function
RECORDER = """
import os, urllib.request, uuid
def handler(event, context):
    where = f"{os.environ['AWS_ENDPOINT_URL']}/done/{event['id']}/{uuid.uuid4()}"
    urllib.request.urlopen(urllib.request.Request(where, data=b"-", method="PUT"), timeout=20).read()
"""


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class KillEverySecond(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lambent-kill-")
        self.addCleanup(folder.cleanup)
        self.daemon = Daemon(pathlib.Path(folder.name) / "data")
        self.daemon.data.mkdir(mode=0o700)
        self.ready_ms = []

    def furnish(self, life):
        """Queues, buckets and a function; the URL of the queue."""
        urls = {name: life.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("jobs", "told")}
        for bucket in ("kept", "done"):
            life.s3.create_bucket(Bucket=bucket)
        life.s3.put_bucket_policy(Bucket="done", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::done/*"}]}))
        life.s3.put_bucket_notification_configuration(Bucket="kept", NotificationConfiguration={
            "QueueConfigurations": [{"QueueArn": "arn:aws:sqs:us-east-1:000000000000:told",
                                     "Events": ["s3:ObjectCreated:*"]}]})
        life.functions.create_function(FunctionName="recorder", Runtime="python3.11", Handler="app.handler",
                                       Role=ROLE, Code={"ZipFile": zip_of({"app.py": RECORDER})}, Timeout=30,
                                       Tags={"lambent:endpoint": "open"})
        life.functions.put_function_concurrency(FunctionName="recorder", ReservedConcurrentExecutions=IN_FLIGHT)
        return urls

    def next_life(self):
        with measured(self.ready_ms):
            self.daemon.start()
        return Life(self.daemon)

    def live_and_die(self, load, life):
        load.live(life)
        time.sleep(1)
        self.daemon.process.kill()  # in the midst of it
        load.live(None)
        self.daemon.kill()

    def test_nothing_acknowledged_is_lost(self):
        life = self.next_life()
        self.ready_ms.clear()  # the first life makes what there is
        urls = self.furnish(life)
        load = Load(urls["jobs"])
        load.start()
        end, kills = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            self.live_and_die(load, life)
            kills += 1
            life = self.next_life()
            load.jobs_url = life.sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        load.sending = False
        load.live(life)
        self.addCleanup(self.daemon.stop)
        try:
            self.check_messages(load)
            self.check_objects(load, life)
            self.check_events(load, life, kills)
        finally:
            load.end()
            self.tell(load, kills)
        self.assertEqual([], load.failures)
        self.assertLessEqual(max(self.ready_ms), READY_MS)

    def check_messages(self, load):
        eventually(lambda: not load.lost_messages(), 60 + VISIBILITY_SECONDS, "the last acknowledged message")
        time.sleep(VISIBILITY_SECONDS + 1)  # what comes back would have done so
        self.assertGreater(len(load.sent), 5)
        self.assertEqual(set(), load.came_back)
        self.assertLessEqual(load.duplicates(), load.in_flight_at_a_kill)

    def check_objects(self, load, life):
        self.assertGreater(len(load.objects), 3)
        for name, digest in load.objects.items():
            body = life.s3.get_object(Bucket="kept", Key=name)["Body"].read()
            self.assertEqual(digest, hashlib.sha256(body).hexdigest(), name)
        told = set()

        def all_are_told():
            bodies = drain(life.sqs, life.sqs.get_queue_url(QueueName="told")["QueueUrl"])
            told.update(record["s3"]["object"]["key"] for body in bodies
                        for record in json.loads(body).get("Records", []))
            return set(load.objects) <= told
        eventually(all_are_told, 120, "the event of the last acknowledged object")

    def check_events(self, load, life, kills):
        self.assertGreater(len(load.events), 1)

        def attempts():
            return collections.Counter(key.partition("/")[0] for key in keys_in(life.s3, "done"))
        eventually(lambda: load.events <= set(attempts()), 600, "the last acknowledged event")
        self.again = sum(times - 1 for times in attempts().values())
        self.assertLessEqual(self.again, IN_FLIGHT * kills)

    def tell(self, load, kills):
        ready = sorted(self.ready_ms)
        print(f"\n{kills} kills; acknowledged: {len(load.sent)} messages, {len(load.deleted)} deletions, "
              f"{len(load.events)} events, {len(load.objects)} objects; {load.refused} refused\n"
              f"messages received again: {load.duplicates()}, in flight at a kill: {load.in_flight_at_a_kill}; "
              f"events run again: {getattr(self, 'again', '?')}, at most {IN_FLIGHT * kills} in flight\n"
              f"ready after ms: median {ready[len(ready) // 2]:.0f}, "
              f"99% {ready[len(ready) * 99 // 100]:.0f}, longest {ready[-1]:.0f}", flush=True)


if __name__ == "__main__":
    unittest.main()
