#!/usr/bin/python3
"""Rules and schedules on a clock that is moved by hand: an hour or a night passes at once."""
import datetime
import json
import unittest

from support.lambent_daemon import ROLE, DaemonTest, eventually
from support.recorder import Recorder


def time_of(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))


class MovedClock(DaemonTest):
    flags = ("--clock", "manual")

    def test_a_rule_invokes_its_function_at_every_tick(self):
        recorder = Recorder(self, "every-twenty")
        events = self.daemon.client("events")
        events.put_rule(Name="twenty", ScheduleExpression="rate(20 minutes)")
        self.addCleanup(self.forget, events, "twenty")
        events.put_targets(Rule="twenty", Targets=[{"Id": "f", "Arn": recorder.arn}])
        self.daemon.run("clock", "advance", "19m")
        self.assertEqual([], recorder.events())
        self.daemon.run("clock", "advance", "41m")
        got = eventually(lambda: len(recorder.events()) >= 3 and recorder.events(), what="three ticks")
        self.assertEqual(3, len(got))
        times = sorted(time_of(event) for event in got)
        self.assertEqual([datetime.timedelta(minutes=20)] * 2, [b - a for a, b in zip(times, times[1:])])
        event = got[0]
        self.assertEqual(
            ("0", "Scheduled Event", "aws.events", "000000000000", "us-east-1", {},
             ["arn:aws:events:us-east-1:000000000000:rule/twenty"]),
            tuple(event[member] for member in ("version", "detail-type", "source", "account", "region", "detail",
                                               "resources")))
        events.disable_rule(Name="twenty")
        self.daemon.run("clock", "advance", "1h")
        self.assertEqual(3, len(recorder.events()))

    def forget(self, events, name):
        events.remove_targets(Rule=name, Ids=["f"])
        events.delete_rule(Name=name)

    def test_a_schedule_ticks_in_its_flexible_windows(self):
        recorder = Recorder(self, "flexible")
        schedules = self.daemon.client("scheduler")
        target = {"Arn": recorder.arn, "RoleArn": ROLE, "Input": json.dumps({"time": "<aws.scheduler.scheduled-time>"})}
        # It ticks first within half an hour from now, by the moved clock.
        schedules.create_schedule(Name="flexible", ScheduleExpression="rate(2 hours)", Target=target,
                                  FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 30})
        self.addCleanup(schedules.delete_schedule, Name="flexible")
        self.daemon.run("clock", "advance", "6h30m")
        got = eventually(lambda: len(recorder.events()) >= 4 and recorder.events(), what="four ticks")
        times = sorted(time_of(event) for event in got)
        self.assertEqual([datetime.timedelta(hours=2)] * 3, [b - a for a, b in zip(times, times[1:])])


if __name__ == "__main__":
    unittest.main()
