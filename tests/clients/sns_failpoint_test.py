#!/usr/bin/python3
"""A real daemon that ends at a failpoint: a publication that it acknowledged reaches the queue in its next life."""
import os
import pathlib
import tempfile
import unittest

from botocore.exceptions import HTTPClientError

from support.lambent_daemon import Daemon, eventually

TOPIC = "arn:aws:sns:us-east-1:000000000000:orders.fifo"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders.fifo"
# Each on the way of one publication to its subscriber.
FAILPOINTS = ("topics.publish.remembered", "topics.publish.delivery_added", "topics.publish.committed",
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

    def publish(self, body):
        """Whether the daemon said yes before it ended."""
        try:
            self.daemon.client("sns").publish(TopicArn=TOPIC, Message=body, MessageGroupId="g")
        except (HTTPClientError, ConnectionError):
            return False
        return True

    def taken(self):
        """What lies in the queue, which is taken."""
        sqs = self.daemon.client("sqs")
        url = sqs.get_queue_url(QueueName="orders.fifo")["QueueUrl"]
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        for message in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in got]

    def test_a_publication_survives_the_end_of_the_daemon_anywhere_on_its_way(self):
        with tempfile.TemporaryDirectory(prefix="lambent-test-") as folder:
            self.daemon = Daemon(pathlib.Path(folder) / "data", "--stem-cells", "off")
            self.daemon.data.mkdir(mode=0o700)
            self.start()
            fifo = {"ContentBasedDeduplication": "true"}
            self.daemon.client("sqs").create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})
            sns = self.daemon.client("sns")
            sns.create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true", **fifo})
            sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE,
                          Attributes={"RawMessageDelivery": "true"})
            self.daemon.stop()
            acknowledged = 0
            for failpoint in FAILPOINTS:
                with self.subTest(failpoint):
                    self.start(failpoint)
                    acknowledged += self.publish(failpoint)
                    self.assertEqual(137, self.daemon.process.wait(180))
                    self.daemon.close_clients()
                    self.daemon.log.close()
                    self.start()
                    # Whether it was acknowledged or not: said again, it is there, and there once.
                    self.assertTrue(self.publish(failpoint))
                    self.assertTrue(self.publish("after " + failpoint))
                    bodies = []
                    eventually(lambda: bodies.extend(self.taken()) or len(bodies) >= 2, 180, "both messages")
                    self.assertEqual([failpoint, "after " + failpoint], bodies)
                    self.daemon.stop()
            self.assertGreaterEqual(acknowledged, 1)


if __name__ == "__main__":
    unittest.main()
