#!/usr/bin/python3
"""Published versions and aliases as AWS clients use them: release, canary, roll back."""
import collections
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

SOURCE = ("import os\ndef handler(event, context):\n"
          "    return {{'code': {0}, 'version': context.function_version, 'arn': context.invoked_function_arn,\n"
          "             'stream': context.log_stream_name}}\n")
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


class Versions(DaemonTest):
    def call(self, client, name, **arguments):
        answer = client.invoke(FunctionName=name, **arguments)
        return json.load(answer["Payload"]), answer.get("ExecutedVersion")

    def release(self, client, name, code):
        client.update_function_code(FunctionName=name, ZipFile=zip_of({"app.py": SOURCE.format(code)}))
        return client.publish_version(FunctionName=name)["Version"]

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"]

    def test_a_version_stays_as_it_was_published(self):
        client = self.make_function("kept", SOURCE.format(1))
        self.assertEqual("1", client.publish_version(FunctionName="kept")["Version"])
        self.assertEqual("2", self.release(client, "kept", 2))
        client.update_function_code(FunctionName="kept", ZipFile=zip_of({"app.py": SOURCE.format(3)}))
        for qualifier, code in (("1", 1), ("2", 2), ("$LATEST", 3)):
            answer, executed = self.call(client, "kept", Qualifier=qualifier)
            self.assertEqual((code, qualifier), (answer["code"], answer["version"]))
            self.assertEqual(qualifier, executed)
            self.assertEqual(f"{ARN}kept:{qualifier}", answer["arn"])
            self.assertIn(f"[{qualifier}]", answer["stream"])
        answer, executed = self.call(client, "kept")
        self.assertEqual((f"{ARN}kept", "$LATEST"), (answer["arn"], executed))
        self.assertEqual(2, self.call(client, f"{ARN}kept:2")[0]["code"])
        versions = client.get_paginator("list_versions_by_function").paginate(FunctionName="kept")
        self.assertEqual(["$LATEST", "1", "2"], [one["Version"] for page in versions for one in page["Versions"]])
        waiter = client.get_waiter("published_version_active")
        waiter.wait(FunctionName="kept", Qualifier="2")

    def test_an_alias_moves_and_splits_calls(self):
        client = self.make_function("canary", SOURCE.format(1), Publish=True)
        self.assertEqual("2", self.release(client, "canary", 2))
        made = client.create_alias(FunctionName="canary", Name="live", FunctionVersion="1")
        self.assertEqual(f"{ARN}canary:live", made["AliasArn"])
        answer, executed = self.call(client, "canary", Qualifier="live")
        self.assertEqual((1, "1", f"{ARN}canary:live"), (answer["code"], executed, answer["arn"]))
        client.update_alias(FunctionName="canary", Name="live",
                            RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})
        seen = collections.Counter(self.call(client, "canary:live")[1] for _ in range(60))
        self.assertEqual({"1", "2"}, set(seen), seen)
        self.assertGreater(min(seen.values()), 10)
        client.update_alias(FunctionName="canary", Name="live", FunctionVersion="2",
                            RoutingConfig={"AdditionalVersionWeights": {}})
        self.assertEqual({"2"}, {self.call(client, "canary:live")[1] for _ in range(10)})
        self.assertEqual("ResourceConflictException",
                         self.refused(client.delete_function, FunctionName="canary", Qualifier="2"))
        client.delete_alias(FunctionName="canary", Name="live")
        self.assertEqual("ResourceNotFoundException",
                         self.refused(client.invoke, FunctionName="canary", Qualifier="live"))

    def test_no_call_to_an_alias_gets_the_old_version_once_it_has_moved(self):
        client = self.make_function("moved", SOURCE.format(1), Publish=True)
        client.create_alias(FunctionName="moved", Name="live", FunctionVersion="1")
        for code in range(2, 6):
            version = self.release(client, "moved", code)
            client.update_alias(FunctionName="moved", Name="live", FunctionVersion=version)
            self.assertEqual(code, self.call(client, "moved:live")[0]["code"])

    def test_an_event_runs_the_version_of_its_alias(self):
        source = "def handler(event, context):\n    print('ran', context.function_version)\n"
        client = self.make_function("evented", source, Publish=True)
        client.create_alias(FunctionName="evented", Name="live", FunctionVersion="1")
        client.invoke(FunctionName="evented:live", InvocationType="Event")
        logs = self.daemon.client("logs")

        def ran():
            try:
                events = logs.filter_log_events(logGroupName="/aws/lambda/evented", filterPattern="ran")["events"]
            except ClientError:
                return []
            return [event["message"].strip() for event in events]
        self.assertEqual(["ran 1"], eventually(ran, what="the event's run"))

    def test_versions_and_aliases_survive_a_restart(self):
        client = self.daemon.client("lambda")
        client.create_function(FunctionName="durable", Runtime="python3.11", Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": zip_of({"app.py": SOURCE.format(1)})}, Publish=True)
        client.create_alias(FunctionName="durable", Name="live", FunctionVersion="1", Description="for people")
        client.update_function_code(FunctionName="durable", ZipFile=zip_of({"app.py": SOURCE.format(2)}))
        self.daemon.kill()
        self.daemon.start()
        client = self.daemon.client("lambda")
        self.assertEqual(1, self.call(client, "durable:live")[0]["code"])
        self.assertEqual(2, self.call(client, "durable")[0]["code"])
        self.assertEqual("for people", client.get_alias(FunctionName="durable", Name="live")["Description"])
        self.assertEqual("2", client.publish_version(FunctionName="durable")["Version"])
        client.delete_function(FunctionName="durable")

    def test_the_cli_releases_too(self):
        self.make_function("by-cli", SOURCE.format(1))
        made = json.loads(self.daemon.aws("lambda", "publish-version", "--function-name", "by-cli"))
        self.assertEqual("1", made["Version"])
        self.daemon.aws("lambda", "create-alias", "--function-name", "by-cli", "--name", "live",
                        "--function-version", "1", "--routing-config", '{"AdditionalVersionWeights":{}}')
        listed = json.loads(self.daemon.aws("lambda", "list-aliases", "--function-name", "by-cli"))
        self.assertEqual(["live"], [alias["Name"] for alias in listed["Aliases"]])


if __name__ == "__main__":
    unittest.main()
