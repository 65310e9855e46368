#!/usr/bin/python3
"""What happens to a function over its life while others call it: new code, new settings, another
package, retries, its end and its return under the same name."""
import json
import threading
import time
import unittest
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

ANSWER = "def handler(event, context):\n    return {}\n"
STALE = "00000000-0000-4000-8000-000000000000"


def code(source):
    return zip_of({"app.py": source})


class Callers:
    """Threads that call a function without pause; what they saw, and what went wrong."""

    def __init__(self, client, name, count, look):
        self.client, self.name, self.look = client, name, look
        self.stop, self.wrong, self.calls = threading.Event(), [], 0
        self.threads = [threading.Thread(target=self.run) for _ in range(count)]

    def run(self):
        while not self.stop.is_set():
            before = self.look()
            try:
                answer = json.load(self.client.invoke(FunctionName=self.name)["Payload"])
            except ClientError as error:
                answer = error.response["Error"]["Code"]
            self.calls += 1
            if not self.fits(before, answer):
                self.wrong.append((before, answer))

    def fits(self, before, answer):
        return isinstance(answer, int) and answer >= before

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.stop.set()
        for thread in self.threads:
            thread.join()


class Lifecycle(DaemonTest):
    def call(self, client, name, event=None):
        return json.load(client.invoke(FunctionName=name, Payload=json.dumps(event or {}))["Payload"])

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]

    def reports(self, name):
        """How many invocations have ended, by the function's own log."""
        try:
            events = self.daemon.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{name}", filterPattern="REPORT")["events"]
        except ClientError:
            return 0
        return len(events)

    def test_no_call_after_new_settings_sees_the_old_ones(self):
        source = "import os\ndef handler(event, context):\n    return int(os.environ['ROUND'])\n"
        client = self.make_function("settled", source, Timeout=20, Environment={"Variables": {"ROUND": "0"}})
        current = [0]
        with Callers(client, "settled", 4, lambda: current[0]) as callers:
            for number in range(1, 8):
                client.update_function_configuration(
                    FunctionName="settled", Environment={"Variables": {"ROUND": str(number)}})
                current[0] = number
                enough = callers.calls + 5
                eventually(lambda: callers.calls >= enough, what="calls after the update")
        self.assertEqual([], callers.wrong)

    def test_code_and_settings_that_change_at_once_both_hold(self):
        client = self.make_function("both", ANSWER.format(0), Timeout=20)
        failures = []

        def change(call, **arguments):
            try:
                call(FunctionName="both", **arguments)
            except ClientError as error:
                failures.append(error)

        for number in range(1, 6):
            threads = [
                threading.Thread(target=change, args=(client.update_function_code,),
                                 kwargs={"ZipFile": code(ANSWER.format(number))}),
                threading.Thread(target=change, args=(client.update_function_configuration,),
                                 kwargs={"MemorySize": 128 + number})]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual([], failures)
            self.assertEqual(number, self.call(client, "both"))
            settings = client.get_function_configuration(FunctionName="both")
            self.assertEqual(128 + number, settings["MemorySize"])

    def test_a_name_that_is_used_again_runs_the_new_function(self):
        client = self.make_function("reborn", ANSWER.format("'first'"))
        self.assertEqual("first", self.call(client, "reborn"))
        client.delete_function(FunctionName="reborn")
        self.assertEqual((404, "ResourceNotFoundException"), self.refused(client.invoke, FunctionName="reborn"))
        client.create_function(FunctionName="reborn", Runtime="python3.11", Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": code(ANSWER.format("'second'"))})
        self.assertEqual("second", self.call(client, "reborn"))

    def test_a_call_that_runs_while_its_function_is_deleted_ends_in_peace(self):
        source = "import time\ndef handler(event, context):\n    time.sleep(1.5)\n    return 'done'\n"
        client = self.make_function("leaving", source, Timeout=20)
        self.addCleanup(client.create_function, FunctionName="leaving", Runtime="python3.11", Role=ROLE,
                        Handler="app.handler", Code={"ZipFile": code(source)})
        seen = []
        caller = threading.Thread(target=lambda: seen.append(self.call(client, "leaving")))
        caller.start()
        eventually(lambda: "START" in self.started("leaving"), what="the start of the call")
        client.delete_function(FunctionName="leaving")
        caller.join()
        self.assertEqual(["done"], seen)

    def started(self, name):
        try:
            events = self.daemon.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except ClientError:
            return ""
        return "".join(event["message"] for event in events)

    def test_a_package_may_lie_in_a_bucket(self):
        s3, client = self.daemon.client("s3"), self.daemon.client("lambda")
        s3.create_bucket(Bucket="packages")
        s3.put_object(Bucket="packages", Key="one.zip", Body=code(ANSWER.format(1)))
        s3.put_object(Bucket="packages", Key="two.zip", Body=code(ANSWER.format(2)))
        settings = {"FunctionName": "stored", "Runtime": "python3.11", "Handler": "app.handler", "Role": ROLE}
        self.assertEqual((400, "InvalidParameterValueException"), self.refused(
            client.create_function, **settings, Code={"S3Bucket": "packages", "S3Key": "none.zip"}))
        client.create_function(**settings, Code={"S3Bucket": "packages", "S3Key": "one.zip"})
        self.addCleanup(client.delete_function, FunctionName="stored")
        self.assertEqual(1, self.call(client, "stored"))
        client.update_function_code(FunctionName="stored", S3Bucket="packages", S3Key="two.zip")
        self.assertEqual(2, self.call(client, "stored"))

    def test_a_rehearsed_update_changes_nothing(self):
        client = self.make_function("rehearsed", ANSWER.format(1))
        before = client.get_function_configuration(FunctionName="rehearsed")
        told = client.update_function_code(FunctionName="rehearsed", ZipFile=code(ANSWER.format(2)), DryRun=True)
        self.assertNotEqual(before["CodeSha256"], told["CodeSha256"])
        self.assertEqual(1, self.call(client, "rehearsed"))
        after = client.get_function_configuration(FunctionName="rehearsed")
        self.assertEqual(before["RevisionId"], after["RevisionId"])

    def test_an_update_of_another_revision_is_refused(self):
        client = self.make_function("revised", ANSWER.format(1))
        for change in ({"Timeout": 9}, {"Description": "late"}):
            self.assertEqual((412, "PreconditionFailedException"), self.refused(
                client.update_function_configuration, FunctionName="revised", RevisionId=STALE, **change))
        self.assertEqual((412, "PreconditionFailedException"), self.refused(
            client.update_function_code, FunctionName="revised", RevisionId=STALE, ZipFile=code(ANSWER.format(2))))
        self.assertEqual(1, self.call(client, "revised"))

    def test_the_package_can_be_fetched_where_get_function_says(self):
        package = code(ANSWER.format(1))
        client = self.make_function("fetched", ANSWER.format(1))
        location = client.get_function(FunctionName="fetched")["Code"]["Location"]
        with urllib.request.urlopen(location, timeout=60) as answer:
            self.assertEqual(package, answer.read())
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(location[:-1] + ("0" if location[-1] != "0" else "1"), timeout=60)
        self.assertEqual(403, caught.exception.code)
        caught.exception.close()

    def test_listings_page_through_every_function(self):
        client = self.daemon.client("lambda")
        names = [f"page-{number:02}" for number in range(7)]
        for name in names:
            self.make_function(name, ANSWER.format(1))
        pages = client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 3})
        listed = [function["FunctionName"] for page in pages for function in page["Functions"]]
        self.assertEqual(names, [name for name in listed if name.startswith("page-")])

    def test_tags_can_be_read_and_changed(self):
        client = self.make_function("tagged", ANSWER.format(1), Tags={"team": "photo"})
        arn = client.get_function_configuration(FunctionName="tagged")["FunctionArn"]
        client.tag_resource(Resource=arn, Tags={"stage": "dev"})
        self.assertEqual({"team": "photo", "stage": "dev"}, client.list_tags(Resource=arn)["Tags"])
        client.untag_resource(Resource=arn, TagKeys=["team"])
        self.assertEqual({"stage": "dev"}, client.get_function(FunctionName="tagged")["Tags"])

    def test_a_function_with_an_open_door_may_call_another_and_manage_nothing(self):
        self.make_function("callee", "def handler(event, context):\n    return event['n'] + 1\n")
        source = ("import boto3, json\nfrom botocore.exceptions import ClientError\n"
                  "def handler(event, context):\n"
                  "    client = boto3.client('lambda')\n"
                  "    answer = client.invoke(FunctionName='callee', Payload='{\"n\": 41}')\n"
                  "    try:\n        client.list_functions()\n        listed = 'listed'\n"
                  "    except ClientError as error:\n        listed = error.response['Error']['Code']\n"
                  "    return [json.load(answer['Payload']), listed]\n")
        client = self.make_function("caller", source, Timeout=30, MemorySize=512,
                                    Tags={"lambent:endpoint": "open"})
        self.assertEqual([42, "AccessDeniedException"], self.call(client, "caller"))

    def test_an_asynchronous_call_without_retries_fails_once(self):
        client = self.make_function("once", "def handler(event, context):\n    raise RuntimeError('no')\n")
        client.put_function_event_invoke_config(FunctionName="once", MaximumRetryAttempts=0)
        self.assertEqual(202, client.invoke(FunctionName="once", InvocationType="Event")["StatusCode"])
        eventually(lambda: self.reports("once") == 1, what="the first attempt")
        # The next one would only come after a minute; what is looked at here is that none came at once.
        time.sleep(1)
        self.assertEqual(1, self.reports("once"))

    def test_an_asynchronous_event_over_1_mb_is_refused(self):
        client = self.make_function("small", ANSWER.format(1))
        largest = json.dumps("x" * ((1 << 20) - 2))
        self.assertEqual(202, client.invoke(FunctionName="small", InvocationType="Event",
                                            Payload=largest)["StatusCode"])
        self.assertEqual((413, "RequestTooLargeException"), self.refused(
            client.invoke, FunctionName="small", InvocationType="Event", Payload=largest + " "))


if __name__ == "__main__":
    unittest.main()
