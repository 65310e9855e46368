"""`lambent simulate` and what feeds it: a synthetic trace, and the records of a daemon."""
import json
import pathlib
import subprocess
import tempfile
import unittest

from example_support import EXAMPLES, ROOT, CommandTest, run_lambent


def make_trace(folder, *options):
    subprocess.run(["/usr/bin/python3", "-B", ROOT / "scripts" / "make-trace", folder,
                    *map(str, options)], check=True)
    return sorted(pathlib.Path(folder).glob("*.csv"))


class OnASyntheticTrace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.files = make_trace(cls.folder.name, "--functions", 60, "--days", 1, "--calls", 3000)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def simulate(self, *words, code=0):
        return run_lambent("simulate", "--trace", *self.files, *words, code=code)

    def test_two_runs_with_one_seed_are_equal_to_the_byte(self):
        policies = ["--policy", "fixed:600", "lru:2GB", "hybrid"]
        for form in [[], ["--json"]]:
            one = self.simulate(*policies, "--seed", 3, *form).stdout
            self.assertEqual(one, self.simulate(*policies, "--seed", 3, *form).stdout)
            self.assertNotEqual(one, self.simulate(*policies, "--seed", 4, *form).stdout)

    def test_every_policy_has_its_line_beside_the_baseline(self):
        done = self.simulate("--policy", "hybrid", "--policy", "lru:1GB").stdout
        lines = [line.split() for line in done.splitlines() if line]
        self.assertIn("calls of", done)
        self.assertEqual(["fixed:600", "hybrid", "lru:1GB"], [line[0] for line in lines[2:]])
        found = json.loads(self.simulate("--policy", "hybrid", "--json").stdout)["policies"]
        self.assertEqual(1, found[0]["relative"]["coldStarts"])
        self.assertLess(found[1]["relative"]["coldStarts"], 1)
        self.assertEqual(found[0]["invocations"], found[1]["invocations"])

    def test_limits_throttle(self):
        found = json.loads(self.simulate("--concurrency", 1, "--json").stdout)["policies"]
        self.assertGreater(found[0]["throttles"], 0)

    def test_what_cannot_be_simulated_ends_with_2(self):
        self.assertIn("is no policy", self.simulate("--policy", "best", code=2).stderr)
        self.assertIn("cannot open",
                      run_lambent("simulate", "--trace", "/does/not/exist", code=2).stderr)
        run_lambent("simulate", code=2)


class OnRecordsOfADaemon(CommandTest):
    def test_records_are_a_trace(self):
        self.lambent("deploy", EXAMPLES / "hello-python")
        for _ in range(4):
            self.lambent("invoke", "hello-python")
        self.lambent("invoke", "hello-python", "--cold")
        text = self.lambent("records", "hello-python").stdout
        records = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(5, len(records))
        self.assertEqual(sorted(r["startedMs"] for r in records), [r["startedMs"] for r in records])
        self.assertEqual(2, len(self.lambent("records", "--limit", 2).stdout.splitlines()))
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(text)
            file.flush()
            done = run_lambent("simulate", "--trace", file.name, "--json")
        played = json.loads(done.stdout)["policies"][0]
        self.assertEqual(5, played["invocations"])
        self.assertEqual(1, played["functions"])
        self.assertEqual(1, played["coldStarts"])  # the simulator forces nothing

        found = self.lambent_json("what-if", "hello-python", "--memory", "128,1769",
                                  "--provisioned", 1)
        self.assertEqual(5, found["records"])
        self.assertEqual([(128, 0), (128, 1), (1769, 0), (1769, 1)],
                         [(s["memoryMb"], s["provisioned"]) for s in found["scenarios"]])
        self.assertEqual(0.4, found["scenarios"][0]["coldShare"])
        self.assertEqual(0, found["scenarios"][1]["coldShare"])
        self.assertIn("USD A MONTH", self.lambent("what-if", "hello-python").stdout)
        self.assertIn("too few records", self.lambent("what-if", "nobody", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
