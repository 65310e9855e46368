#!/usr/bin/python3
"""The managed runtimes as stems: started, rehearsed, and told only then which function they are."""
import sys

sys.dont_write_bytecode = True
sys.argv.append("frames")  # a stem has no other wire
import json
import unittest

from stub_frames import ERROR, RESPONSE
from stub_runtime_api import ROOT, Guest

PYTHON = ["/usr/bin/python3", "-B", "-I", "-S", "-X", "utf8=1",
          str(ROOT / "sdk/python/bootstrap.py")]
NODE = ["/usr/bin/node", str(ROOT / "sdk/node/bootstrap.cjs")]
REHEARSALS = ('{"rehearsal":[1,null]}', '{"fail":true}', '{"rehearsal":"é"}')

PYTHON_SOURCE = """
import json, os, sys, time
print("imported")
def handler(event, context):
    rehearsed = [name for name in sys.modules if "rehears" in name]
    return [dict(os.environ), os.getcwd(), time.tzname[0], context.function_name, rehearsed,
            [part for part in sys.path if "rehears" in part]]
"""
NODE_SOURCE = """
console.log('imported');
exports.handler = async (event, context) => [
  process.env, process.cwd(), Intl.DateTimeFormat().resolvedOptions().timeZone,
  context.functionName, Object.keys(require.cache).filter((name) => name.includes('rehearsed')), []];
"""


class Stems(unittest.TestCase):
    def stem(self, argv, **files):
        """A guest that has rehearsed, and what it answered."""
        guest = Guest(argv, {name.replace("_", "."): text for name, text in files.items()},
                      variables={"LAMBENT_STEM": "1", "GONE": "1"}, stem=REHEARSALS)
        self.addCleanup(guest.__exit__)
        return guest

    def configure(self, guest, **variables):
        guest.api.configure({
            "LAMBDA_TASK_ROOT": guest.task_root,
            "AWS_LAMBDA_FUNCTION_NAME": "chosen",
            "_HANDLER": "app.handler",
            "PATH": "/usr/bin:/bin",
            **variables,
        })

    def test_it_answers_rehearsals_and_is_silent_about_them(self):
        for argv, files in ((PYTHON, {"app_py": PYTHON_SOURCE}), (NODE, {"app_js": NODE_SOURCE})):
            with self.subTest(argv[0]):
                guest = self.stem(argv, **files)
                answers = [guest.api.rehearsed.get(timeout=30) for _ in REHEARSALS]
                fails = ERROR if argv is NODE else RESPONSE  # failures take Python 2 MiB
                self.assertEqual([RESPONSE, fails, RESPONSE], [kind for kind, _ in answers])
                self.assertEqual([1, None], json.loads(answers[0][1])["event"]["rehearsal"])
                self.configure(guest)
                guest.invoke(None)
                lines = guest.output().splitlines()
                self.assertEqual(1, len(lines), lines)
                self.assertTrue(lines[0].endswith("imported"), lines)

    def test_it_becomes_the_function_that_it_is_told(self):
        for argv, files, zone in ((PYTHON, {"app_py": PYTHON_SOURCE}, "JST"),
                                  (NODE, {"app_js": NODE_SOURCE}, "Asia/Tokyo")):
            with self.subTest(argv[0]):
                guest = self.stem(argv, **files)
                self.configure(guest, MINE="a=b c", TZ="Asia/Tokyo")
                seen, directory, its_zone, name, modules, path = guest.invoke(None)
                self.assertEqual("a=b c", seen["MINE"])
                self.assertNotIn("GONE", seen)
                self.assertEqual([], [key for key in seen if key.startswith("LAMBENT_")])
                self.assertEqual(guest.task_root, directory)
                self.assertEqual(zone, its_zone)
                self.assertEqual("chosen", name)
                self.assertEqual([], modules)
                self.assertEqual([], path)

    def test_an_import_that_fails_is_told_as_ever(self):
        for argv, files in ((PYTHON, {"app_py": "import nothing_of_that_name\n"}),
                            (NODE, {"app_js": "require('nothing_of_that_name');\n"})):
            with self.subTest(argv[0]):
                guest = self.stem(argv, **files)
                self.configure(guest)
                self.assertEqual("Runtime.ImportModuleError", guest.fail_init()["errorType"])
                self.assertEqual(1, guest.process.wait(timeout=30))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
