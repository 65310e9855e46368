"""Each hello example answers what its expected.json says, deployed and called by the command."""
import json
import pathlib
import shutil
import tempfile
import unittest

from example_support import EXAMPLES, CommandTest


class HelloExamples(CommandTest):
    def expect(self, language):
        folder = EXAMPLES / f"hello-{language}"
        expected = json.loads((folder / "expected.json").read_text())
        deployed = self.lambent_json("deploy", folder)
        self.assertEqual("created", deployed["functions"][0]["action"])
        event = json.dumps(expected["event"])
        answer = self.lambent_json("invoke", expected["function"], "--payload", event)
        self.assertIsNone(answer["functionError"])
        self.assertEqual(expected["answer"], answer["payload"])
        self.assertIn(answer["record"]["source"], ("stem", "boot"))
        again = self.lambent_json("invoke", expected["function"], "--payload", event)
        self.assertEqual(expected["answer"], again["payload"])
        self.assertEqual("warm", again["record"]["source"])
        self.assertIn("REPORT RequestId: " + again["requestId"], again["log"])
        deployed = self.lambent_json("deploy", folder)
        self.assertEqual("unchanged", deployed["functions"][0]["action"])

    def test_python(self):
        self.expect("python")

    def test_node(self):
        self.expect("node")

    def test_cpp(self):
        self.expect("cpp")

    def test_changed_code_is_updated_and_answers_anew(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "app"
            shutil.copytree(EXAMPLES / "hello-python", folder)
            template = folder / "template.yaml"
            template.write_text(template.read_text().replace("hello-python", "hello-changing"))
            self.lambent("deploy", folder)
            first = self.lambent_json("invoke", "hello-changing")
            self.assertEqual({"message": "Hello, world, from Python"}, first["payload"])
            source = folder / "src" / "app.py"
            source.write_text(source.read_text().replace("Hello", "Welcome"))
            template.write_text(template.read_text() + "      MemorySize: 256\n")
            deployed = self.lambent_json("deploy", folder)
            self.assertEqual("updated", deployed["functions"][0]["action"])
            second = self.lambent_json("invoke", "hello-changing")
            self.assertEqual({"message": "Welcome, world, from Python"}, second["payload"])
            self.assertEqual(256, second["record"]["memoryMb"])


if __name__ == "__main__":
    unittest.main()
