"""The command line, as scripts and people use it, against a real daemon."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from example_support import EXAMPLES, PROGRAM, CommandTest, eventually, run_lambent

FAILING = """
Resources:
  Failing:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: failing
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            print("about to fail")
            raise ValueError("no " + str(event))
"""


class Commands(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run_lambent("--data", cls.daemon.data, "deploy", EXAMPLES / "hello-python")
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "template.yaml").write_text(FAILING)
            run_lambent("--data", cls.daemon.data, "deploy", folder)

    def test_invoke_prints_the_answer_alone_on_stdout(self):
        done = self.lambent("invoke", "hello-python", "--payload", '{"name": "Ada"}')
        self.assertEqual('{"message": "Hello, Ada, from Python"}', done.stdout.strip())
        self.assertEqual("", done.stderr)

    def test_invoke_shows_log_and_phases_on_stderr(self):
        done = self.lambent("invoke", "hello-python", "--log", "--phases", "--cold")
        self.assertIn("REPORT RequestId", done.stderr)
        self.assertIn("greeting world", done.stderr)
        self.assertRegex(done.stderr, r"function init .* [mµ]s")
        self.assertRegex(done.stderr, r"total .* ms")

    def test_a_function_error_ends_with_1_and_its_payload_is_printed(self):
        done = self.lambent("invoke", "failing", "--payload", "[7]", code=1)
        self.assertEqual("no [7]", json.loads(done.stdout)["errorMessage"])
        self.assertIn("lambent logs failing", done.stderr)

    def test_async_is_accepted_and_runs(self):
        done = self.lambent("invoke", "hello-python", "--async", "--payload", '{"name": "Later"}')
        self.assertIn("accepted", done.stdout)
        eventually(lambda: "greeting Later" in self.lambent("logs", "hello-python").stdout,
                   what="the asynchronous call's log")

    def test_a_function_that_is_not_there_ends_with_2(self):
        self.assertIn("Function not found", self.lambent("invoke", "nobody", code=2).stderr)
        self.assertIn("lambent ls", self.lambent("logs", "nobody", code=2).stderr)
        self.assertIn("lambent ls", self.lambent("rm", "nobody", code=2).stderr)

    def test_ls_and_ps_list_what_there_is(self):
        self.lambent("invoke", "hello-python")
        self.assertRegex(self.lambent("ls").stdout, r"hello-python +python3.11 +app.handler +128 MB")
        names = {one["name"] for one in self.lambent_json("ls")["functions"]}
        self.assertLessEqual({"hello-python", "failing"}, names)
        warm = eventually(lambda: [one for one in self.lambent_json("ps")["environments"]
                                   if one["function"] == "hello-python"
                                   and one["state"] == "idle"], what="an idle environment")
        self.assertGreaterEqual(warm[0]["invocations"], 1)
        self.assertRegex(self.lambent("ps").stdout, r"hello-python +idle")

    def test_logs_follow_prints_what_comes(self):
        follow = subprocess.Popen([PROGRAM, "--data", str(self.daemon.data), "logs", "-f",
                                   "hello-python"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(follow.stdout.close)
        self.addCleanup(follow.wait)
        self.addCleanup(follow.kill)
        self.lambent("invoke", "hello-python", "--payload", '{"name": "Follower"}')
        for line in follow.stdout:
            if "greeting Follower" in line:
                break
        self.assertIn("greeting Follower", line)

    def test_aws_runs_the_aws_command_on_the_daemon(self):
        self.lambent("aws", "s3", "mb", "s3://from-the-command")
        self.assertIn("from-the-command", self.lambent("aws", "s3", "ls").stdout)
        listed = json.loads(self.lambent("aws", "lambda", "list-functions").stdout)
        self.assertIn("hello-python", [one["FunctionName"] for one in listed["Functions"]])
        self.assertNotEqual(0, subprocess.run([PROGRAM, "--data", str(self.daemon.data), "aws",
                                               "s3", "ls", "s3://not-there"],
                                              capture_output=True).returncode)

    def test_env_is_what_a_shell_needs(self):
        script = (f'eval "$({PROGRAM} --data {self.daemon.data} env)" && '
                  '/usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity')
        done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("000000000000", json.loads(done.stdout)["Account"])

    def test_doctor_finds_this_machine_fit_and_the_daemon_running(self):
        checked = self.lambent_json("doctor")
        verdicts = {one["subject"]: one["verdict"] for one in checked["checks"]}
        self.assertEqual("ok", verdicts["daemon"])
        self.assertEqual("ok", verdicts["launcher"])
        self.assertNotIn("fail", verdicts.values())

    def test_rm_takes_functions_away(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "template.yaml").write_text(
                FAILING.replace("FunctionName: failing", "FunctionName: going"))
            self.lambent("deploy", folder)
        self.assertIn("removed going", self.lambent("rm", "going").stdout)
        self.lambent("invoke", "going", code=2)

    def test_a_template_that_cannot_be_deployed_names_its_line(self):
        with tempfile.TemporaryDirectory() as folder:
            template = pathlib.Path(folder) / "template.yaml"
            template.write_text(FAILING + "      Layers: [one]\n")
            done = self.lambent("deploy", folder, code=2)
            self.assertIn(f"{template}:13: Layers is not supported", done.stderr)
            self.lambent("deploy", pathlib.Path(folder) / "nowhere", code=2)


if __name__ == "__main__":
    unittest.main()
