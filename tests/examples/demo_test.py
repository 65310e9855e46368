"""`lambent demo` does what it shows, says so in its exit code, and leaves nothing behind."""
import json
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from example_support import EXAMPLES, photograph, run_lambent

PHOTOGRAPHS = 8


def scratch_folders():
    return set(pathlib.Path(tempfile.gettempdir()).glob("lambent-demo-*"))


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class Demo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lambent-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.photos = self.folder / "photos"
        self.photos.mkdir()
        for i in range(PHOTOGRAPHS):
            (self.photos / f"photo {i}.jpg").write_bytes(photograph(900 + 10 * i, 700 - i))
        self.before = scratch_folders()

    def demo(self, *words, **settings):
        return run_lambent("demo", "--photos", self.photos, "--out", self.folder / "out", *words,
                           seconds=600, **settings)

    def test_tells_the_story_of_three_languages(self):
        done = self.demo()
        self.assertEqual("", done.stderr)
        for title in ("Python + Pillow", "Node + sharp", "C++ + libvips", "All together"):
            self.assertIn(title, done.stdout)
        self.assertEqual(3, done.stdout.count("  Cold start  "))
        self.assertEqual(3, done.stdout.count("  Warm  "))
        self.assertEqual(6, len(re.findall(r"^  REPORT RequestId: [0-9a-f-]{36}  Duration: ",
                                           done.stdout, re.M)))
        self.assertEqual(3, len(re.findall(r"Init Duration: ", done.stdout)))
        self.assertEqual(3, done.stdout.count(f"{PHOTOGRAPHS} of {PHOTOGRAPHS} photographs"))
        self.assertNotIn("\x1b", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)
        self.assertEqual(3 * PHOTOGRAPHS, len(list((self.folder / "out").glob("*/*.jpg"))))
        self.assertEqual(self.before, scratch_folders())

    def test_json_has_every_phase_of_both_starts(self):
        told = json.loads(self.demo("--json").stdout)
        self.assertEqual(["image-resize-python", "image-resize-node", "image-resize-cpp"],
                         [one["function"] for one in told["languages"]])
        for language in told["languages"]:
            self.assertEqual(PHOTOGRAPHS, language["resized"])
            self.assertEqual(10, len(language["cold"]["phasesUs"]))
            self.assertGreater(language["cold"]["phasesUs"]["functionInit"], 0)
            self.assertEqual(0, language["warm"]["phasesUs"]["functionInit"])
            self.assertIn("Init Duration", language["cold"]["report"])
            self.assertNotIn("Init Duration", language["warm"]["report"])

    def test_a_function_that_fails_is_shown_with_its_log_and_ends_with_1(self):
        examples = self.folder / "examples"
        shutil.copytree(EXAMPLES / "image-resize", examples / "image-resize")
        (examples / "image-resize" / "python" / "src" / "app.py").write_text(
            "def handler(event, context):\n    raise RuntimeError('no picture today')\n")
        done = self.demo("--examples", examples, code=1)
        self.assertIn(f"0 of {PHOTOGRAPHS} photographs resized", done.stdout)
        self.assertIn("no picture today", done.stdout)
        kept = scratch_folders() - self.before
        self.assertEqual(1, len(kept))
        self.assertIn(str(*kept), done.stderr)
        shutil.rmtree(kept.pop())

    def test_too_few_photographs_end_with_2_and_advice(self):
        (self.photos / "photo 0.jpg").unlink()
        done = self.demo(code=2)
        self.assertIn("has 7 JPEGs, the demo wants 8", done.stderr)
        self.assertEqual("", done.stdout)


if __name__ == "__main__":
    unittest.main()
