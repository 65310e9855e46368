#!/usr/bin/python3
"""Debian's AWS CLI against the SNS door."""
import json
import unittest

from support.lambent_daemon import DaemonTest, eventually


class AwsCli(DaemonTest):
    def ask(self, service, *words, check=True):
        out = self.daemon.aws(service, *words, check=check)
        return (json.loads(out) if out else {}) if check else out

    def test_a_topic_from_its_creation_to_its_end(self):
        topic = self.ask("sns", "create-topic", "--name", "by-cli", "--attributes", "DisplayName=Hi",
                         "--tags", "Key=team,Value=a")["TopicArn"]
        self.assertIn({"TopicArn": topic}, self.ask("sns", "list-topics")["Topics"])
        self.assertEqual([{"Key": "team", "Value": "a"}],
                         self.ask("sns", "list-tags-for-resource", "--resource-arn", topic)["Tags"])
        url = self.ask("sqs", "create-queue", "--queue-name", "by-cli")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:000000000000:by-cli"
        subscription = self.ask("sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs",
                                "--notification-endpoint", arn, "--attributes",
                                json.dumps({"FilterPolicy": '{"k": ["v"]}'}))["SubscriptionArn"]
        shown = self.ask("sns", "get-subscription-attributes", "--subscription-arn", subscription)
        self.assertEqual('{"k": ["v"]}', shown["Attributes"]["FilterPolicy"])
        sent = self.ask("sns", "publish", "--topic-arn", topic, "--message", "hello world",
                        "--message-attributes", json.dumps({"k": {"DataType": "String", "StringValue": "v"}}))
        got = eventually(lambda: self.ask("sqs", "receive-message", "--queue-url", url,
                                          "--wait-time-seconds", "5").get("Messages"), 60, "the message")
        envelope = json.loads(got[0]["Body"])
        self.assertEqual((sent["MessageId"], "hello world"), (envelope["MessageId"], envelope["Message"]))
        self.ask("sns", "delete-topic", "--topic-arn", topic)
        refused = self.ask("sns", "get-topic-attributes", "--topic-arn", topic, check=False)
        self.assertIn("(NotFound)", refused.stderr)
        self.assertIn("Topic does not exist", refused.stderr)


if __name__ == "__main__":
    unittest.main()
