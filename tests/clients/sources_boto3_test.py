#!/usr/bin/python3
"""Queue to function as AWS clients set it up: event source mappings, what becomes of batches, and
what of messages when the daemon dies."""
import hashlib
import json
import os
import pathlib
import tempfile
import threading
import time
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, Daemon, DaemonTest, eventually, zip_of

# Fails "poison" always, "once" at its first delivery; says what it sees.
WORKER = """
def handler(event, context):
    failed = []
    for record in event["Records"]:
        count = record["attributes"]["ApproximateReceiveCount"]
        print("saw", record["body"], count, len(event["Records"]))
        if record["body"].startswith("poison") or (record["body"].startswith("once") and count == "1"):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
RAISER = """
def handler(event, context):
    print("saw", *[record["body"] for record in event["Records"]])
    raise ValueError("no")
"""
RECORDER = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    for record in event["Records"]:
        s3.put_object(Bucket="done", Key=record["body"], Body=b"")
"""
REPORTS = ["ReportBatchItemFailures"]
# Of queues whose messages come back; long enough for a cold start on a slow machine.
SOON_BACK = {"VisibilityTimeout": "5"}
# The same where a second delivery would be one too many.
ONCE = {"VisibilityTimeout": "8"}


class Sources(DaemonTest):
    def setUp(self):
        self.lambdas, self.sqs = self.daemon.client("lambda"), self.daemon.client("sqs")
        self.name = self.id().rsplit(".", 1)[1].replace("test_", "")[:60]

    def make_queue(self, suffix="", **attributes):
        """A queue of the test's own: its URL and ARN."""
        attributes = {"VisibilityTimeout": "60", **attributes}
        url = self.sqs.create_queue(QueueName=self.name + suffix, Attributes=attributes)["QueueUrl"]
        return url, self.arn(url)

    def arn(self, url):
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def worker(self, source=WORKER, **settings):
        self.make_function(self.name, source, Timeout=2, **settings)
        return self.name

    def map(self, arn, function, **settings):
        created = self.lambdas.create_event_source_mapping(EventSourceArn=arn, FunctionName=function, **settings)
        self.assertEqual("Creating", created["State"])
        wanted = "Enabled" if settings.get("Enabled", True) else "Disabled"
        self.until(created["UUID"], wanted)
        return created["UUID"]

    def until(self, uuid, state):
        eventually(lambda: self.lambdas.get_event_source_mapping(UUID=uuid)["State"] == state, what=state)

    def send(self, url, *bodies, **settings):
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, **settings)

    def seen(self):
        """What the test's function has said: [body, receive count, size of the batch]."""
        try:
            events = self.daemon.client("logs").filter_log_events(
                logGroupName="/aws/lambda/" + self.name, filterPattern="saw")["events"]
        except ClientError:
            return []
        return [event["message"].split()[1:] for event in events]

    def bodies(self):
        return [line[0] for line in self.seen()]

    def left(self, url):
        """Messages that are in the queue, in flight or not."""
        got = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(got["ApproximateNumberOfMessages"]) + int(got["ApproximateNumberOfMessagesNotVisible"])

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        return error["Code"], error["Message"]

    def test_messages_go_through_a_function(self):
        url, arn = self.make_queue()
        self.map(arn, self.worker())
        wanted = [f"m{number}" for number in range(30)]
        for start in range(0, 30, 10):
            self.sqs.send_message_batch(QueueUrl=url, Entries=[
                {"Id": body, "MessageBody": body} for body in wanted[start:start + 10]])
        eventually(lambda: sorted(self.bodies()) == sorted(wanted), what="every message")
        eventually(lambda: self.left(url) == 0, what="the empty queue")

    def make_loop(self):
        """A queue whose messages invoke the worker one by one, and its dead letter queue: their URLs."""
        dead, dead_arn = self.make_queue("-dead")
        url, arn = self.make_queue(**ONCE, RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 1}))
        self.map(arn, self.worker(), BatchSize=1)
        return url, dead

    def trace_of(self, times):
        """The trace of a chain of events that has invoked the worker so often."""
        function = self.lambdas.get_function_configuration(FunctionName=self.name)["FunctionArn"]
        return "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:" + \
            f"{hashlib.sha256(function.encode()).hexdigest()[:8]}:{times}"

    def test_a_loop_ends_in_the_dead_letter_queue(self):
        url, dead = self.make_loop()
        for body, times in (("goes-on", 14), ("loops", 15)):
            trace = self.trace_of(times)
            self.send(url, body, MessageSystemAttributes={
                "AWSTraceHeader": {"DataType": "String", "StringValue": trace}})
        eventually(lambda: self.left(dead) == 1, what="the message in the dead letter queue")
        eventually(lambda: self.left(url) == 0, what="the empty queue")
        eventually(self.bodies, what="the message that goes on")
        self.assertEqual(["goes-on"], self.bodies())
        self.assertEqual("loops", self.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5)["Messages"][0]["Body"])

    def test_a_loop_is_seen_by_the_header_of_the_request(self):
        url, dead = self.make_loop()
        for body, times in (("goes-on", 14), ("loops", 15)):
            # As the SDK inside the function sends it that has been invoked so often.
            trace = self.trace_of(times)
            sqs = self.daemon.client("sqs")
            for operation in ("SendMessage", "SendMessageBatch"):
                sqs.meta.events.register(
                    "before-call.sqs." + operation,
                    lambda params, trace=trace, **_: params["headers"].update({"X-Amzn-Trace-Id": trace}))
            sqs.send_message(QueueUrl=url, MessageBody=body)
            sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": body + "-too"}])
        eventually(lambda: self.left(dead) == 2, what="the messages in the dead letter queue")
        eventually(lambda: sorted(self.bodies()) == ["goes-on", "goes-on-too"], what="the messages that go on")

    def test_the_record_is_what_lambda_gives(self):
        url, arn = self.make_queue()
        self.worker("import json\ndef handler(event, context):\n    print('saw', json.dumps(event).replace(' ', ''))\n")
        self.map(arn, self.name)
        sent = self.sqs.send_message(QueueUrl=url, MessageBody="hello", MessageAttributes={
            "Kind": {"DataType": "String", "StringValue": "cat"}})
        (record,) = json.loads(eventually(self.seen)[0][0])["Records"]
        self.assertEqual(sent["MessageId"], record["messageId"])
        self.assertEqual(sent["MD5OfMessageBody"], record["md5OfBody"])
        self.assertEqual(("hello", "aws:sqs", arn, self.daemon.region),
                         (record["body"], record["eventSource"], record["eventSourceARN"], record["awsRegion"]))
        self.assertEqual({"Kind": {"stringValue": "cat", "stringListValues": [], "binaryListValues": [],
                                   "dataType": "String"}}, record["messageAttributes"])
        self.assertEqual("1", record["attributes"]["ApproximateReceiveCount"])

    def test_a_partial_failure_brings_back_what_failed(self):
        url, arn = self.make_queue(**SOON_BACK)
        uuid = self.map(arn, self.worker(), Enabled=False, FunctionResponseTypes=REPORTS)
        self.send(url, "good1", "once1", "good2")
        self.lambdas.update_event_source_mapping(UUID=uuid, Enabled=True)
        eventually(lambda: self.left(url) == 0, what="the second delivery")
        eventually(lambda: len(self.seen()) == 4, what="four lines")
        lines = self.seen()
        self.assertEqual(["good1", "good2", "once1"], sorted(line[0] for line in lines if line[1] == "1"))
        self.assertEqual([["once1", "2", "1"]], [line for line in lines if line[1] == "2"])

    def test_a_poison_message_ends_in_the_dead_letter_queue(self):
        dead, dead_arn = self.make_queue("-dead")
        url, arn = self.make_queue(**SOON_BACK, RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}))
        self.map(arn, self.worker(), FunctionResponseTypes=REPORTS)
        self.send(url, "good1", "poison1", "good2")
        eventually(lambda: self.left(dead) == 1, what="the poison message")
        eventually(lambda: self.left(url) == 0, what="the empty queue")
        (message,) = self.sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5)["Messages"]
        self.assertEqual("poison1", message["Body"])
        eventually(lambda: self.bodies().count("poison1") == 2, what="both deliveries")

    def test_a_batch_that_raises_comes_back_whole(self):
        url, arn = self.make_queue(**SOON_BACK)
        self.map(arn, self.worker(RAISER))
        self.send(url, "a")
        eventually(lambda: len(self.seen()) >= 2, what="a second delivery")
        self.assertEqual(1, self.left(url))

    def test_filters_delete_what_they_do_not_want(self):
        url, arn = self.make_queue()
        pattern = json.dumps({"body": {"kind": ["cat"], "size": [{"numeric": [">", 4]}]}})
        self.map(arn, self.worker(), FilterCriteria={"Filters": [{"Pattern": pattern}]})
        self.send(url, '{"kind":"dog","size":9}', '{"kind":"cat","size":4}', "plain", '{"kind":"cat","size":5}')
        eventually(lambda: self.left(url) == 0, what="the empty queue")
        eventually(self.bodies)
        self.assertEqual(['{"kind":"cat","size":5}'], self.bodies())

    def test_a_window_fills_larger_batches(self):
        url, arn = self.make_queue()
        self.map(arn, self.worker(), BatchSize=25, MaximumBatchingWindowInSeconds=300)
        for start in range(5):
            self.sqs.send_message_batch(QueueUrl=url, Entries=[
                {"Id": str(i), "MessageBody": f"m{start}{i}"} for i in range(5)])
        eventually(lambda: len(self.seen()) == 25, what="the full batch")  # long before the window ends
        self.assertEqual({"25"}, {line[2] for line in self.seen()})
        eventually(lambda: self.left(url) == 0, what="the empty queue")

    def test_groups_of_a_fifo_queue_keep_their_order(self):
        url = self.sqs.create_queue(QueueName=self.name + ".fifo", Attributes={
            "FifoQueue": "true", "ContentBasedDeduplication": "true", **SOON_BACK})["QueueUrl"]
        uuid = self.map(self.arn(url), self.worker(), Enabled=False, FunctionResponseTypes=REPORTS, BatchSize=3)
        self.assertEqual("Batching window is not supported for FIFO queues", self.refused(
            self.lambdas.update_event_source_mapping, UUID=uuid, MaximumBatchingWindowInSeconds=1)[1])
        for number in range(4):
            for group in "ab":
                body = f"once-{group}{number}" if (group, number) == ("a", 1) else f"{group}{number}"
                self.send(url, body, MessageGroupId=group)
        self.lambdas.update_event_source_mapping(UUID=uuid, Enabled=True)
        eventually(lambda: self.left(url) == 0, what="the empty queue")
        eventually(lambda: "a3" in self.bodies() and "b3" in self.bodies(), what="the last of both groups")
        for group, order in (("a", ["a0", "once-a1", "a2", "a3"]), ("b", ["b0", "b1", "b2", "b3"])):
            last = {body: place for place, body in enumerate(self.bodies())}
            self.assertEqual(order, sorted(order, key=last.get), group)

    def test_a_mapping_is_disabled_enabled_and_deleted(self):
        url, arn = self.make_queue()
        uuid = self.map(arn, self.worker())
        self.assertEqual("Disabling", self.lambdas.update_event_source_mapping(UUID=uuid, Enabled=False)["State"])
        self.until(uuid, "Disabled")
        self.send(url, "later")
        time.sleep(0.5)
        self.assertEqual([], self.bodies())
        self.assertEqual(1, self.left(url))
        self.assertEqual("Enabling", self.lambdas.update_event_source_mapping(UUID=uuid, Enabled=True)["State"])
        self.until(uuid, "Enabled")
        eventually(lambda: self.bodies() == ["later"])
        eventually(lambda: self.left(url) == 0)
        self.assertEqual("Deleting", self.lambdas.delete_event_source_mapping(UUID=uuid)["State"])
        eventually(lambda: self.gone(uuid), what="the mapping's end")
        self.send(url, "never")
        time.sleep(0.5)
        self.assertEqual(1, self.left(url))
        self.assertEqual(["later"], self.bodies())

    def gone(self, uuid):
        try:
            self.lambdas.get_event_source_mapping(UUID=uuid)
        except ClientError as refusal:
            self.assertEqual("ResourceNotFoundException", refusal.response["Error"]["Code"])
            return True

    def test_mappings_are_listed_and_updated(self):
        url, arn = self.make_queue()
        uuid = self.map(arn, self.worker(), Enabled=False, BatchSize=3)
        listed = self.lambdas.list_event_source_mappings(FunctionName=self.name)["EventSourceMappings"]
        self.assertEqual([(uuid, arn, 3)], [(m["UUID"], m["EventSourceArn"], m["BatchSize"]) for m in listed])
        pages = self.lambdas.get_paginator("list_event_source_mappings").paginate(
            EventSourceArn=arn, PaginationConfig={"PageSize": 1})
        self.assertEqual([uuid], [m["UUID"] for page in pages for m in page["EventSourceMappings"]])
        self.assertEqual("Updating", self.lambdas.update_event_source_mapping(UUID=uuid, BatchSize=7)["State"])
        self.until(uuid, "Disabled")
        got = self.lambdas.get_event_source_mapping(UUID=uuid)
        self.assertEqual(7, got["BatchSize"])
        self.assertEqual("USER_INITIATED", got["StateTransitionReason"])
        self.assertLess(abs(time.time() - got["LastModified"].timestamp()), 60)

    def test_refusals_are_aws_own(self):
        url, arn = self.make_queue(VisibilityTimeout="1")
        create = self.lambdas.create_event_source_mapping
        invalid = "InvalidParameterValueException"
        self.worker()
        self.assertEqual(
            (invalid, "Queue visibility timeout: 1 seconds is less than Function timeout: 2 seconds"),
            self.refused(create, EventSourceArn=arn, FunctionName=self.name))
        self.assertEqual((invalid, "Function does not exist"),
                         self.refused(create, EventSourceArn=arn, FunctionName="nobody"))
        code, message = self.refused(create, EventSourceArn=arn + "-not", FunctionName=self.name)
        self.assertEqual(invalid, code)
        self.assertIn("AWS.SimpleQueueService.NonExistentQueue", message)
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "2"})
        uuid = self.map(arn, self.name, Enabled=False)
        code, message = self.refused(create, EventSourceArn=arn, FunctionName=self.name)
        self.assertEqual("ResourceConflictException", code)
        self.assertIn(uuid, message)
        self.assertEqual((invalid, "Invalid filter pattern definition."), self.refused(
            self.lambdas.update_event_source_mapping, UUID=uuid,
            FilterCriteria={"Filters": [{"Pattern": '{"body": "x"}'}]}))

    def test_maximum_concurrency_bounds_a_mapping(self):
        """Debian's boto3 is older than ScalingConfig, so it is put into the request."""
        url, arn = self.make_queue()
        self.worker("import time\ndef handler(event, context):\n"
                    "    print('saw', 'begin')\n    time.sleep(0.3)\n    print('saw', 'end')\n")

        def add(params, **_):
            params["body"] = json.dumps({**json.loads(params["body"]), "ScalingConfig": {"MaximumConcurrency": 2}})
        self.lambdas.meta.events.register("before-call.lambda.CreateEventSourceMapping", add)
        self.map(arn, self.name, BatchSize=1)
        self.send(url, *[str(number) for number in range(8)])
        eventually(lambda: self.left(url) == 0, what="the empty queue")
        eventually(lambda: len(self.seen()) == 16, what="every line")
        most = now = 0
        for (line, *_) in self.seen():
            now += 1 if line == "begin" else -1
            most = max(most, now)
        self.assertEqual(2, most)


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class Crash(unittest.TestCase):
    def test_no_message_is_lost_by_kill_9(self):
        folder = tempfile.TemporaryDirectory(prefix="lambent-sources-")
        self.addCleanup(folder.cleanup)
        daemon = Daemon(pathlib.Path(folder.name) / "data")
        daemon.data.mkdir(mode=0o700)
        daemon.start()
        s3, sqs, lambdas = (daemon.client(name) for name in ("s3", "sqs", "lambda"))
        s3.create_bucket(Bucket="done")
        lambdas.create_function(FunctionName="recorder", Runtime="python3.11", Handler="app.handler", Role=ROLE,
                                Code={"ZipFile": zip_of({"app.py": RECORDER})}, Timeout=4, MemorySize=512,
                                Tags={"lambent:endpoint": "open"})
        url = sqs.create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "4"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        uuid = lambdas.create_event_source_mapping(EventSourceArn=arn, FunctionName="recorder", BatchSize=2)["UUID"]
        sent = []

        def send():
            while True:
                try:
                    sqs.send_message(QueueUrl=url, MessageBody=f"m{len(sent)}")
                except Exception:
                    return
                sent.append(f"m{len(sent)}")
        sender = threading.Thread(target=send)
        sender.start()
        eventually(lambda: self.done(s3), what="the first message's end")
        daemon.kill()
        sender.join()
        daemon.start()
        self.addCleanup(daemon.stop)
        s3, lambdas = daemon.client("s3"), daemon.client("lambda")
        self.assertGreater(len(sent), 4)
        self.assertEqual(uuid, lambdas.list_event_source_mappings()["EventSourceMappings"][0]["UUID"])
        eventually(lambda: set(sent) <= self.done(s3), 120, "every acknowledged message")

    def done(self, s3):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="done")
        return {item["Key"] for page in pages for item in page.get("Contents", [])}


if __name__ == "__main__":
    unittest.main()
