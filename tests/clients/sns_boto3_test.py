#!/usr/bin/python3
"""boto3 against the SNS door: topics, subscriptions, filter policies, FIFO, and who sends to topics."""
import hashlib
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually
from support.recorder import Recorder

FAIL = "def handler(event, context):\n    raise RuntimeError('no')\n"
LOOP = ("import boto3, uuid\ns3 = boto3.client('s3')\n"
        "def handler(event, context):\n    s3.put_object(Bucket='sns-loop', Key=uuid.uuid4().hex, Body=b'x')\n")


class Boto3(DaemonTest):
    def setUp(self):
        self.sns, self.sqs = self.daemon.client("sns"), self.daemon.client("sqs")
        self.made = 0

    def unique(self, suffix=""):
        self.made += 1
        return f"t{self.made}-" + hashlib.sha1(self.id().encode()).hexdigest()[:20] + suffix

    def topic(self, suffix="", **attributes):
        return self.sns.create_topic(Name=self.unique(suffix), Attributes=attributes)["TopicArn"]

    def queue(self, suffix="", **attributes):
        """URL and ARN."""
        url = self.sqs.create_queue(QueueName=self.unique(suffix), Attributes=attributes)["QueueUrl"]
        known = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, known["Attributes"]["QueueArn"]

    def subscribe(self, topic, endpoint, **attributes):
        protocol = "sqs" if ":sqs:" in endpoint else "lambda"
        return self.sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint,
                                  Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def taken(self, url, count):
        """So many messages, in the order in which they came."""
        got = []

        def complete():
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1,
                                              AttributeNames=["All"], MessageAttributeNames=["All"])
            for message in answer.get("Messages", []):
                got.append(message)
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(got) >= count
        eventually(complete, 180, f"{count} messages")
        self.assertEqual(count, len(got))
        return got

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]

    def test_a_queue_gets_the_envelope_or_the_message_itself(self):
        topic = self.topic()
        (wrapped, wrapped_arn), (raw, raw_arn) = self.queue(), self.queue()
        self.subscribe(topic, wrapped_arn)
        self.subscribe(topic, raw_arn, RawMessageDelivery="true")
        body = "gr\u00fc\u00dfe & <welcome> \U0001f600\n"
        sent = self.sns.publish(TopicArn=topic, Subject="News", Message=body, MessageAttributes={
            "text": {"DataType": "String", "StringValue": "v"},
            "list": {"DataType": "String.Array", "StringValue": "[1, \"a\"]"},
            "number": {"DataType": "Number", "StringValue": "42"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}})
        [got] = self.taken(wrapped, 1)
        envelope = json.loads(got["Body"])
        self.assertEqual(
            ("Notification", sent["MessageId"], topic, "News", body, "1"),
            tuple(envelope[name] for name in
                  ("Type", "MessageId", "TopicArn", "Subject", "Message", "SignatureVersion")))
        self.assertRegex(envelope["Timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual({"Type": "Binary", "Value": "AP8="}, envelope["MessageAttributes"]["bytes"])
        self.assertNotIn("MessageAttributes", got)
        [got] = self.taken(raw, 1)
        self.assertEqual(body, got["Body"])
        attributes = got["MessageAttributes"]
        self.assertEqual(b"\x00\xff", attributes["bytes"]["BinaryValue"])
        self.assertEqual({"text": "String", "list": "String.Array", "number": "Number", "bytes": "Binary"},
                         {name: one["DataType"] for name, one in attributes.items()})
        self.assertEqual("42", attributes["number"]["StringValue"])

    def test_a_function_is_invoked_with_the_event(self):
        recorder = Recorder(self, "sns-told")
        topic = self.topic()
        subscription = self.subscribe(topic, recorder.arn)
        sent = self.sns.publish(TopicArn=topic, Message="hello", MessageAttributes={
            "a": {"DataType": "String", "StringValue": "b"}})
        [event] = eventually(recorder.events, 180, "the event")
        [record] = event["Records"]
        self.assertEqual(("aws:sns", "1.0", subscription), (
            record["EventSource"], record["EventVersion"], record["EventSubscriptionArn"]))
        message = record["Sns"]
        self.assertEqual((sent["MessageId"], "hello", None, {"a": {"Type": "String", "Value": "b"}}), (
            message["MessageId"], message["Message"], message["Subject"], message["MessageAttributes"]))

    def test_filter_policies_choose(self):
        topic = self.topic()
        (books, books_arn), (large, large_arn) = self.queue(), self.queue()
        chosen = self.subscribe(topic, books_arn, RawMessageDelivery="true",
                                FilterPolicy=json.dumps({"kind": ["book", {"prefix": "maga"}]}))
        self.subscribe(topic, large_arn, RawMessageDelivery="true", FilterPolicyScope="MessageBody",
                       FilterPolicy=json.dumps({"sum": [{"numeric": [">=", 100]}]}))
        for kind, total in (("book", 5), ("toy", 100), ("magazine", 99), ("toy", 7)):
            self.sns.publish(TopicArn=topic, Message=json.dumps({"sum": total}), MessageAttributes={
                "kind": {"DataType": "String", "StringValue": kind}})
        self.sns.publish(TopicArn=topic, Message="not JSON")
        self.assertEqual({'{"sum": 5}', '{"sum": 99}'}, {one["Body"] for one in self.taken(books, 2)})
        self.assertEqual(['{"sum": 100}'], [one["Body"] for one in self.taken(large, 1)])
        shown = self.sns.get_subscription_attributes(SubscriptionArn=chosen)["Attributes"]
        self.assertEqual("MessageAttributes", shown["FilterPolicyScope"])
        self.sns.set_subscription_attributes(SubscriptionArn=chosen, AttributeName="FilterPolicy",
                                             AttributeValue="{}")
        self.sns.publish(TopicArn=topic, Message="for all")
        self.assertEqual(["for all"], [one["Body"] for one in self.taken(books, 1)])
        error = self.refused(self.sns.set_subscription_attributes, SubscriptionArn=chosen,
                             AttributeName="FilterPolicy", AttributeValue='{"a": "b"}')
        self.assertEqual("InvalidParameter", error["Code"])
        self.assertIn("FilterPolicy: ", error["Message"])

    def test_a_fifo_topic_keeps_order_and_takes_nothing_twice(self):
        topic = self.topic(".fifo", FifoTopic="true", ContentBasedDeduplication="true")
        url, arn = self.queue(".fifo", FifoQueue="true")
        plain, plain_arn = self.queue()
        self.subscribe(topic, arn, RawMessageDelivery="true")
        self.subscribe(topic, plain_arn)
        numbers = []
        for body in ("1", "2", "2", "3"):
            numbers.append(self.sns.publish(TopicArn=topic, Message=body, MessageGroupId="g")["SequenceNumber"])
        self.assertEqual(numbers[1], numbers[2])
        self.assertEqual(3, len(set(numbers)))
        got = self.taken(url, 3)
        self.assertEqual(["1", "2", "3"], [one["Body"] for one in got])
        self.assertEqual("g", got[0]["Attributes"]["MessageGroupId"])
        envelopes = [json.loads(one["Body"]) for one in self.taken(plain, 3)]
        self.assertEqual(set(numbers), {one["SequenceNumber"] for one in envelopes})
        error = self.refused(self.sns.publish, TopicArn=topic, Message="x")
        self.assertIn("MessageGroupId parameter is required", error["Message"])
        error = self.refused(self.sns.subscribe, TopicArn=self.topic(), Protocol="sqs", Endpoint=arn)
        self.assertIn("FIFO SQS Queues can not be subscribed to standard SNS topics", error["Message"])

    def test_batches_answer_each_entry(self):
        topic = self.topic()
        url, arn = self.queue()
        self.subscribe(topic, arn, RawMessageDelivery="true")
        done = self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
            {"Id": "a", "Message": "1"}, {"Id": "b", "Message": ""},
            {"Id": "c", "Message": json.dumps({"default": "d", "sqs": "q"}), "MessageStructure": "json"}])
        self.assertEqual(["a", "c"], [one["Id"] for one in done["Successful"]])
        [failed] = done["Failed"]
        self.assertEqual(("b", "InvalidParameter", True), (failed["Id"], failed["Code"], failed["SenderFault"]))
        self.assertEqual({"1", "q"}, {one["Body"] for one in self.taken(url, 2)})
        with self.assertRaises(self.sns.exceptions.BatchEntryIdsNotDistinctException):
            self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[
                {"Id": "a", "Message": "1"}, {"Id": "a", "Message": "2"}])
        with self.assertRaises(self.sns.exceptions.EmptyBatchRequestException):
            self.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[])

    def test_topics_are_listed_described_and_tagged(self):
        arn = self.topic(DisplayName="News")
        self.assertEqual(arn, self.sns.create_topic(Name=arn.rpartition(":")[2])["TopicArn"])
        self.assertIn(arn, [one["TopicArn"] for one in self.sns.list_topics()["Topics"]])
        queue = self.queue()[1]
        subscription = self.subscribe(arn, queue)
        self.assertEqual(subscription, self.subscribe(arn, queue))
        listed = self.sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        self.assertEqual([(subscription, "sqs", queue, arn)], [
            (one["SubscriptionArn"], one["Protocol"], one["Endpoint"], one["TopicArn"]) for one in listed])
        self.assertIn(subscription, [one["SubscriptionArn"] for one in
                                     self.sns.list_subscriptions()["Subscriptions"]])
        shown = self.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        self.assertEqual(("News", "1", "000000000000"),
                         (shown["DisplayName"], shown["SubscriptionsConfirmed"], shown["Owner"]))
        self.sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        self.sns.untag_resource(ResourceArn=arn, TagKeys=["b"])
        self.assertEqual([{"Key": "a", "Value": "1"}],
                         self.sns.list_tags_for_resource(ResourceArn=arn)["Tags"])
        self.sns.unsubscribe(SubscriptionArn=subscription)
        with self.assertRaises(self.sns.exceptions.NotFoundException):
            self.sns.get_subscription_attributes(SubscriptionArn=subscription)
        self.sns.delete_topic(TopicArn=arn)
        with self.assertRaises(self.sns.exceptions.NotFoundException):
            self.sns.publish(TopicArn=arn, Message="x")
        with self.assertRaises(self.sns.exceptions.ResourceNotFoundException):
            self.sns.list_tags_for_resource(ResourceArn=arn)
        with self.assertRaises(self.sns.exceptions.InvalidParameterException):
            self.sns.create_topic(Name="no.dots")

    def test_what_cannot_be_delivered_is_a_dead_letter(self):
        topic = self.topic()
        dead, dead_arn = self.queue()
        gone = dead_arn.rpartition(":")[0] + ":there-is-none"
        self.subscribe(topic, gone, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn}))
        self.sns.publish(TopicArn=topic, Message="lost")
        [letter] = self.taken(dead, 1)
        self.assertEqual("lost", json.loads(letter["Body"])["Message"])

    def test_buckets_rules_and_ended_functions_send_to_topics(self):
        topic = self.topic()
        url, arn = self.queue()
        self.subscribe(topic, arn)
        s3, events = self.daemon.client("s3"), self.daemon.client("events")
        s3.create_bucket(Bucket="sns-photos")
        s3.put_bucket_notification_configuration(
            Bucket="sns-photos", NotificationConfiguration={"TopicConfigurations": [
                {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]})
        [test] = self.taken(url, 1)
        self.assertEqual("s3:TestEvent", json.loads(json.loads(test["Body"])["Message"])["Event"])
        s3.put_object(Bucket="sns-photos", Key="cat.jpg", Body=b"meow")
        envelope = json.loads(self.taken(url, 1)[0]["Body"])
        self.assertEqual("Amazon S3 Notification", envelope["Subject"])
        self.assertEqual("cat.jpg", json.loads(envelope["Message"])["Records"][0]["s3"]["object"]["key"])

        events.put_rule(Name="to-topic", EventPattern=json.dumps({"source": ["shop"]}))
        events.put_targets(Rule="to-topic", Targets=[{"Id": "t", "Arn": topic}])
        events.put_events(Entries=[{"Source": "shop", "DetailType": "Order", "Detail": '{"n": 1}'}])
        envelope = json.loads(self.taken(url, 1)[0]["Body"])
        self.assertEqual({"n": 1}, json.loads(envelope["Message"])["detail"])

        client = self.make_function("sns-fails", FAIL, DeadLetterConfig={"TargetArn": topic})
        client.put_function_event_invoke_config(
            FunctionName="sns-fails", MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": topic}})
        client.invoke(FunctionName="sns-fails", InvocationType="Event", Payload=b'{"lost": true}')
        told = [json.loads(one["Body"]) for one in self.taken(url, 2)]
        messages = [json.loads(one["Message"]) for one in told]
        [letter] = [one for one, message in zip(told, messages) if message == {"lost": True}]
        self.assertEqual({"RequestID", "ErrorCode", "ErrorMessage"}, set(letter["MessageAttributes"]))
        [record] = [one for one in messages if one != {"lost": True}]
        self.assertEqual({"lost": True}, record["requestPayload"])
        error = self.refused(
            s3.put_bucket_notification_configuration, Bucket="sns-photos",
            NotificationConfiguration={"TopicConfigurations": [
                {"TopicArn": topic + "x", "Events": ["s3:ObjectCreated:*"]}]})
        self.assertEqual("InvalidArgument", error["Code"])

    def test_a_loop_by_way_of_a_topic_is_stopped_at_the_sixteenth_time(self):
        topic, s3 = self.topic(), self.daemon.client("s3")
        ends, ends_arn = self.queue()
        s3.create_bucket(Bucket="sns-loop")
        s3.put_bucket_notification_configuration(
            Bucket="sns-loop", NotificationConfiguration={"TopicConfigurations": [
                {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]})
        client = self.make_function("sns-loops", LOOP, Timeout=30, MemorySize=512,
                                    Tags={"lambent:endpoint": "open"})
        client.put_function_event_invoke_config(
            FunctionName="sns-loops", DestinationConfig={"OnFailure": {"Destination": ends_arn}})
        self.subscribe(topic, "arn:aws:lambda:us-east-1:000000000000:function:sns-loops")
        client.invoke(FunctionName="sns-loops", InvocationType="Event", Payload=b"{}")
        [end] = self.taken(ends, 1)
        self.assertEqual("RecursiveInvocation", json.loads(end["Body"])["requestContext"]["condition"])
        self.assertEqual(16, s3.list_objects_v2(Bucket="sns-loop")["KeyCount"])

    def test_a_publication_survives_the_end_of_the_daemon(self):
        topic = self.topic()
        url, arn = self.queue()
        name = url.rpartition("/")[2]
        self.subscribe(topic, arn, RawMessageDelivery="true")
        for number in range(20):
            self.sns.publish(TopicArn=topic, Message=str(number))
        self.daemon.kill()
        self.daemon.start()
        self.sns, self.sqs = self.daemon.client("sns"), self.daemon.client("sqs")
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        seen = set()

        def complete():
            got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            seen.update(message["Body"] for message in got.get("Messages", []))
            return seen == {str(number) for number in range(20)}
        eventually(complete, 180, "all twenty")


if __name__ == "__main__":
    unittest.main()
