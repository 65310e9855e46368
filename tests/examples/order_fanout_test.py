"""The order-fanout example: one publication, and everybody who asked for it has it."""
import json
import unittest

from example_support import EXAMPLES, CommandTest, eventually

TOPIC = "arn:aws:sns:us-east-1:000000000000:orders"


class OrderFanout(CommandTest):
    def publish(self, name, event, total, *kinds):
        order = {"id": name, "customer": "Ada", "items": [{"kind": kind, "name": f"a {kind}"} for kind in kinds]}
        self.sns.publish(TopicArn=TOPIC, Message=json.dumps(order), MessageAttributes={
            "event": {"DataType": "String", "StringValue": event},
            "sum": {"DataType": "Number", "StringValue": str(total)}})

    def keys(self, bucket):
        return {one["Key"] for one in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])}

    def taken(self, queue, count):
        """The bodies of so many messages, in no order."""
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        bodies = []

        def complete():
            got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in got.get("Messages", []):
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(bodies) >= count
        eventually(complete, 180, f"{count} messages in {queue}")
        self.assertEqual(count, len(bodies))
        return bodies

    def test_orders_reach_those_whom_they_concern(self):
        deployed = self.lambent_json("deploy", EXAMPLES / "order-fanout")
        self.assertEqual([{"name": "orders", "action": "created"}], deployed["topics"])
        self.assertEqual([[TOPIC], [TOPIC]], [function["topics"] for function in deployed["functions"]])
        again = self.lambent_json("deploy", EXAMPLES / "order-fanout")
        self.assertEqual([{"name": "orders", "action": "unchanged"}], again["topics"])
        self.s3, self.sqs, self.sns = map(self.daemon.client, ("s3", "sqs", "sns"))
        self.assertEqual(3, len(self.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]))

        self.publish("small", "placed", 12.5, "book")
        self.publish("large", "placed", 700, "voucher")
        self.publish("gone", "cancelled", 900, "toy")
        shipped = {order["id"] for order in self.taken("order-shipments", 2)}
        self.assertEqual({"small", "gone"}, shipped)
        eventually(lambda: self.keys("order-confirmations") == {"small.txt", "large.txt"}, 180, "confirmations")
        eventually(lambda: self.keys("order-reviews") == {"large.txt"}, 180, "the review")
        text = self.s3.get_object(Bucket="order-confirmations", Key="small.txt")["Body"].read()
        self.assertEqual(b"Dear Ada, we have your order of a book.\n", text)

        answer = self.lambent_json("invoke", "order-confirm", "--payload",
                                   f"@{EXAMPLES / 'order-fanout' / 'event.json'}")
        self.assertEqual({"confirmed": ["by-hand"]}, answer["payload"])

        self.daemon.client("lambda").delete_function(FunctionName="order-confirm")
        self.publish("lost", "placed", 1, "voucher")
        [letter] = self.taken("order-undelivered", 1)
        self.assertEqual(("Notification", TOPIC), (letter["Type"], letter["TopicArn"]))
        self.assertEqual("lost", json.loads(letter["Message"])["id"])


if __name__ == "__main__":
    unittest.main()
