"""The nightly-report example runs by its schedule, and its rule is there."""
import datetime
import json
import unittest
import zoneinfo

from example_support import EXAMPLES, CommandTest, eventually

FOLDER = EXAMPLES / "nightly-report"
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


class NightlyReport(CommandTest):
    def put_order(self, day, number, item, price):
        self.daemon.client("s3").put_object(Bucket="nightly-orders", Key=f"{day}/{number}.json",
                                            Body=json.dumps({"item": item, "price": price}))

    def report(self, key):
        s3 = self.daemon.client("s3")
        if key in {one["Key"] for one in s3.list_objects_v2(Bucket="nightly-reports").get("Contents", [])}:
            return json.loads(s3.get_object(Bucket="nightly-reports", Key=key)["Body"].read())
        return None

    def test_the_report_is_made_by_its_schedule(self):
        deployed = self.lambent_json("deploy", FOLDER)
        self.assertEqual(["cron(0 6 ? * MON *)", "cron(30 2 * * ? *)"], sorted(deployed["functions"][0]["schedules"]))
        # Still to come when the template has been deployed.
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=12)
        yesterday = soon.date() - datetime.timedelta(days=1)
        for number, (item, price) in enumerate([("pen", 3), ("ink", 9), ("pen", 3)]):
            self.put_order(yesterday, number, item, price)
        self.put_order(soon.date(), 9, "paper", 5)  # of tomorrow's report
        night = soon.astimezone(BERLIN).strftime("at(%Y-%m-%dT%H:%M:%S)")
        self.lambent("deploy", FOLDER, "--parameter", f"Night={night}")
        report = eventually(lambda: self.report(f"{soon.date()}-1d.json"), what="the report")
        self.assertEqual({"until": str(soon.date()), "days": 1, "orders": 3, "total": 15,
                          "items": {"pen": 2, "ink": 1}}, report)

    def test_deploying_twice_changes_nothing(self):
        self.lambent("deploy", FOLDER)
        scheduler, events = self.daemon.client("scheduler"), self.daemon.client("events")
        before = scheduler.get_schedule(Name="nightly-report")
        self.lambent("deploy", FOLDER)
        after = scheduler.get_schedule(Name="nightly-report")
        for changing in ("ResponseMetadata", "LastModificationDate"):
            before.pop(changing), after.pop(changing)
        self.assertEqual(before, after)
        self.assertEqual("Europe/Berlin", after["ScheduleExpressionTimezone"])
        targets = events.list_targets_by_rule(Rule="weekly-report")["Targets"]
        self.assertEqual([after["Target"]["Arn"]], [one["Arn"] for one in targets])

    def test_by_hand(self):
        self.lambent("deploy", FOLDER)
        self.put_order("2026-11-19", 1, "pen", 3)
        self.put_order("2026-11-20", 1, "ink", 9)
        answer = self.lambent_json("invoke", "nightly-report", "--payload", f"@{FOLDER / 'event.json'}")
        self.assertIsNone(answer["functionError"], json.dumps(answer))
        self.assertEqual((2, 12), (answer["payload"]["orders"], answer["payload"]["total"]))
        weekly = self.lambent_json("invoke", "nightly-report", "--payload", '{"time": "2026-11-23T06:00:00Z"}')
        self.assertEqual((7, 2), (weekly["payload"]["days"], weekly["payload"]["orders"]))


if __name__ == "__main__":
    unittest.main()
