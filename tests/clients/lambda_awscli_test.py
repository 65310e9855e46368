#!/usr/bin/python3
"""Debian's AWS CLI against the Lambda and CloudWatch Logs doors, the way a user types it."""
import base64
import json
import pathlib
import subprocess
import time
import unittest

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of

HELLO = "def handler(event, context):\n    print('hello from', context.function_name)\n    return {reply}\n"


class AwsCli(DaemonTest):
    def setUp(self):
        self.files = pathlib.Path(self.folder.name)

    def zip_file(self, reply):
        path = self.files / f"{reply}.zip"
        path.write_bytes(zip_of({"app.py": HELLO.format(reply=repr(reply))}))
        return f"fileb://{path}"

    def create(self, name, reply="one"):
        made = json.loads(self.daemon.aws(
            "lambda", "create-function", "--function-name", name, "--runtime", "python3.11",
            "--handler", "app.handler", "--role", ROLE, "--zip-file", self.zip_file(reply)))
        self.addCleanup(self.daemon.aws, "lambda", "delete-function", "--function-name", name, check=False)
        return made

    def invoke(self, name, *words):
        out = self.files / "answer.json"
        head = json.loads(self.daemon.aws("lambda", "invoke", "--function-name", name, *words, str(out)))
        return head, out.read_text()

    def test_a_function_from_its_creation_to_its_end(self):
        made = self.create("life")
        self.assertEqual("arn:aws:lambda:us-east-1:000000000000:function:life", made["FunctionArn"])
        self.daemon.aws("lambda", "wait", "function-active", "--function-name", "life")

        head, answer = self.invoke("life", "--payload", "{}", "--cli-binary-format", "raw-in-base64-out",
                                   "--log-type", "Tail")
        self.assertEqual((200, "$LATEST", '"one"'), (head["StatusCode"], head["ExecutedVersion"], answer))
        log = base64.b64decode(head["LogResult"]).decode()
        self.assertRegex(log, r"(?s)START RequestId: [0-9a-f-]{36} Version: \$LATEST\n"
                              r"hello from life\nEND RequestId: [0-9a-f-]{36}\nREPORT RequestId: ")

        self.daemon.aws("lambda", "update-function-code", "--function-name", "life",
                        "--zip-file", self.zip_file("two"))
        self.daemon.aws("lambda", "wait", "function-updated", "--function-name", "life")
        self.assertEqual('"two"', self.invoke("life")[1])

        changed = json.loads(self.daemon.aws("lambda", "update-function-configuration",
                                             "--function-name", "life", "--memory-size", "256"))
        self.assertEqual(256, changed["MemorySize"])
        listed = json.loads(self.daemon.aws("lambda", "list-functions"))["Functions"]
        self.assertIn("life", [function["FunctionName"] for function in listed])
        got = json.loads(self.daemon.aws("lambda", "get-function", "--function-name", "life"))
        self.assertEqual("Active", got["Configuration"]["State"])

        self.daemon.aws("lambda", "delete-function", "--function-name", "life")
        gone = self.daemon.aws("lambda", "get-function", "--function-name", "life", check=False)
        self.assertEqual(254, gone.returncode)
        self.assertIn("ResourceNotFoundException", gone.stderr)

    def test_logs_tail_prints_what_the_function_printed(self):
        self.create("talker")
        self.invoke("talker")
        groups = json.loads(self.daemon.aws("logs", "describe-log-groups"))["logGroups"]
        self.assertIn("/aws/lambda/talker", [group["logGroupName"] for group in groups])
        tail = lambda: self.daemon.aws("logs", "tail", "/aws/lambda/talker", "--since", "10m")
        text = eventually(lambda: (lambda text: "REPORT RequestId" in text and text)(tail()), what="the report")
        for part in ("START RequestId", "hello from talker", "END RequestId", "REPORT RequestId"):
            self.assertIn(part, text)

    def test_logs_tail_follow_sees_lines_that_come_later(self):
        self.create("later")
        self.invoke("later")
        follower = subprocess.Popen(
            ["/usr/bin/aws", "--endpoint-url", self.daemon.endpoint, "logs", "tail",
             "/aws/lambda/later", "--follow", "--since", "1m", "--format", "short"],
            env={**self.daemon.environment(), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait, 20)
        self.addCleanup(follower.terminate)
        first = self.lines_until_report(follower)
        self.assertIn("hello from later", first)
        self.invoke("later")
        self.assertIn("hello from later", self.lines_until_report(follower))

    def lines_until_report(self, follower):
        text = ""
        while "REPORT RequestId" not in text:
            line = follower.stdout.readline()
            self.assertTrue(line, "aws logs tail ended early")
            text += line
        return text

    def test_an_asynchronous_call_is_accepted_and_runs(self):
        self.create("background")
        head, answer = self.invoke("background", "--invocation-type", "Event")
        self.assertEqual((202, ""), (head["StatusCode"], answer))
        eventually(lambda: "REPORT RequestId" in self.daemon.aws(
            "logs", "tail", "/aws/lambda/background", "--since", "10m", check=False).stdout,
            what="the asynchronous call")

    def test_a_dry_run_runs_nothing(self):
        self.create("rehearsal")
        head, _ = self.invoke("rehearsal", "--invocation-type", "DryRun")
        self.assertEqual(204, head["StatusCode"])


if __name__ == "__main__":
    unittest.main()
