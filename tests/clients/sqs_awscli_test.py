#!/usr/bin/python3
"""Debian's AWS CLI against the SQS door."""
import json
import unittest

from support.lambent_daemon import DaemonTest


class AwsCli(DaemonTest):
    def sqs(self, *words, check=True):
        out = self.daemon.aws("sqs", *words, check=check)
        return (json.loads(out) if out else {}) if check else out

    def test_a_queue_from_its_creation_to_its_end(self):
        url = self.sqs("create-queue", "--queue-name", "by-cli", "--attributes", "VisibilityTimeout=60",
                       "--tags", "team=a")["QueueUrl"]
        self.assertEqual(url, self.sqs("get-queue-url", "--queue-name", "by-cli")["QueueUrl"])
        self.assertIn(url, self.sqs("list-queues")["QueueUrls"])
        self.assertEqual({"team": "a"}, self.sqs("list-queue-tags", "--queue-url", url)["Tags"])
        sent = self.sqs("send-message", "--queue-url", url, "--message-body", "hello world",
                        "--message-attributes", json.dumps({"k": {"DataType": "String", "StringValue": "v"}}))
        got = self.sqs("receive-message", "--queue-url", url, "--attribute-names", "All",
                       "--message-attribute-names", "All", "--wait-time-seconds", "5")["Messages"][0]
        self.assertEqual((sent["MessageId"], "hello world"), (got["MessageId"], got["Body"]))
        self.assertEqual("v", got["MessageAttributes"]["k"]["StringValue"])
        self.sqs("delete-message", "--queue-url", url, "--receipt-handle", got["ReceiptHandle"])
        attributes = self.sqs("get-queue-attributes", "--queue-url", url, "--attribute-names", "All")["Attributes"]
        self.assertEqual(("60", "0"), (attributes["VisibilityTimeout"],
                                       attributes["ApproximateNumberOfMessagesNotVisible"]))
        self.sqs("delete-queue", "--queue-url", url)
        refused = self.sqs("get-queue-url", "--queue-name", "by-cli", check=False)
        self.assertIn("AWS.SimpleQueueService.NonExistentQueue", refused.stderr)


if __name__ == "__main__":
    unittest.main()
