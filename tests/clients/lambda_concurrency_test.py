#!/usr/bin/python3
"""Concurrency as AWS clients set and meet it: reservations, the account, throttles."""
import concurrent.futures
import json
import threading
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

ECHO = "def handler(event, context):\n    return event\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(event['seconds'])\n    return 'done'\n"


class Concurrency(DaemonTest):
    def refused(self, call, **arguments):
        """The error's response."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response

    def call(self, client, name, event=None):
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
        return json.load(answer["Payload"])

    def environments(self, name):
        shown = json.loads(self.daemon.run("ps", "--json"))
        return [one for one in shown["environments"] if one["function"] == name]

    def test_a_reservation_is_set_read_and_removed(self):
        client = self.make_function("reserving", ECHO)
        self.assertNotIn("ReservedConcurrentExecutions", client.get_function_concurrency(FunctionName="reserving"))
        put = client.put_function_concurrency(FunctionName="reserving", ReservedConcurrentExecutions=7)
        self.assertEqual(7, put["ReservedConcurrentExecutions"])
        got = client.get_function_concurrency(FunctionName="reserving")
        self.assertEqual(7, got["ReservedConcurrentExecutions"])
        self.assertEqual({"ReservedConcurrentExecutions": 7},
                         client.get_function(FunctionName="reserving")["Concurrency"])
        limit = client.get_account_settings()["AccountLimit"]
        self.assertEqual((1000, 993), (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]))
        client.delete_function_concurrency(FunctionName="reserving")
        self.assertNotIn("Concurrency", client.get_function(FunctionName="reserving"))
        settings = client.get_account_settings()
        self.assertEqual(1000, settings["AccountLimit"]["UnreservedConcurrentExecutions"])
        self.assertGreaterEqual(settings["AccountUsage"]["FunctionCount"], 1)
        self.assertGreater(settings["AccountUsage"]["TotalCodeSize"], 0)

    def test_a_hundred_slots_stay_unreserved(self):
        client = self.make_function("greedy", ECHO)
        refusal = self.refused(client.put_function_concurrency, FunctionName="greedy",
                               ReservedConcurrentExecutions=901)
        self.assertEqual("InvalidParameterValueException", refusal["Error"]["Code"])
        self.assertEqual("Specified ReservedConcurrentExecutions for function decreases account's "
                         "UnreservedConcurrentExecution below its minimum value of [100].",
                         refusal["Error"]["Message"])
        client.put_function_concurrency(FunctionName="greedy", ReservedConcurrentExecutions=900)
        self.make_function("second", ECHO)
        self.refused(client.put_function_concurrency, FunctionName="second", ReservedConcurrentExecutions=1)
        self.assertEqual({}, self.call(client, "second"))

    def test_a_call_beyond_the_reservation_is_throttled_as_in_aws(self):
        client = self.make_function("single", SLOW, Timeout=20)
        client.put_function_concurrency(FunctionName="single", ReservedConcurrentExecutions=1)
        first = threading.Thread(target=self.call, args=(client, "single", {"seconds": 6}))
        first.start()
        eventually(lambda: any(one["state"] == "busy" for one in self.environments("single")))
        refusal = self.refused(client.invoke, FunctionName="single", Payload='{"seconds": 0}')
        self.assertEqual(429, refusal["ResponseMetadata"]["HTTPStatusCode"])
        self.assertEqual("TooManyRequestsException", refusal["Error"]["Code"])
        self.assertEqual("Rate Exceeded.", refusal["Error"]["Message"])
        self.assertEqual("ReservedFunctionConcurrentInvocationLimitExceeded", refusal["Reason"])
        self.assertGreaterEqual(int(refusal["ResponseMetadata"]["HTTPHeaders"]["retry-after"]), 1)
        first.join()
        self.assertEqual("done", self.call(client, "single", {"seconds": 0}))

    def test_clients_that_retry_get_through_a_throttle(self):
        self.make_function("patient", SLOW, Timeout=20)
        client = self.daemon.client("lambda")
        client.put_function_concurrency(FunctionName="patient", ReservedConcurrentExecutions=1)
        import boto3
        from botocore.config import Config
        retrying = boto3.client("lambda", endpoint_url=self.daemon.endpoint, region_name=self.daemon.region,
                                aws_access_key_id=self.daemon.access_key,
                                aws_secret_access_key=self.daemon.secret,
                                config=Config(retries={"mode": "standard", "max_attempts": 10}))
        self.addCleanup(retrying.close)
        with concurrent.futures.ThreadPoolExecutor(3) as callers:
            answers = list(callers.map(lambda _: self.call(retrying, "patient", {"seconds": 0.2}), range(3)))
        self.assertEqual(["done"] * 3, answers)

    def test_a_reservation_of_nothing_is_a_brake(self):
        client = self.make_function("stopped", ECHO)
        self.assertEqual({"a": 1}, self.call(client, "stopped", {"a": 1}))
        client.put_function_concurrency(FunctionName="stopped", ReservedConcurrentExecutions=0)
        refusal = self.refused(client.invoke, FunctionName="stopped")
        self.assertEqual("ReservedFunctionConcurrentInvocationLimitExceeded", refusal["Reason"])
        client.delete_function_concurrency(FunctionName="stopped")
        self.assertEqual({"a": 2}, self.call(client, "stopped", {"a": 2}))

    def test_throttled_events_wait_and_are_not_lost(self):
        client = self.make_function("queued", "import time\ndef handler(event, context):\n"
                                    "    time.sleep(0.3)\n    print('saw', event)\n")
        client.put_function_concurrency(FunctionName="queued", ReservedConcurrentExecutions=1)
        for number in range(5):
            client.invoke(FunctionName="queued", InvocationType="Event", Payload=str(number))
        eventually(lambda: len(self.seen("queued")) == 5, what="all events")
        self.assertEqual([f"saw {number}" for number in range(5)], sorted(self.seen("queued")))

    def seen(self, name):
        try:
            events = self.daemon.client("logs").filter_log_events(
                logGroupName=f"/aws/lambda/{name}", filterPattern="saw")["events"]
        except ClientError:
            return []
        return [event["message"].strip() for event in events]

    def test_a_forced_cold_start_leaves_the_idle_environments(self):
        client = self.make_function("forced", "import uuid\nME = str(uuid.uuid4())\n"
                                    "def handler(event, context):\n    return ME\n")
        first = self.call(client, "forced")
        cold = self.daemon.client("lambda")
        cold.meta.events.register("before-call.lambda.Invoke", lambda params, **_:
                                  params["headers"].update({"X-Lambent-Cold": "1", "X-Lambent-Record": "1"}))
        answer = cold.invoke(FunctionName="forced")
        record = json.loads(answer["ResponseMetadata"]["HTTPHeaders"]["x-lambent-record"])
        self.assertIn((record["source"], record["function"]), [("boot", "forced"), ("stem", "forced")])
        second = json.load(answer["Payload"])
        self.assertNotEqual(first, second)
        self.assertEqual(2, len(self.environments("forced")))
        self.assertIn(self.call(client, "forced"), (first, second))

    def test_evict_closes_what_is_idle(self):
        client = self.make_function("evicted", SLOW, Timeout=20)
        self.call(client, "evicted", {"seconds": 0})
        self.assertEqual("closed 1 idle environment\n", self.daemon.run("evict", "evicted"))
        self.assertEqual({"function": "evicted", "evicted": 0},
                         json.loads(self.daemon.run("evict", "evicted", "--json")))
        running = threading.Thread(target=self.call, args=(client, "evicted", {"seconds": 6}))
        running.start()
        eventually(lambda: any(one["state"] == "busy" for one in self.environments("evicted")))
        self.assertEqual("closed 0 idle environments\n", self.daemon.run("evict", "evicted"))
        running.join()
        self.assertEqual(1, len(self.environments("evicted")))

    def test_the_cli_reserves_too(self):
        self.make_function("by-cli", ECHO)
        self.daemon.aws("lambda", "put-function-concurrency", "--function-name", "by-cli",
                        "--reserved-concurrent-executions", "3")
        shown = json.loads(self.daemon.aws("lambda", "get-function-concurrency", "--function-name", "by-cli"))
        self.assertEqual({"ReservedConcurrentExecutions": 3}, shown)
        self.daemon.aws("lambda", "delete-function-concurrency", "--function-name", "by-cli")
        self.assertEqual("", self.daemon.aws("lambda", "get-function-concurrency", "--function-name", "by-cli").strip())

    def test_a_reservation_survives_a_restart_and_ends_with_its_function(self):
        settings = {"FunctionName": "lasting", "Runtime": "python3.11", "Handler": "app.handler",
                    "Role": ROLE, "Code": {"ZipFile": zip_of({"app.py": ECHO})}}
        client = self.daemon.client("lambda")
        client.create_function(**settings)
        client.put_function_concurrency(FunctionName="lasting", ReservedConcurrentExecutions=0)
        self.daemon.stop()
        self.daemon.start()
        client = self.daemon.client("lambda")
        self.assertEqual("TooManyRequestsException",
                         self.refused(client.invoke, FunctionName="lasting")["Error"]["Code"])
        client.delete_function(FunctionName="lasting")
        client.create_function(**settings)
        self.assertEqual({}, self.call(client, "lasting"))
        client.delete_function(FunctionName="lasting")


if __name__ == "__main__":
    unittest.main()
