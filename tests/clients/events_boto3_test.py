#!/usr/bin/python3
"""EventBridge, as boto3 and the AWS CLI drive it; events really invoke a function."""
import datetime
import hashlib
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually
from support.recorder import Recorder

ARN = "arn:aws:events:us-east-1:000000000000:"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
KEEPER = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket="survivors", Key=str(event["total"]), Body=b"")
"""
ORDERS = json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}})


def order(total, **more):
    return {"Source": "shop", "DetailType": "Order", "Detail": json.dumps({"total": total}), **more}


class Events(DaemonTest):
    def setUp(self):
        self.events = self.daemon.client("events")

    def rule(self, name, *targets, **settings):
        made = self.events.put_rule(Name=name, **settings)
        bus = {"EventBusName": settings.get("EventBusName", "default")}
        if targets:
            put = self.events.put_targets(Rule=name, Targets=list(targets), **bus)
            self.assertEqual((0, []), (put["FailedEntryCount"], put["FailedEntries"]))
        self.addCleanup(self.forget, name, bus)
        return made["RuleArn"]

    def forget(self, name, bus):
        try:
            ids = [one["Id"] for one in self.events.list_targets_by_rule(Rule=name, **bus)["Targets"]]
            if ids:
                self.events.remove_targets(Rule=name, Ids=ids, **bus)
            self.events.delete_rule(Name=name, **bus)
        except ClientError:
            pass  # gone already

    def bus(self, name):
        made = self.events.create_event_bus(Name=name)
        self.addCleanup(self.events.delete_event_bus, Name=name)
        return made["EventBusArn"]

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"], caught.exception.response["Error"]["Message"]

    def test_an_event_invokes_what_its_rules_name(self):
        recorder = Recorder(self, "orders")
        self.rule("orders", {"Id": "whole", "Arn": recorder.arn},
                  {"Id": "constant", "Arn": recorder.arn, "Input": '{"fixed": true}'},
                  {"Id": "path", "Arn": recorder.arn, "InputPath": "$.detail"},
                  {"Id": "filled", "Arn": recorder.arn, "InputTransformer": {
                      "InputPathsMap": {"total": "$.detail.total", "who": "$.source"},
                      "InputTemplate": '{"sum": <total>, "text": "<who> at <aws.events.rule-name>"}'}},
                  EventPattern=ORDERS)
        when = datetime.datetime(2026, 11, 21, 8, 0, 0, tzinfo=datetime.timezone.utc)
        put = self.events.put_events(Entries=[order(5), order(50, Time=when, Resources=["r1"])])
        self.assertEqual(0, put["FailedEntryCount"])
        events = eventually(lambda: len(recorder.events()) >= 4 and recorder.events(), what="four invocations")
        whole = [event for event in events if "detail-type" in event]
        self.assertEqual([{"version": "0", "id": put["Entries"][1]["EventId"], "detail-type": "Order", "source": "shop",
                           "account": "000000000000", "time": "2026-11-21T08:00:00Z", "region": "us-east-1",
                           "resources": ["r1"], "detail": {"total": 50}}], whole)
        for wanted in ({"fixed": True}, {"total": 50}, {"sum": 50, "text": "shop at orders"}):
            self.assertIn(wanted, events)
        self.assertEqual(4, len(events))

    def test_a_rule_sends_events_to_another_bus(self):
        recorder = Recorder(self, "second-bus")
        second = self.bus("second")
        self.rule("forward", {"Id": "bus", "Arn": second}, EventPattern='{"detail-type": ["Order"]}')
        arn = self.rule("there", {"Id": "f", "Arn": recorder.arn}, EventPattern=ORDERS, EventBusName="second")
        self.assertEqual(ARN + "rule/second/there", arn)
        sent = self.events.put_events(Entries=[order(70)])["Entries"][0]["EventId"]
        self.events.put_events(Entries=[order(80, EventBusName=second), order(90, EventBusName="nowhere")])
        events = eventually(lambda: len(recorder.events()) >= 2 and recorder.events(), what="two invocations")
        self.assertEqual({70, 80}, {event["detail"]["total"] for event in events})
        self.assertIn(sent, {event["id"] for event in events})

    def test_a_loop_ends_at_the_destination(self):
        recorder = Recorder(self, "looping")
        sqs = self.daemon.client("sqs")
        url = sqs.create_queue(QueueName="loops-end")["QueueUrl"]
        self.addCleanup(sqs.delete_queue, QueueUrl=url)
        self.daemon.client("lambda").put_function_event_invoke_config(
            FunctionName="looping", DestinationConfig={"OnFailure": {
                "Destination": "arn:aws:sqs:us-east-1:000000000000:loops-end"}})
        self.rule("loop", {"Id": "f", "Arn": recorder.arn, "InputPath": "$.detail"}, EventPattern=ORDERS)
        for total, times in ((70, 14), (80, 15)):
            # As the function would send it that has been invoked so often.
            client = self.daemon.client("events")
            trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:" + \
                f"{hashlib.sha256(recorder.arn.encode()).hexdigest()[:8]}:{times}"
            client.meta.events.register(
                "before-call.events.PutEvents",
                lambda params, trace=trace, **_: params["headers"].update({"X-Amzn-Trace-Id": trace}))
            self.assertEqual(0, client.put_events(Entries=[order(total)])["FailedEntryCount"])
        told = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2).get("Messages"),
                          what="the end of the loop")
        record = json.loads(told[0]["Body"])
        self.assertEqual("RecursiveInvocation", record["requestContext"]["condition"])
        self.assertEqual({"total": 80}, record["requestPayload"])
        eventually(recorder.events, what="the event that goes on")
        self.assertEqual([{"total": 70}], recorder.events())

    def test_accepted_events_survive_the_death_of_the_daemon(self):
        self.daemon.client("s3").create_bucket(Bucket="survivors")
        recorder = Recorder(self, "survivor", KEEPER, Tags={"lambent:endpoint": "open"}, Timeout=30)
        self.rule("survive", {"Id": "f", "Arn": recorder.arn, "InputPath": "$.detail"},
                  EventPattern='{"source": ["survivor"]}')
        numbers = range(3)
        for number in numbers:
            self.events.put_events(Entries=[order(number, Source="survivor")])
        self.daemon.kill()
        self.daemon.start()
        self.events = self.daemon.client("events")
        s3 = self.daemon.client("s3")
        kept = lambda: {one["Key"] for one in s3.list_objects_v2(Bucket="survivors").get("Contents", [])}
        eventually(lambda: kept() == {str(number) for number in numbers}, what="all events")

    def test_buses_rules_and_targets_are_kept_as_given(self):
        arn = self.bus("kept")
        self.assertEqual(ARN + "event-bus/kept", arn)
        self.assertEqual(arn, self.events.describe_event_bus(Name="kept")["Arn"])
        self.assertEqual("default", self.events.describe_event_bus()["Name"])
        self.assertEqual(["default", "kept"], [one["Name"] for one in self.events.list_event_buses()["EventBuses"]])
        target = {"Id": "t", "Arn": "arn:aws:sqs:us-east-1:000000000000:work.fifo", "RoleArn": "arn:aws:iam::0:role/r",
                  "InputTransformer": {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": "<n>"},
                  "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
                  "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead"},
                  "SqsParameters": {"MessageGroupId": "g"}}
        on = {"EventBusName": "kept"}
        self.rule("b", target, {"Id": "u", "Arn": FUNCTION, "Input": '"x"'}, EventPattern=ORDERS, Description="d",
                  State="DISABLED", **on)
        self.rule("a", {"Id": "u", "Arn": FUNCTION}, EventPattern=ORDERS, **on)
        got = self.events.describe_rule(Name="b", **on)
        self.assertEqual((ARN + "rule/kept/b", ORDERS, "d", "DISABLED", "kept"), (
            got["Arn"], got["EventPattern"], got["Description"], got["State"], got["EventBusName"]))
        self.assertEqual([target, {"Id": "u", "Arn": FUNCTION, "Input": '"x"'}],
                         self.events.list_targets_by_rule(Rule="b", **on)["Targets"])
        pages = list(self.events.get_paginator("list_rules").paginate(**on, PaginationConfig={"PageSize": 1}))
        self.assertEqual([["a"], ["b"]], [[one["Name"] for one in page["Rules"]] for page in pages])
        self.assertEqual(["a", "b"], self.events.list_rule_names_by_target(TargetArn=FUNCTION, **on)["RuleNames"])
        self.events.enable_rule(Name="b", **on)
        self.assertEqual("ENABLED", self.events.describe_rule(Name="b", **on)["State"])
        self.events.disable_rule(Name="b", **on)
        self.assertEqual("DISABLED", self.events.describe_rule(Name="b", **on)["State"])
        failed = self.events.remove_targets(Rule="b", Ids=["t", "none"], **on)
        self.assertEqual((1, "none", "ResourceNotFoundException"), (
            failed["FailedEntryCount"], failed["FailedEntries"][0]["TargetId"], failed["FailedEntries"][0]["ErrorCode"]))
        for resource in (arn, got["Arn"]):
            self.events.tag_resource(ResourceARN=resource, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
            self.events.untag_resource(ResourceARN=resource, TagKeys=["a"])
            self.assertEqual([{"Key": "b", "Value": ""}],
                             self.events.list_tags_for_resource(ResourceARN=resource)["Tags"])
        self.assertEqual("ValidationException", self.refused(self.events.delete_event_bus, Name="kept")[0])

    def test_entries_are_refused_one_by_one(self):
        put = self.events.put_events(Entries=[
            order(1), {"DetailType": "a", "Detail": "{}"}, {"Source": "a", "Detail": "{}"},
            {"Source": "a", "DetailType": "b"}, {"Source": "a", "DetailType": "b", "Detail": "no JSON"},
            {"Source": "a", "DetailType": "b", "Detail": "[]"}, order(1, Source="aws.s3")])
        self.assertEqual(6, put["FailedEntryCount"])
        self.assertIn("EventId", put["Entries"][0])
        self.assertEqual(["InvalidArgument", "InvalidArgument", "InvalidArgument", "MalformedDetail", "MalformedDetail",
                          "NotAuthorizedForSourceException"], [one["ErrorCode"] for one in put["Entries"][1:]])
        self.assertEqual("Parameter Source is not valid. Reason: Source is a required argument.",
                         put["Entries"][1]["ErrorMessage"])
        self.assertEqual("ValidationException", self.refused(self.events.put_events, Entries=[order(1)] * 11)[0])
        half = json.dumps({"text": "x" * 600_000})
        self.assertEqual(0, self.events.put_events(Entries=[order(1, Detail=half)])["FailedEntryCount"])
        self.assertEqual(("ValidationException", "Total size of the entries in the request is over the limit."),
                         self.refused(self.events.put_events, Entries=[order(1, Detail=half)] * 2))

    def test_patterns_can_be_tried(self):
        event = {"id": "1", "detail-type": "Order", "source": "shop", "account": "0", "time": "2026-01-01T00:00:00Z",
                 "region": "us-east-1", "resources": [], "detail": {"total": 50}}
        test = lambda of: self.events.test_event_pattern(EventPattern=ORDERS, Event=json.dumps(of))["Result"]
        self.assertTrue(test(event))
        self.assertFalse(test({**event, "detail": {"total": 10}}))
        self.assertEqual("ValidationException", self.refused(
            self.events.test_event_pattern, EventPattern=ORDERS, Event='{"detail": {}}')[0])
        code, message = self.refused(self.events.test_event_pattern, EventPattern='{"source": "shop"}', Event="{}")
        self.assertEqual("InvalidEventPatternException", code)
        self.assertTrue(message.startswith("Event pattern is not valid. Reason: "), message)

    def test_what_cannot_be_is_refused_as_aws_does(self):
        put = lambda **what: self.refused(self.events.put_rule, **{"Name": "x", **what})
        self.assertEqual(("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."),
                         put())
        for schedule in ("rate(1 minutes)", "rate(5 minute)", "at(2030-01-01T00:00:00)", "cron(0 8 * * *)", "daily"):
            self.assertEqual(("ValidationException", "Parameter ScheduleExpression is not valid."),
                             put(ScheduleExpression=schedule))
        self.assertEqual("InvalidEventPatternException", put(EventPattern="{}")[0])
        self.assertEqual(("ResourceNotFoundException", "Event bus none does not exist."),
                         put(EventPattern=ORDERS, EventBusName="none"))
        self.bus("custom")
        self.assertEqual(("ValidationException", "ScheduleExpression is supported only on the default event bus."),
                         put(ScheduleExpression="rate(1 day)", EventBusName="custom"))
        self.assertEqual(("ResourceAlreadyExistsException", "Event bus custom already exists."),
                         self.refused(self.events.create_event_bus, Name="custom"))
        self.assertEqual("ValidationException", self.refused(self.events.create_event_bus, Name="a/b")[0])
        self.assertEqual("ValidationException", self.refused(self.events.delete_event_bus, Name="default")[0])
        self.assertEqual(("ResourceNotFoundException", "Rule none does not exist on EventBus default."),
                         self.refused(self.events.describe_rule, Name="none"))
        self.rule("refusing", {"Id": "a", "Arn": FUNCTION}, EventPattern=ORDERS)
        for wrong in ({"Arn": "nonsense"}, {"Arn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"},
                      {"Arn": "arn:aws:sqs:us-east-1:000000000000:q.fifo"}, {"Input": "no JSON"}, {"InputPath": "detail"},
                      {"Input": "{}", "InputPath": "$"}, {"InputTransformer": {"InputTemplate": "<unknown>"}}):
            with self.subTest(wrong=wrong):
                self.assertEqual("ValidationException", self.refused(
                    self.events.put_targets, Rule="refusing", Targets=[{"Id": "b", "Arn": FUNCTION, **wrong}])[0])
        self.assertEqual("LimitExceededException", self.refused(self.events.put_targets, Rule="refusing", Targets=[
            {"Id": str(number), "Arn": FUNCTION} for number in range(5)])[0])
        self.assertEqual(("ValidationException", "Rule can't be deleted since it has targets."),
                         self.refused(self.events.delete_rule, Name="refusing"))

    def test_the_cli_puts_events_too(self):
        aws = lambda *what: self.daemon.aws("events", *what)
        aws("put-rule", "--name", "by-cli", "--schedule-expression", "rate(5 minutes)")
        self.addCleanup(self.forget, "by-cli", {})
        aws("put-targets", "--rule", "by-cli", "--targets", f"Id=1,Arn={FUNCTION}")
        shown = json.loads(aws("list-rules", "--name-prefix", "by-"))
        self.assertEqual("rate(5 minutes)", shown["Rules"][0]["ScheduleExpression"])
        put = json.loads(aws("put-events", "--entries", json.dumps([order(1)])))
        self.assertEqual(0, put["FailedEntryCount"])


if __name__ == "__main__":
    unittest.main()
