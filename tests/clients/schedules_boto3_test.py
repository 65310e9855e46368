#!/usr/bin/python3
"""EventBridge Scheduler, as boto3 and the AWS CLI drive it; schedules really invoke a function."""
import datetime
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually
from support.recorder import Recorder

OFF = {"Mode": "OFF"}


def soon(seconds, hours=0):
    """A time that is still to come when it has been cut to seconds and the request is read."""
    return (datetime.datetime.utcnow() + datetime.timedelta(hours=hours, seconds=seconds)).strftime(
        "at(%Y-%m-%dT%H:%M:%S)")


class Schedules(DaemonTest):
    def setUp(self):
        self.schedules = self.daemon.client("scheduler")

    def create(self, name, expression, target, window=None, **more):
        self.addCleanup(self.forget, name, more.get("GroupName", "default"))
        return self.schedules.create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow=window or OFF,
            Target={"RoleArn": ROLE, **target}, **more)

    def forget(self, name, group):
        try:
            self.schedules.delete_schedule(Name=name, GroupName=group)
        except ClientError:
            pass

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        answer = caught.exception.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]

    def test_schedules_invoke_a_function(self):
        recorder = Recorder(self, "recorder")
        self.create("rated", "rate(1 hour)", {"Arn": recorder.arn, "Input": json.dumps({
            "kind": "rate", "time": "<aws.scheduler.scheduled-time>", "run": "<aws.scheduler.execution-id>",
            "attempt": "<aws.scheduler.attempt-number>", "arn": "<aws.scheduler.schedule-arn>"})})
        self.create("once", soon(4), {"Arn": recorder.arn, "Input": '{"kind": "at"}'})
        self.create("asleep", soon(1), {"Arn": recorder.arn, "Input": '{"kind": "never"}'}, State="DISABLED")
        self.create("zoned", soon(4, hours=9), {"Arn": recorder.arn}, ScheduleExpressionTimezone="Asia/Tokyo")
        events = eventually(lambda: len(recorder.events()) >= 3 and recorder.events(), what="three invocations")
        by_kind = {event.get("kind", "plain"): event for event in events}
        self.assertEqual({"rate", "at", "plain"}, set(by_kind))
        arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/"
        self.assertEqual((arn + "rated", "1"), (by_kind["rate"]["arn"], by_kind["rate"]["attempt"]))
        self.assertRegex(by_kind["rate"]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertNotIn("<", by_kind["rate"]["run"])
        plain = by_kind["plain"]
        self.assertEqual(("aws.scheduler", "Scheduled Event", [arn + "zoned"]),
                         (plain["source"], plain["detail-type"], plain["resources"]))

    def test_schedules_survive_the_death_of_the_daemon(self):
        recorder = Recorder(self, "survivor")
        self.create("later", soon(6), {"Arn": recorder.arn, "Input": '{"kind": "late"}'})
        self.daemon.kill()
        self.daemon.start()
        self.schedules = self.daemon.client("scheduler")
        events = eventually(recorder.events, what="the invocation after the restart")
        self.assertEqual({"kind": "late"}, events[0])

    def test_a_schedule_is_kept_as_given(self):
        start = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.timezone.utc)
        end = datetime.datetime(2031, 1, 1, 12, tzinfo=datetime.timezone.utc)
        target = {"Arn": "arn:aws:sqs:us-east-1:000000000000:work.fifo", "Input": "hello",
                  "SqsParameters": {"MessageGroupId": "g"},
                  "RetryPolicy": {"MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0},
                  "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:000000000000:dead"}}
        made = self.create("kept", "cron(0 8 ? * MON-FRI *)", target,
                           window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}, Description="weekdays",
                           ScheduleExpressionTimezone="Europe/Paris", StartDate=start, EndDate=end)
        self.assertEqual("arn:aws:scheduler:us-east-1:000000000000:schedule/default/kept", made["ScheduleArn"])
        got = self.schedules.get_schedule(Name="kept")
        self.assertEqual({"RoleArn": ROLE, **target}, got["Target"])
        self.assertEqual(("cron(0 8 ? * MON-FRI *)", "Europe/Paris", start, end, "weekdays", "ENABLED", "default"),
                         tuple(got[member] for member in ("ScheduleExpression", "ScheduleExpressionTimezone",
                                                          "StartDate", "EndDate", "Description", "State", "GroupName")))
        self.assertEqual({"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}, got["FlexibleTimeWindow"])
        # An update replaces everything.
        self.schedules.update_schedule(Name="kept", ScheduleExpression="rate(2 days)", FlexibleTimeWindow=OFF,
                                       State="DISABLED", Target={"RoleArn": ROLE, "Arn": target["Arn"]})
        now = self.schedules.get_schedule(Name="kept")
        for gone in ("StartDate", "EndDate", "Description"):
            self.assertNotIn(gone, now)
        self.assertEqual(("rate(2 days)", "UTC", "DISABLED", OFF), (
            now["ScheduleExpression"], now["ScheduleExpressionTimezone"], now["State"], now["FlexibleTimeWindow"]))
        self.assertEqual({"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}, now["Target"]["RetryPolicy"])
        self.assertEqual(got["CreationDate"], now["CreationDate"])
        self.assertGreaterEqual(now["LastModificationDate"], got["LastModificationDate"])

    def test_groups_hold_schedules_and_tags(self):
        arn = self.schedules.create_schedule_group(
            Name="night", Tags=[{"Key": "team", "Value": "a"}])["ScheduleGroupArn"]
        self.assertEqual("ACTIVE", self.schedules.get_schedule_group(Name="night")["State"])
        target = {"Arn": "arn:aws:sns:us-east-1:000000000000:t"}
        for name in ("b", "a", "c"):
            self.create(name, "rate(1 day)", target, GroupName="night", StartDate="2030-01-01")
        self.create("elsewhere", "rate(1 day)", target, StartDate="2030-01-01", State="DISABLED")
        pages = list(self.schedules.get_paginator("list_schedules").paginate(
            GroupName="night", PaginationConfig={"PageSize": 2}))
        self.assertEqual([["a", "b"], ["c"]], [[one["Name"] for one in page["Schedules"]] for page in pages])
        names = lambda **what: [one["Name"] for one in self.schedules.list_schedules(**what)["Schedules"]]
        self.assertEqual(["elsewhere"], names(State="DISABLED"))
        self.assertEqual(["elsewhere"], names(NamePrefix="else"))
        groups = [one["Name"] for one in self.schedules.list_schedule_groups()["ScheduleGroups"]]
        self.assertEqual(["default", "night"], groups)
        self.schedules.tag_resource(ResourceArn=arn, Tags=[{"Key": "cost", "Value": "1"}])
        self.schedules.untag_resource(ResourceArn=arn, TagKeys=["team"])
        self.assertEqual([{"Key": "cost", "Value": "1"}],
                         self.schedules.list_tags_for_resource(ResourceArn=arn)["Tags"])
        self.schedules.delete_schedule_group(Name="night")
        self.assertEqual((404, "ResourceNotFoundException"),
                         self.refused(self.schedules.get_schedule, Name="a", GroupName="night")[:2])
        self.assertEqual((404, "ResourceNotFoundException", "Schedule group night does not exist."),
                         self.refused(self.schedules.get_schedule_group, Name="night"))

    def test_what_cannot_be_is_refused_as_aws_does(self):
        target = {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": ROLE}
        create = lambda **more: self.refused(self.schedules.create_schedule, **{
            "Name": "x", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": OFF, "Target": target, **more})
        for expression in ("rate(5 fortnights)", "cron(0 8 * * * *)", "at(yesterday)", "daily"):
            self.assertEqual((400, "ValidationException", f"Invalid Schedule Expression {expression}."),
                             create(ScheduleExpression=expression))
        self.assertEqual((400, "ValidationException"), create(ScheduleExpressionTimezone="Mars/Olympus")[:2])
        self.assertEqual((400, "ValidationException", "The StartDate you specify cannot be earlier than 5 minutes ago."),
                         create(StartDate="2020-01-01"))
        for wrong in ({"EndDate": "2020-01-01"}, {"Name": "a b"}, {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
                      {"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, {"State": "ASLEEP"},
                      {"Target": {**target, "Arn": "nonsense"}}, {"Target": {**target, "RoleArn": "nonsense"}},
                      {"Target": {**target, "Arn": "arn:aws:ecs:us-east-1:000000000000:cluster/c"}},
                      {"Target": {**target, "Arn": "arn:aws:events:us-east-1:000000000000:event-bus/default"}},
                      {"Target": {**target, "RetryPolicy": {"MaximumRetryAttempts": 186}}}):
            with self.subTest(wrong=wrong):
                self.assertEqual((400, "ValidationException"), create(**wrong)[:2])
        self.assertEqual((404, "ResourceNotFoundException", "Schedule group none does not exist."),
                         create(GroupName="none"))
        self.create("twice", "rate(1 day)", target, StartDate="2030-01-01", ClientToken="t1")
        again = {"Name": "twice", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": OFF, "Target": target}
        self.schedules.create_schedule(**again, ClientToken="t1")  # the same request, sent again
        self.assertEqual((409, "ConflictException", "Schedule twice already exists."),
                         self.refused(self.schedules.create_schedule, **again, ClientToken="t2"))
        self.assertEqual((404, "ResourceNotFoundException", "Schedule none does not exist."),
                         self.refused(self.schedules.delete_schedule, Name="none"))
        self.assertEqual((404, "ResourceNotFoundException"), self.refused(
            self.schedules.update_schedule, **{**again, "Name": "none"})[:2])
        self.assertEqual((400, "ValidationException"),
                         self.refused(self.schedules.delete_schedule_group, Name="default")[:2])

    def test_the_cli_schedules_too(self):
        aws = lambda *what: self.daemon.aws("scheduler", *what)
        aws("create-schedule", "--name", "by-cli", "--schedule-expression", "cron(0 22 * * ? *)",
            "--schedule-expression-timezone", "America/New_York", "--flexible-time-window", "Mode=OFF", "--target",
            json.dumps({"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": ROLE, "Input": "{}"}))
        self.addCleanup(self.forget, "by-cli", "default")
        self.assertEqual("America/New_York",
                         json.loads(aws("get-schedule", "--name", "by-cli"))["ScheduleExpressionTimezone"])
        self.assertIn("by-cli", [one["Name"] for one in json.loads(aws("list-schedules"))["Schedules"]])
        aws("delete-schedule", "--name", "by-cli")


if __name__ == "__main__":
    unittest.main()
