#!/usr/bin/python3
"""The asynchronous life of events, on a clock that the test moves: retries, destinations, dead ends."""
import json
import time
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"
FAIL = "def handler(event, context):\n    raise RuntimeError('no ' + event.get('n', ''))\n"
ECHO = "def handler(event, context):\n    return {'got': event}\n"
TELL = "import json\ndef handler(event, context):\n    print('TOLD ' + json.dumps(event))\n"
LOOP = ("import boto3, json\nclient = boto3.client('lambda')\n"
        "def handler(event, context):\n"
        "    client.invoke(FunctionName=context.function_name, InvocationType='Event',"
        " Payload=json.dumps(event))\n")


class AsyncDestinations(DaemonTest):
    flags = ("--clock", "manual")

    def advance(self, duration="0s"):
        """Returns once everything that falls into that time has happened."""
        return self.daemon.run("clock", "advance", duration)

    def send(self, client, name, payload, qualifier=None):
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = client.invoke(FunctionName=name, InvocationType="Event",
                               Payload=json.dumps(payload), **more)
        self.assertEqual(202, answer["StatusCode"])
        return answer["ResponseMetadata"]["RequestId"]

    def lines(self, name, word):
        try:
            events = self.daemon.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{name}", filterPattern=word)["events"]
        except ClientError:
            return []
        return [event["message"] for event in events]

    def attempts(self, name, count):
        """The function has ended so many times, and not once more."""
        eventually(lambda: len(self.lines(name, "REPORT")) >= count, what=f"{count} attempts")
        self.assertEqual(count, len(self.lines(name, "REPORT")))

    def make_bucket(self, name):
        s3 = self.daemon.client("s3")
        s3.create_bucket(Bucket=name)
        self.addCleanup(s3.delete_bucket, Bucket=name)
        self.addCleanup(lambda: [s3.delete_object(Bucket=name, Key=one) for one in self.keys(name)])
        return f"arn:aws:s3:::{name}"

    def keys(self, bucket):
        listed = self.daemon.client("s3").list_objects_v2(Bucket=bucket)
        return [one["Key"] for one in listed.get("Contents", [])]

    def record(self, bucket):
        """The one invocation record that lies there."""
        [key] = self.keys(bucket)
        return json.load(self.daemon.client("s3").get_object(Bucket=bucket, Key=key)["Body"])

    def test_a_success_is_told_to_another_function(self):
        self.make_function("told", TELL)
        client = self.make_function("works", ECHO, Publish=True)
        client.create_alias(FunctionName="works", Name="live", FunctionVersion="1")
        client.put_function_event_invoke_config(
            FunctionName="works", Qualifier="live",
            DestinationConfig={"OnSuccess": {"Destination": ARN + "told"}})
        request = self.send(client, "works", {"n": 1}, "live")
        self.send(client, "works", {"n": 2})  # $LATEST has no destination
        self.advance()
        [line] = eventually(lambda: self.lines("told", "TOLD"), what="the record")
        told = json.loads(line.split("TOLD ", 1)[1])
        self.assertRegex(told.pop("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual({
            "version": "1.0",
            "requestContext": {"requestId": request, "functionArn": ARN + "works:live",
                               "condition": "Success", "approximateInvokeCount": 1},
            "requestPayload": {"n": 1},
            "responseContext": {"statusCode": 200, "executedVersion": "1"},
            "responsePayload": {"got": {"n": 1}}}, told)

    def test_a_failure_is_tried_again_after_one_and_two_minutes_and_then_told(self):
        client = self.make_function("fails", FAIL)
        client.put_function_event_invoke_config(FunctionName="fails", DestinationConfig={
            "OnFailure": {"Destination": self.make_bucket("fails-ends")}})
        started = time.monotonic()
        request = self.send(client, "fails", {"n": "1"})
        self.advance("59s")
        self.attempts("fails", 1)
        self.advance("1s")
        self.attempts("fails", 2)
        self.advance("119s")
        self.attempts("fails", 2)
        self.assertEqual([], self.keys("fails-ends"))
        self.advance("1s")
        self.attempts("fails", 3)
        told = self.record("fails-ends")
        self.assertEqual({"requestId": request, "functionArn": ARN + "fails:$LATEST",
                          "condition": "RetriesExhausted", "approximateInvokeCount": 3},
                         told["requestContext"])
        self.assertEqual({"statusCode": 200, "executedVersion": "$LATEST",
                          "functionError": "Unhandled"}, told["responseContext"])
        self.assertEqual(("no 1", "RuntimeError"), (told["responsePayload"]["errorMessage"],
                                                    told["responsePayload"]["errorType"]))
        [key] = self.keys("fails-ends")
        self.assertRegex(key, r"^aws/lambda/async/fails/\d{4}/\d\d/\d\d/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d"
                              r"-[0-9a-f-]{36}$")
        self.assertLess(time.monotonic() - started, 170)  # of three minutes

    def test_one_step_sees_the_whole_schedule(self):
        client = self.make_function("strides", FAIL)
        client.put_function_event_invoke_config(FunctionName="strides", DestinationConfig={
            "OnFailure": {"Destination": self.make_bucket("strides-ends")}})
        self.send(client, "strides", {})
        self.advance("3m")
        self.attempts("strides", 3)
        self.assertEqual(3, self.record("strides-ends")["requestContext"]["approximateInvokeCount"])

    def test_an_event_that_would_grow_too_old_is_given_up(self):
        client = self.make_function("ages", FAIL)
        client.put_function_event_invoke_config(
            FunctionName="ages", MaximumEventAgeInSeconds=100, DestinationConfig={
                "OnFailure": {"Destination": self.make_bucket("ages-ends")}})
        self.send(client, "ages", {})
        self.advance("1h")
        self.attempts("ages", 2)  # at 0 s and 60 s; the third would come at 180 s
        told = self.record("ages-ends")["requestContext"]
        self.assertEqual(("EventAgeExceeded", 2), (told["condition"], told["approximateInvokeCount"]))

    def test_a_function_without_concurrency_is_not_tried(self):
        client = self.make_function("off", ECHO)
        client.put_function_concurrency(FunctionName="off", ReservedConcurrentExecutions=0)
        client.put_function_event_invoke_config(FunctionName="off", DestinationConfig={
            "OnFailure": {"Destination": self.make_bucket("off-ends")}})
        self.send(client, "off", {"n": 1})
        self.advance()
        told = self.record("off-ends")
        self.assertEqual("ZeroReservedConcurrency", told["requestContext"]["condition"])
        self.assertNotIn("responseContext", told)
        self.assertEqual({"n": 1}, told["requestPayload"])

    def make_queue(self, name):
        sqs = self.daemon.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=url)
        return sqs, url, f"arn:aws:sqs:us-east-1:000000000000:{name}"

    def test_queues_get_the_record_and_the_dead_letter(self):
        sqs, ends, ends_arn = self.make_queue("queued-ends")
        _, dead, dead_arn = self.make_queue("queued-dead")
        client = self.make_function("queued", FAIL, DeadLetterConfig={"TargetArn": dead_arn})
        client.put_function_event_invoke_config(
            FunctionName="queued", MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": ends_arn}})
        request = self.send(client, "queued", {"n": "7"})
        self.advance()
        [end] = sqs.receive_message(QueueUrl=ends)["Messages"]
        self.assertEqual("RetriesExhausted", json.loads(end["Body"])["requestContext"]["condition"])
        [letter] = sqs.receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
        self.assertEqual({"n": "7"}, json.loads(letter["Body"]))
        self.assertEqual(
            {"RequestID": ("String", request), "ErrorCode": ("Number", "200"),
             "ErrorMessage": ("String", "no 7")},
            {name: (one["DataType"], one["StringValue"])
             for name, one in letter["MessageAttributes"].items()})

    def test_event_buses_get_the_record_as_an_event(self):
        sqs, url, arn = self.make_queue("bus-ends")
        events = self.daemon.client("events")
        pattern = {"source": ["lambda"], "detail": {"requestContext": {"condition": ["Success"]}}}
        events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
        self.addCleanup(events.delete_rule, Name="ends")
        events.put_targets(Rule="ends", Targets=[{"Id": "q", "Arn": arn}])
        self.addCleanup(events.remove_targets, Rule="ends", Ids=["q"])
        client = self.make_function("to-bus", ECHO)
        client.put_function_event_invoke_config(FunctionName="to-bus", DestinationConfig={"OnSuccess": {
            "Destination": "arn:aws:events:us-east-1:000000000000:event-bus/default"}})
        request = self.send(client, "to-bus", {"n": 1})
        self.advance()
        [message] = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"), what="the event")
        event = json.loads(message["Body"])
        self.assertEqual("Lambda Function Invocation Result - Success", event["detail-type"])
        self.assertEqual([ARN + "to-bus:$LATEST"], event["resources"][-1:])
        self.assertEqual(request, event["detail"]["requestContext"]["requestId"])
        self.assertEqual({"got": {"n": 1}}, event["detail"]["responsePayload"])

    def test_a_message_becomes_visible_again_when_the_clock_says_so(self):
        sqs, url, _ = self.make_queue("hidden")
        sqs.send_message(QueueUrl=url, MessageBody="m")
        self.assertEqual(1, len(sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)["Messages"]))
        self.advance("59s")
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=url))
        self.advance("1s")
        self.assertEqual(1, len(sqs.receive_message(QueueUrl=url)["Messages"]))

    def test_a_loop_is_stopped_at_the_sixteenth_time(self):
        client = self.make_function("loops", LOOP, Timeout=30, MemorySize=512,
                                    Tags={"lambent:endpoint": "open"})
        client.put_function_event_invoke_config(FunctionName="loops", DestinationConfig={
            "OnFailure": {"Destination": self.make_bucket("loops-ends")}})
        self.send(client, "loops", {"n": 1})
        eventually(lambda: self.keys("loops-ends"), what="the end of the loop")
        self.attempts("loops", 16)
        told = self.record("loops-ends")
        self.assertEqual("RecursiveInvocation", told["requestContext"]["condition"])
        self.assertEqual({"statusCode": 400, "functionError": "RecursiveInvocationException"},
                         told["responseContext"])

    def test_configurations_are_listed_and_gone_when_deleted(self):
        client = self.make_function("listed", ECHO, Publish=True)
        for qualifier in ("$LATEST", "1"):
            client.put_function_event_invoke_config(FunctionName="listed", Qualifier=qualifier,
                                                    MaximumRetryAttempts=1)
        client.update_function_event_invoke_config(FunctionName="listed", MaximumEventAgeInSeconds=60)
        listed = client.list_function_event_invoke_configs(FunctionName="listed")
        self.assertEqual({ARN + "listed:$LATEST": 60, ARN + "listed:1": None},
                         {one["FunctionArn"]: one.get("MaximumEventAgeInSeconds")
                          for one in listed["FunctionEventInvokeConfigs"]})
        client.delete_function_event_invoke_config(FunctionName="listed", Qualifier="1")
        with self.assertRaises(client.exceptions.ResourceNotFoundException):
            client.get_function_event_invoke_config(FunctionName="listed", Qualifier="1")
        with self.assertRaises(client.exceptions.InvalidParameterValueException):
            client.put_function_event_invoke_config(FunctionName="listed", DestinationConfig={
                "OnSuccess": {"Destination": ARN + "listed"}})

    def test_the_clock_says_what_time_it_is(self):
        before = json.loads(self.daemon.run("clock", "now", "--json"))
        after = json.loads(self.daemon.run("clock", "advance", "1h30m", "--json"))
        self.assertEqual(90 * 60_000, after["nowMs"] - before["nowMs"])
        self.assertEqual("manual", after["clock"])


if __name__ == "__main__":
    unittest.main()
