#!/usr/bin/python3
"""boto3 against the SQS door (Debian's speaks the Query protocol): queues, batches, FIFO, dead letters."""
import concurrent.futures
import hashlib
import json
import time
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually


class Boto3(DaemonTest):
    def setUp(self):
        self.sqs = self.daemon.client("sqs")
        self.made = 0

    def create(self, suffix="", **attributes):
        self.made += 1
        name = f"q{self.made}-" + hashlib.sha1(self.id().encode()).hexdigest()[:20] + suffix
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def attributes(self, url, *names):
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names or ["All"]))["Attributes"]

    def receive(self, url, count=10, **settings):
        settings.setdefault("AttributeNames", ["All"])
        settings.setdefault("MessageAttributeNames", ["All"])
        return self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count, **settings).get("Messages", [])

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"]

    def test_a_message_goes_in_and_comes_out(self):
        url = self.create()
        body = "hello & <welcome> \u00e4\U0001f600\n" + "x" * 1000
        sent = self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes={
            "text": {"DataType": "String", "StringValue": "v"},
            "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
            "number": {"DataType": "Number.int", "StringValue": "42"}})
        self.assertEqual(hashlib.md5(body.encode()).hexdigest(), sent["MD5OfMessageBody"])
        [got] = self.receive(url)
        self.assertEqual((sent["MessageId"], body), (got["MessageId"], got["Body"]))
        self.assertEqual(sent["MD5OfMessageAttributes"], got["MD5OfMessageAttributes"])
        self.assertEqual(b"\x00\xff", got["MessageAttributes"]["bytes"]["BinaryValue"])
        self.assertEqual("1", got["Attributes"]["ApproximateReceiveCount"])
        self.assertEqual({"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "1"},
                         self.attributes(url, "ApproximateNumberOfMessages",
                                         "ApproximateNumberOfMessagesNotVisible"))
        self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0)
        [again] = self.receive(url)
        self.assertEqual("2", again["Attributes"]["ApproximateReceiveCount"])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
        self.assertEqual("0", self.attributes(url)["ApproximateNumberOfMessagesNotVisible"])

    def test_batches_answer_each_entry(self):
        url = self.create()
        sent = self.sqs.send_message_batch(QueueUrl=url, Entries=[
            {"Id": "a", "MessageBody": "1"}, {"Id": "b", "MessageBody": "2"},
            {"Id": "c", "MessageBody": "\x01"}])
        self.assertEqual(["a", "b"], [one["Id"] for one in sent["Successful"]])
        self.assertEqual(["InvalidMessageContents"], [one["Code"] for one in sent["Failed"]])
        got = self.receive(url)
        self.assertEqual({"1", "2"}, {one["Body"] for one in got})
        changed = self.sqs.change_message_visibility_batch(QueueUrl=url, Entries=[
            {"Id": str(i), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": 100}
            for i, one in enumerate(got)])
        self.assertEqual(2, len(changed["Successful"]))
        removed = self.sqs.delete_message_batch(QueueUrl=url, Entries=[
            {"Id": "x", "ReceiptHandle": got[0]["ReceiptHandle"]}, {"Id": "y", "ReceiptHandle": "junk"}])
        self.assertEqual(["x"], [one["Id"] for one in removed["Successful"]])
        self.assertEqual(["ReceiptHandleIsInvalid"], [one["Code"] for one in removed["Failed"]])

    def test_a_long_poll_ends_when_a_message_comes(self):
        url = self.create(ReceiveMessageWaitTimeSeconds="20")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            began = time.monotonic()
            waiting = [pool.submit(self.receive, url, 1) for _ in range(3)]
            for body in ("a", "b", "c"):
                self.sqs.send_message(QueueUrl=url, MessageBody=body)
            got = [one.result(60)[0]["Body"] for one in waiting]
        self.assertEqual(["a", "b", "c"], sorted(got))
        self.assertLess(time.monotonic() - began, 20)  # of which the last waits none

    def test_a_delayed_message_comes_later(self):
        url = self.create()
        self.sqs.send_message(QueueUrl=url, MessageBody="much later", DelaySeconds=900)
        self.assertEqual("1", self.attributes(url)["ApproximateNumberOfMessagesDelayed"])
        self.assertEqual([], self.receive(url))
        began = time.monotonic()
        self.sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
        self.assertEqual(["later"], [one["Body"] for one in self.receive(url, WaitTimeSeconds=20)])
        self.assertGreaterEqual(time.monotonic() - began, 1)

    def test_a_fifo_queue_keeps_order_and_takes_once(self):
        url = self.create(".fifo", FifoQueue="true", ContentBasedDeduplication="true")
        for body in ("1", "2", "2", "3"):
            self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
        self.sqs.send_message(QueueUrl=url, MessageBody="other", MessageGroupId="h")
        [first] = self.receive(url, 1)
        self.assertEqual(("1", "g"), (first["Body"], first["Attributes"]["MessageGroupId"]))
        self.assertEqual(["other"], [one["Body"] for one in self.receive(url)])
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        rest = self.receive(url)
        self.assertEqual(["2", "3"], [one["Body"] for one in rest])
        numbers = [one["Attributes"]["SequenceNumber"] for one in [first, *rest]]
        self.assertEqual(sorted(numbers), numbers)
        self.assertEqual("MissingParameter", self.refused(
            self.sqs.send_message, QueueUrl=url, MessageBody="x"))

    def test_poison_goes_to_the_dead_letters_and_back(self):
        dead = self.create()
        arn = self.attributes(dead)["QueueArn"]
        url = self.create(VisibilityTimeout="0", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": arn, "maxReceiveCount": 2}))
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")
        self.assertEqual(1, len(self.receive(url)))
        self.assertEqual(1, len(self.receive(url)))
        self.assertEqual([], self.receive(url))
        [got] = self.receive(dead, VisibilityTimeout=0)
        self.assertEqual(("poison", "3"), (got["Body"], got["Attributes"]["ApproximateReceiveCount"]))
        self.assertEqual([url], self.sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"])
        if hasattr(self.sqs, "start_message_move_task"):
            self.sqs.start_message_move_task(SourceArn=arn)
            eventually(lambda: self.sqs.list_message_move_tasks(SourceArn=arn)["Results"][0]["Status"]
                       == "COMPLETED", what="the move")
            self.assertEqual(["poison"], [one["Body"] for one in self.receive(url)])

    def test_everything_survives_a_kill(self):
        url = self.create(VisibilityTimeout="600")
        name = url.rsplit("/", 1)[1]
        large = "y" * 1_000_000
        self.sqs.send_message(QueueUrl=url, MessageBody="kept")
        self.sqs.send_message(QueueUrl=url, MessageBody=large)
        [first] = self.receive(url, 1)
        self.daemon.kill()
        self.daemon.start()
        self.sqs = self.daemon.client("sqs")
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        self.assertEqual([large], [one["Body"] for one in self.receive(url)])

    def test_queues_are_listed_changed_tagged_and_emptied(self):
        urls = [self.create() for _ in range(3)]
        prefix = urls[0].rsplit("/", 1)[1][:1]
        pages = list(self.sqs.get_paginator("list_queues").paginate(
            QueueNamePrefix=prefix, PaginationConfig={"PageSize": 2}))
        listed = [url for page in pages for url in page.get("QueueUrls", [])]
        self.assertLessEqual(set(urls), set(listed))
        self.assertGreater(len(pages), 1)
        url = urls[0]
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
        self.assertEqual("7", self.attributes(url)["VisibilityTimeout"])
        self.sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
        self.sqs.untag_queue(QueueUrl=url, TagKeys=["a"])
        self.assertEqual({"b": "2"}, self.sqs.list_queue_tags(QueueUrl=url)["Tags"])
        self.sqs.send_message(QueueUrl=url, MessageBody="x")
        self.sqs.purge_queue(QueueUrl=url)
        self.assertEqual("0", self.attributes(url)["ApproximateNumberOfMessages"])
        self.assertIn("PurgeQueueInProgress", self.refused(self.sqs.purge_queue, QueueUrl=url))
        self.sqs.delete_queue(QueueUrl=url)
        self.assertEqual("AWS.SimpleQueueService.NonExistentQueue", self.refused(
            self.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["All"]))
        self.assertEqual("AWS.SimpleQueueService.QueueDeletedRecently", self.refused(
            self.sqs.create_queue, QueueName=url.rsplit("/", 1)[1]))

    def test_what_sqs_refuses_is_refused(self):
        url = self.create()
        send, receive = self.sqs.send_message, self.sqs.receive_message
        self.assertEqual("InvalidParameterValue", self.refused(send, QueueUrl=url, MessageBody="x" * (1 << 20) + "x"))
        self.assertEqual("InvalidMessageContents", self.refused(send, QueueUrl=url, MessageBody="\x02"))
        self.assertEqual("InvalidParameterValue", self.refused(receive, QueueUrl=url, MaxNumberOfMessages=11))
        self.assertEqual("InvalidParameterValue", self.refused(receive, QueueUrl=url, WaitTimeSeconds=21))
        self.assertEqual("ReceiptHandleIsInvalid", self.refused(
            self.sqs.delete_message, QueueUrl=url, ReceiptHandle="junk"))
        self.assertEqual("InvalidAttributeName", self.refused(
            self.sqs.set_queue_attributes, QueueUrl=url, Attributes={"Colour": "red"}))
        self.assertEqual("InvalidAttributeValue", self.refused(
            self.sqs.set_queue_attributes, QueueUrl=url, Attributes={"VisibilityTimeout": "43201"}))
        name = url.rsplit("/", 1)[1]
        self.assertEqual("QueueAlreadyExists", self.refused(
            self.sqs.create_queue, QueueName=name, Attributes={"DelaySeconds": "9"}))


if __name__ == "__main__":
    unittest.main()
