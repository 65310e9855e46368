#!/usr/bin/python3
"""Provisioned concurrency for real: environments that are there before the first call."""
import base64
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

SOURCE = ("import os, time\nTYPE = os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']\n"
          "def handler(event, context):\n    time.sleep(event.get('seconds', 0))\n    return TYPE\n")


class Provisioned(DaemonTest):
    def status(self, client, name, qualifier):
        return client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)

    def ready(self, client, name, qualifier):
        return eventually(lambda: (lambda got: got["Status"] == "READY" and got)(
            self.status(client, name, qualifier)), what="READY")

    def environments(self, name):
        shown = json.loads(self.daemon.run("ps", "--json"))
        return [one for one in shown["environments"] if one["function"] == name]

    def test_the_first_call_is_not_cold(self):
        client = self.make_function("ready", SOURCE, Publish=True, Timeout=20)
        put = client.put_provisioned_concurrency_config(
            FunctionName="ready", Qualifier="1", ProvisionedConcurrentExecutions=2)
        self.assertIn(put["Status"], ("IN_PROGRESS", "READY"))
        got = self.ready(client, "ready", "1")
        self.assertEqual((2, 2, 2), (got["RequestedProvisionedConcurrentExecutions"],
                                     got["AllocatedProvisionedConcurrentExecutions"],
                                     got["AvailableProvisionedConcurrentExecutions"]))
        limit = client.get_account_settings()["AccountLimit"]
        self.assertEqual(998, limit["UnreservedConcurrentExecutions"])
        answer = client.invoke(FunctionName="ready", Qualifier="1", LogType="Tail")
        self.assertEqual("provisioned-concurrency", json.load(answer["Payload"]))
        self.assertIn("Init Duration: ", base64.b64decode(answer["LogResult"]).decode())
        logs = self.daemon.client("logs")
        eventually(lambda: len(logs.filter_log_events(
            logGroupName="/aws/lambda/ready", filterPattern="INIT_REPORT")["events"]) == 2, what="two reports")
        self.assertEqual([True, True], [one["provisioned"] for one in self.environments("ready")])
        answer = client.invoke(FunctionName="ready")
        self.assertEqual("on-demand", json.load(answer["Payload"]))
        listed = client.list_provisioned_concurrency_configs(FunctionName="ready")
        self.assertEqual(1, len(listed["ProvisionedConcurrencyConfigs"]))
        client.delete_provisioned_concurrency_config(FunctionName="ready", Qualifier="1")
        with self.assertRaises(client.exceptions.ProvisionedConcurrencyConfigNotFoundException):
            self.status(client, "ready", "1")

    def test_latest_cannot_be_provisioned(self):
        client = self.make_function("unpublished", SOURCE)
        with self.assertRaises(ClientError) as caught:
            client.put_provisioned_concurrency_config(
                FunctionName="unpublished", Qualifier="$LATEST", ProvisionedConcurrentExecutions=1)
        self.assertEqual("InvalidParameterValueException", caught.exception.response["Error"]["Code"])

    def test_it_moves_with_its_alias(self):
        client = self.make_function("moving", SOURCE, Publish=True)
        client.create_alias(FunctionName="moving", Name="live", FunctionVersion="1")
        client.put_provisioned_concurrency_config(
            FunctionName="moving", Qualifier="live", ProvisionedConcurrentExecutions=1)
        self.ready(client, "moving", "live")
        client.update_function_code(FunctionName="moving", ZipFile=zip_of({"app.py": SOURCE + "\n"}))
        client.publish_version(FunctionName="moving")
        client.update_alias(FunctionName="moving", Name="live", FunctionVersion="2")
        self.ready(client, "moving", "live")
        answer = client.invoke(FunctionName="moving:live")
        self.assertEqual("2", answer["ExecutedVersion"])
        self.assertEqual("provisioned-concurrency", json.load(answer["Payload"]))

    def test_an_init_that_fails_is_told(self):
        client = self.make_function("broken", "raise RuntimeError('no')\n", Publish=True)
        client.put_provisioned_concurrency_config(
            FunctionName="broken", Qualifier="1", ProvisionedConcurrentExecutions=1)
        got = eventually(lambda: (lambda got: got["Status"] == "FAILED" and got)(
            self.status(client, "broken", "1")), what="FAILED")
        self.assertEqual("FUNCTION_ERROR_INIT_FAILURE", got["StatusReason"])

    def test_an_environment_that_dies_is_replaced(self):
        source = ("import os, signal\ndef handler(event, context):\n"
                  "    if event.get('die'):\n        os.kill(os.getpid(), signal.SIGKILL)\n    return 1\n")
        client = self.make_function("mortal", source, Publish=True)
        client.put_provisioned_concurrency_config(
            FunctionName="mortal", Qualifier="1", ProvisionedConcurrentExecutions=1)
        self.ready(client, "mortal", "1")
        before = [one["logStream"] for one in self.environments("mortal")]
        answer = client.invoke(FunctionName="mortal:1", Payload='{"die": true}')
        self.assertEqual("Unhandled", answer["FunctionError"])
        self.ready(client, "mortal", "1")
        self.assertEqual(1, json.load(client.invoke(FunctionName="mortal:1")["Payload"]))
        self.assertNotEqual(before, [one["logStream"] for one in self.environments("mortal")])

    def test_it_is_there_again_after_a_restart(self):
        client = self.daemon.client("lambda")
        client.create_function(FunctionName="lasting", Runtime="python3.11", Handler="app.handler", Role=ROLE,
                               Code={"ZipFile": zip_of({"app.py": SOURCE})}, Publish=True)
        client.put_provisioned_concurrency_config(
            FunctionName="lasting", Qualifier="1", ProvisionedConcurrentExecutions=1)
        self.daemon.stop()
        self.daemon.start()
        client = self.daemon.client("lambda")
        self.ready(client, "lasting", "1")
        answer = client.invoke(FunctionName="lasting:1")
        self.assertEqual("provisioned-concurrency", json.load(answer["Payload"]))
        client.delete_function(FunctionName="lasting")
        eventually(lambda: not self.environments("lasting"), what="the end")


if __name__ == "__main__":
    unittest.main()
