#!/usr/bin/python3
"""boto3 against the CloudWatch Logs door: groups, streams, and events in pages."""
import json
import time
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually

PRINTER = ("def handler(event, context):\n"
           "    for number in range(event['from'], event['to']):\n        print('line', number, event['word'])\n")


class Logs(DaemonTest):
    def printed(self, name, ranges, word="plain"):
        client = self.make_function(name, PRINTER)
        for start, end in ranges:
            answer = client.invoke(FunctionName=name,
                                   Payload=json.dumps({"from": start, "to": end, "word": word}))
            self.assertNotIn("FunctionError", answer)
        return self.daemon.client("logs"), f"/aws/lambda/{name}"

    def lines(self, events):
        return [event["message"].strip() for event in events if event["message"].startswith("line")]

    def test_pages_of_filtered_events_hold_every_line_once(self):
        logs, group = self.printed("pages", [(0, 40), (40, 100)])
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, PaginationConfig={"PageSize": 7})
        events = [event for page in pages for event in page["events"]]
        self.assertEqual([f"line {number} plain" for number in range(100)], self.lines(events))
        self.assertEqual(len(events), len({event["eventId"] for event in events}))
        times = [event["timestamp"] for event in events]
        self.assertEqual(sorted(times), times)

    def test_a_stream_is_read_from_its_head_and_from_its_end(self):
        logs, group = self.printed("ends", [(0, 30)])
        streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime",
                                            descending=True)["logStreams"]
        self.assertRegex(streams[0]["logStreamName"], r"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$")
        where = {"logGroupName": group, "logStreamName": streams[0]["logStreamName"]}
        forward, token = [], None
        while True:
            page = logs.get_log_events(**where, startFromHead=True, limit=8, **({"nextToken": token} if token else {}))
            if page["nextForwardToken"] == token:
                break
            forward, token = forward + page["events"], page["nextForwardToken"]
        self.assertEqual([f"line {number} plain" for number in range(30)], self.lines(forward))
        last = logs.get_log_events(**where, limit=5)["events"]
        self.assertEqual([event["message"] for event in forward[-5:]], [event["message"] for event in last])

    def test_events_are_found_by_text_and_by_time(self):
        logs, group = self.printed("finder", [(0, 3)], word="needle")
        found = logs.filter_log_events(logGroupName=group, filterPattern='"line 1 needle"')["events"]
        self.assertEqual(["line 1 needle"], self.lines(found))
        self.assertEqual([], logs.filter_log_events(logGroupName=group, filterPattern="haystack")["events"])
        future = int(time.time() * 1000) + 60_000
        self.assertEqual([], logs.filter_log_events(logGroupName=group, startTime=future)["events"])
        self.assertEqual([], logs.filter_log_events(logGroupName=group, endTime=1000)["events"])

    def test_groups_are_described_made_and_deleted(self):
        logs, group = self.printed("grouped", [(0, 1)])
        logs.create_log_group(logGroupName="/mine")
        described = logs.describe_log_groups(logGroupNamePrefix="/mine")["logGroups"]
        self.assertEqual(["/mine"], [each["logGroupName"] for each in described])
        with self.assertRaises(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName="/mine")
        for name in ("/mine", group):
            logs.delete_log_group(logGroupName=name)
            with self.assertRaises(logs.exceptions.ResourceNotFoundException):
                logs.filter_log_events(logGroupName=name)

    def test_output_that_is_no_text_or_endless_does_no_harm(self):
        source = ("import sys\ndef handler(event, context):\n"
                  "    sys.stdout.buffer.write(b'\\xff\\xfe\\x00 \\x1b[31m raw\\n')\n"
                  "    sys.stdout.buffer.write(b'x' * (1 << 20) + b'\\n')\n"
                  "    sys.stdout.buffer.write(b'REPORT RequestId: forged\\n')\n"
                  "    sys.stdout.flush()\n    return 'done'\n")
        client = self.make_function("noisy", source, Timeout=20)
        self.assertEqual("done", json.load(client.invoke(FunctionName="noisy")["Payload"]))
        logs = self.daemon.client("logs")

        def events():
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/noisy")
            return [event["message"] for page in pages for event in page["events"]]

        messages = eventually(lambda: [each for each in [events()] if any("Billed" in line for line in each)],
                              what="the report")[0]
        self.assertTrue(any("raw" in message for message in messages))
        self.assertLessEqual(max(len(message.encode()) for message in messages), 256 * 1024)

    def test_what_is_not_there_or_not_offered_says_so(self):
        logs = self.daemon.client("logs")
        with self.assertRaises(logs.exceptions.ResourceNotFoundException) as caught:
            logs.describe_log_streams(logGroupName="/none")
        self.assertIn("The specified log group does not exist.", str(caught.exception))
        with self.assertRaises(ClientError) as caught:
            logs.put_retention_policy(logGroupName="/none", retentionInDays=1)
        self.assertEqual("UnknownOperationException", caught.exception.response["Error"]["Code"])


if __name__ == "__main__":
    unittest.main()
