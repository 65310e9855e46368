#!/usr/bin/python3
"""A real daemon that ends at a failpoint: what it acknowledged is there in its next life."""
import json
import os
import pathlib
import tempfile
import unittest

from botocore.exceptions import HTTPClientError

from support.lambent_daemon import ROLE, Daemon, eventually, zip_of

SOURCE = "def handler(event, context):\n    raise RuntimeError('no')\n"
# Each on the way of one asynchronous event to the record of its end.
FAILPOINTS = ("async.claim.committed", "async.attempt.ended", "async.end.told", "async.end.committed",
              "outbox.claim.committed", "outbox.send.ended")


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class Failpoints(unittest.TestCase):
    def start(self, failpoint=None):
        os.environ.pop("LAMBENT_FAILPOINT", None)
        if failpoint:
            os.environ["LAMBENT_FAILPOINT"] = failpoint
        try:
            self.daemon.start()
        finally:
            os.environ.pop("LAMBENT_FAILPOINT", None)

    def records(self):
        s3 = self.daemon.client("s3")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket="ends").get("Contents", [])]
        return [json.load(s3.get_object(Bucket="ends", Key=key)["Body"])["requestContext"]["requestId"]
                for key in keys]

    def send(self):
        """The request's id if the daemon said yes before it ended."""
        try:
            accepted = self.daemon.client("lambda").invoke(
                FunctionName="fails", InvocationType="Event", Payload="{}")
        except (HTTPClientError, ConnectionError):
            return None
        return accepted["ResponseMetadata"]["RequestId"]

    def make_function(self):
        client = self.daemon.client("lambda")
        client.create_function(FunctionName="fails", Runtime="python3.11", Handler="app.handler",
                               Role=ROLE, Code={"ZipFile": zip_of({"app.py": SOURCE})})
        self.daemon.client("s3").create_bucket(Bucket="ends")
        client.put_function_event_invoke_config(
            FunctionName="fails", MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::ends"}})

    def test_an_event_survives_the_end_of_the_daemon_anywhere_on_its_way(self):
        with tempfile.TemporaryDirectory(prefix="lambent-test-") as folder:
            self.daemon = Daemon(pathlib.Path(folder) / "data", "--stem-cells", "off")
            self.daemon.data.mkdir(mode=0o700)
            self.start()
            self.make_function()
            self.daemon.stop()
            acknowledged = 0
            for failpoint in FAILPOINTS:
                with self.subTest(failpoint):
                    self.start(failpoint)
                    request = self.send()
                    self.assertEqual(137, self.daemon.process.wait(180))
                    self.daemon.close_clients()
                    self.daemon.log.close()
                    self.start()
                    if request:
                        eventually(lambda: request in self.records(), what="the record")
                        acknowledged += 1
                    self.daemon.stop()
            self.assertGreaterEqual(acknowledged, len(FAILPOINTS) // 2)


if __name__ == "__main__":
    unittest.main()
