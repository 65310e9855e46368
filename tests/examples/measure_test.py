"""`lambent measure` against a real daemon: cold starts of both kinds, memory sizes, page, comparison."""
import html.parser
import json
import pathlib
import signal
import subprocess
import tempfile
import unittest

from example_support import EXAMPLES, PROGRAM, CommandTest, eventually, run_lambent

SLOW = """
Resources:
  Measured:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: measured
      Runtime: python3.11
      Handler: index.handler
      InlineCode: |
        import time
        def handler(event, context):
            time.sleep(SECONDS)
            return event
"""
VOID = {"meta", "br"}


class Outline(html.parser.HTMLParser):
    """What a page consists of; unclosed elements are faults."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.count = [], set(), {}

    def handle_starttag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1
        self.ids |= {value for name, value in attributes if name == "id"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"


class Measure(CommandTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run_lambent("--data", cls.daemon.data, "deploy", EXAMPLES / "hello-python")
        cls.results = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.results.cleanup()
        super().tearDownClass()

    def path(self, name):
        return pathlib.Path(self.results.name) / name

    def measure(self, *words, **settings):
        return self.lambent("measure", *words, **settings)

    def measured(self, *words):
        return json.loads(self.measure(*words, "--json").stdout)

    def memory_of(self, name):
        return {one["name"]: one["memoryMb"] for one in self.lambent_json("ls")["functions"]}[name]

    def starts(self, run, size=0):
        return {one["kind"]: one for one in run["sizes"][size]["starts"]}

    def deploy_slow(self, seconds):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "template.yaml").write_text(SLOW.replace("SECONDS", str(seconds)))
            self.lambent("deploy", folder)

    def test_every_start_is_of_its_kind_at_every_memory_size(self):
        memory = self.memory_of("hello-python")
        text = self.measure("hello-python", "--cold", "3", "--warm", "5", "--memory", "128,256",
                            "--idle", "20ms", "--idle-calls", "2",
                            "--json", self.path("run.json"), "--html", self.path("run.html")).stdout
        self.assertEqual(memory, self.memory_of("hello-python"))
        run = json.loads(self.path("run.json").read_text())
        self.assertEqual(("lambent.measure", 1), (run["schema"], run["version"]))
        self.assertEqual([128, 256], [size["memoryMb"] for size in run["sizes"]])
        for size in range(2):
            starts = self.starts(run, size)
            self.assertEqual({"stem": 3, "boot": 3, "warm": 5, "afterIdle": 2},
                             {kind: one["count"] for kind, one in starts.items()})
            boot, stem, warm = (starts[kind]["timesUs"] for kind in ("boot", "stem", "warm"))
            self.assertEqual(3, len(boot["client"]["samples"]))
            self.assertGreater(boot["runtimeBoot"]["p50"], 0)
            self.assertGreater(stem["mountAndLimits"]["p50"], 0)
            self.assertEqual(0, stem["runtimeBoot"]["p99"])
            self.assertEqual(0, warm["runtimeBoot"]["p99"] + warm["functionInit"]["p99"])
            self.assertGreater(warm["handler"]["p50"], 0)
            self.assertGreater(starts["warm"]["costUsdPerMillion"], 0.2)
        self.assertRegex(text, r"256 MB +warm call +5 ")
        self.assert_page_is_whole(self.path("run.html").read_text())

    def assert_page_is_whole(self, text):
        outline = Outline()
        outline.feed(text)
        self.assertEqual([], outline.open)
        self.assertLessEqual({"short", "what", "where", "tuning", "spread", "numbers"}, outline.ids)
        self.assertEqual(2 * 4 + 4 + 8, outline.count["svg"])  # waterfalls, spreads, sizes
        self.assertNotIn("script", outline.count)
        self.assertIn("hello-python", text)

    def test_a_slower_function_is_found_slower(self):
        before = self.path("before.json")
        self.deploy_slow(0.001)
        few = ["measured", "--cold", "0", "--warm", "30"]
        self.measure(*few, "--json", before)
        self.deploy_slow(0.05)
        compared = self.measure(*few, "--compare", before, "--html", self.path("compared.html"))
        self.assertRegex(compared.stdout, r"seen by the client .* slower")
        self.assertIn('id="beside"', self.path("compared.html").read_text())
        self.measure(*few, "--compare", before, "--fail-if-slower", code=1)
        comparison = self.measured(*few, "--compare", before)["comparison"]
        rows = {row["time"]: row for row in comparison["rows"]}
        self.assertEqual("slower", rows["handler"]["verdict"])
        self.assertGreater(rows["handler"]["differenceInterval"][0], 0)

    def test_boots_alone_after_the_page_cache_was_dropped(self):
        run = self.measured("hello-python", "--cold", "2", "--warm", "0", "--from", "boot",
                            "--page-cache", "dropped")
        self.assertEqual(["boot"], list(self.starts(run)))
        dropped = {part["part"]: part for part in run["dropped"]}
        self.assertLessEqual({"package", "bootstrap", "interpreter", "library"}, dropped.keys())
        for part in dropped.values():
            self.assertLessEqual(part["cachedAfter"], part["cachedBefore"])
            self.assertLessEqual(part["cachedBefore"], part["bytes"])
        self.assertEqual(0, dropped["package"]["cachedAfter"])

    def test_an_interrupted_measurement_puts_the_memory_back(self):
        memory = self.memory_of("hello-python")
        running = subprocess.Popen(
            [PROGRAM, "--data", str(self.daemon.data), "measure", "hello-python", "--cold", "0",
             "--warm", "1", "--idle", "10m", "--memory", "777"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        eventually(lambda: self.memory_of("hello-python") == 777, what="the memory to be measured")
        running.send_signal(signal.SIGINT)
        _, complaint = running.communicate(timeout=300)
        self.assertEqual(3, running.returncode)
        self.assertIn("interrupted", complaint)
        self.assertEqual(memory, self.memory_of("hello-python"))

    def test_what_cannot_be_measured_ends_with_2(self):
        self.measure("nobody", code=2)
        self.measure("hello-python", "--cold", "0", "--warm", "0", code=2)
        self.measure("hello-python:1", "--memory", "256", code=2)
        self.measure("hello-python", "--memory", "64", code=2)
        self.measure("hello-python", "--compare", "/does/not/exist", code=2)


class WithoutStems(CommandTest):
    flags = ("--stem-cells", "off")

    def test_cold_starts_are_boots_and_it_says_so(self):
        self.lambent("deploy", EXAMPLES / "hello-python")
        run = json.loads(self.lambent("measure", "hello-python", "--cold", "2", "--warm", "1",
                                      "--json").stdout)
        kinds = [one["kind"] for one in run["sizes"][0]["starts"]]
        self.assertEqual(["boot", "warm"], kinds)
        self.assertIn("no stems", " ".join(run["remarks"]))


if __name__ == "__main__":
    unittest.main()
