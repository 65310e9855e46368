#!/usr/bin/python3
"""boto3 against the Lambda door: shapes, errors with AWS's own names, payload limits, updates."""
import base64
import concurrent.futures
import json
import threading
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, zip_of

ECHO = "def handler(event, context):\n    return event\n"


class Boto3(DaemonTest):
    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        response = caught.exception.response
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], \
            response["Error"]["Message"]

    def settings(self, **changed):
        return {"FunctionName": "refused", "Runtime": "python3.11", "Handler": "app.handler",
                "Role": ROLE, "Code": {"ZipFile": zip_of({"app.py": ECHO})}, **changed}

    def test_events_come_back_as_they_went(self):
        client = self.make_function("echo", ECHO)
        for event in ({}, {"a": [1, 2.5, None, True]}, "grüße 🦉", [], 0, ""):
            answer = client.invoke(FunctionName="echo", Payload=json.dumps(event))
            self.assertNotIn("FunctionError", answer)
            self.assertEqual(event, json.load(answer["Payload"]))

    def test_a_function_is_found_by_name_and_by_arn(self):
        client = self.make_function("named", ECHO)
        arn = client.get_function_configuration(FunctionName="named")["FunctionArn"]
        for name in ("named", arn, "000000000000:function:named", "named:$LATEST"):
            self.assertEqual(200, client.invoke(FunctionName=name, Payload="1")["StatusCode"])

    def test_a_handler_that_throws_is_a_function_error_with_status_200(self):
        client = self.make_function("thrower", "def handler(event, context):\n    raise ValueError('no')\n")
        answer = client.invoke(FunctionName="thrower")
        self.assertEqual((200, "Unhandled"), (answer["StatusCode"], answer["FunctionError"]))
        error = json.load(answer["Payload"])
        self.assertEqual(("ValueError", "no"), (error["errorType"], error["errorMessage"]))
        self.assertTrue(any("raise ValueError" in line for line in error["stackTrace"]))

    def test_a_module_that_cannot_be_imported_is_named(self):
        client = self.make_function("importer", "import nowhere_to_be_found\n")
        error = json.load(client.invoke(FunctionName="importer")["Payload"])
        self.assertEqual("Runtime.ImportModuleError", error["errorType"])
        self.assertIn("No module named 'nowhere_to_be_found'", error["errorMessage"])

    def test_a_function_that_exits_says_so_and_is_replaced(self):
        client = self.make_function("quitter", "import os\ndef handler(event, context):\n"
                                    "    if event.get('quit'):\n        os._exit(3)\n    return 'here'\n")
        error = json.load(client.invoke(FunctionName="quitter", Payload='{"quit": true}')["Payload"])
        self.assertEqual("Runtime.ExitError", error["errorType"])
        self.assertIn("exit status 3", error["errorMessage"])
        self.assertEqual("here", json.load(client.invoke(FunctionName="quitter", Payload="{}")["Payload"]))

    def test_the_client_context_arrives(self):
        client = self.make_function("contextual", "def handler(event, context):\n"
                                    "    return context.client_context.custom\n")
        context = base64.b64encode(json.dumps({"custom": {"colour": "blue"}}).encode()).decode()
        answer = client.invoke(FunctionName="contextual", ClientContext=context)
        self.assertEqual({"colour": "blue"}, json.load(answer["Payload"]))

    def test_bad_input_gets_awss_own_errors(self):
        client = self.daemon.client("lambda", parameter_validation=False)
        create = client.create_function
        cases = [
            (self.settings(FunctionName="no spaces"), 400, "ValidationException"),
            (self.settings(MemorySize=64), 400, "ValidationException"),
            (self.settings(MemorySize=20000), 400, "ValidationException"),
            (self.settings(Timeout=901), 400, "ValidationException"),
            (self.settings(Runtime="cobol85"), 400, "InvalidParameterValueException"),
            (self.settings(Code={"ZipFile": b"this is no zip"}), 400, "InvalidParameterValueException"),
            (self.settings(Environment={"Variables": {"BIG": "x" * 5000}}), 400,
             "InvalidParameterValueException"),
        ]
        for settings, status, code in cases:
            with self.subTest(settings={k: v for k, v in settings.items() if k != "Code"}):
                self.assertEqual((status, code), self.refused(create, **settings)[:2])
        self.assertEqual((404, "ResourceNotFoundException"),
                         self.refused(client.invoke, FunctionName="nobody")[:2])
        self.make_function("taken", ECHO)
        self.assertEqual((409, "ResourceConflictException"),
                         self.refused(create, **self.settings(FunctionName="taken"))[:2])
        self.assertEqual((400, "InvalidRequestContentException"),
                         self.refused(client.invoke, FunctionName="taken", Payload=b"{not json")[:2])

    def test_payloads_up_to_6_mb_pass_and_larger_ones_are_refused(self):
        client = self.make_function("carrier", ECHO, Timeout=30, MemorySize=512)
        large = json.dumps("x" * (6 * 1024 * 1024 - 2))
        self.assertEqual(large, client.invoke(FunctionName="carrier", Payload=large)["Payload"].read().decode())
        self.assertEqual((413, "RequestTooLargeException"),
                         self.refused(client.invoke, FunctionName="carrier", Payload=large + "  ")[:2])

    def test_a_response_over_6_mb_is_a_function_error(self):
        client = self.make_function("inflater", "def handler(event, context):\n    return 'x' * (7 << 20)\n",
                                    Timeout=30, MemorySize=512)
        answer = client.invoke(FunctionName="inflater")
        self.assertEqual("Unhandled", answer["FunctionError"])
        self.assertEqual("Function.ResponseSizeTooLarge", json.load(answer["Payload"])["errorType"])

    def test_no_call_after_an_update_runs_the_old_code(self):
        source = "def handler(event, context):\n    return {}\n"
        client = self.make_function("moving", source.format(0), Timeout=20)
        current, stop, wrong = [0], threading.Event(), []

        def call():
            while not stop.is_set():
                least = current[0]
                got = json.load(client.invoke(FunctionName="moving")["Payload"])
                if not isinstance(got, int) or got < least:
                    wrong.append((least, got))

        with concurrent.futures.ThreadPoolExecutor(3) as callers:
            running = [callers.submit(call) for _ in range(3)]
            for number in range(1, 8):
                client.update_function_code(FunctionName="moving",
                                            ZipFile=zip_of({"app.py": source.format(number)}))
                current[0] = number
            stop.set()
            for caller in running:
                caller.result()
        self.assertEqual([], wrong)

    def test_a_wrong_secret_is_refused(self):
        import boto3
        stranger = boto3.client("lambda", endpoint_url=self.daemon.endpoint, region_name="us-east-1",
                                aws_access_key_id=self.daemon.access_key, aws_secret_access_key="wrong")
        self.assertEqual(403, self.refused(stranger.list_functions)[0])


if __name__ == "__main__":
    unittest.main()
