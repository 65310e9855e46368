#!/usr/bin/python3
"""A C++ function on sdk/cpp; argument: the guest program, made of cpp_guest.cpp."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from stub_runtime_api import ARN, ROOT, Guest

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else None


class CppFunction(unittest.TestCase):
    def guest(self):
        return Guest([PROGRAM])

    def test_values_come_back_as_they_went_in(self):
        with self.guest() as guest:
            for value in (None, 1, "é☃😀", {"a": [1, 2]}, "é" * 3_000_000, "small"):
                self.assertEqual(guest.invoke(value), value)

    def test_it_sees_the_event_and_its_environment(self):
        with self.guest() as guest:
            *texts, memory_mb, left_ms = guest.invoke(
                "about", deadline_s=100, trace_id="Root=1-a", client_context='{"k":"é"}'
            )
            self.assertEqual(texts, [
                "00000000-0000-0000-0000-000000000001", ARN, "Root=1-a", '{"k":"é"}', "tested",
                "2026/01/01/[$LATEST]00", "otherwise",
            ])
            self.assertEqual(memory_mb, 256)
            self.assertTrue(90_000 < left_ms <= 100_000)

    def test_errors_are_answers(self):
        with self.guest() as guest:
            document = guest.fail("error")
            self.assertEqual(document["errorType"], "Function.NotGood")
            self.assertEqual(document["errorMessage"], 'no "good"\n')
            self.assertEqual(guest.invoke(1), 1)

    def test_exceptions_become_errors(self):
        with self.guest() as guest:
            self.assertEqual(guest.fail("throw")["errorMessage"], "thrown")
            self.assertEqual(guest.fail("throw 5")["errorType"], "Function.Exception")
            self.assertEqual(guest.invoke(1), 1)

    def test_output_is_written_before_the_answer(self):
        with self.guest() as guest:
            guest.invoke("print")
            self.assertTrue(guest.output().startswith("printed"))

    def test_a_refused_answer_does_not_end_it(self):
        with self.guest() as guest:
            guest.api.refuse_next_post_with = 413
            self.assertEqual(guest.invoke(1), 1)
            self.assertEqual(guest.invoke(2), 2)

    def test_exit_ends_it_with_that_status(self):
        with self.guest() as guest:
            guest.send("exit")
            self.assertEqual(guest.process.wait(timeout=30), 9)


class PlainCompiler(unittest.TestCase):
    def test_a_function_of_ten_lines_needs_only_a_compiler(self):
        source = """
            #include <lambent/function.h>
            int main() {
                return lambent::run([](const lambent::Event& event) -> lambent::Answer {
                    return "{\\"got\\":" + event.payload + "}";
                });
            }"""
        with tempfile.TemporaryDirectory() as directory:
            main = pathlib.Path(directory, "main.cpp")
            main.write_text(source)
            sdk = ROOT / "sdk/cpp"
            program = str(main.with_name("bootstrap"))
            subprocess.run(
                ["g++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-I", sdk, main, "-o", program,
                 *sorted(sdk.glob("lambent/*.cpp"))],
                check=True,
            )
            with Guest([program]) as guest:
                self.assertEqual(guest.invoke([1]), {"got": [1]})


if __name__ == "__main__":
    unittest.main()
