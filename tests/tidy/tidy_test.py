#!/usr/bin/python3
"""The tidy test can fail: each check finds the fault that it is there for."""
import pathlib
import tempfile
import unittest

import tidy


class TidyFindsFaults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.real_root = tidy.ROOT
        tidy.ROOT = self.root
        self.addCleanup(setattr, tidy, "ROOT", self.real_root)

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def test_an_include_that_climbs_a_layer(self):
        name = self.file("sandbox/a.h", '#include "runtime/environment/environment.h"\n')
        self.assertIn("sandbox must not include runtime", "\n".join(tidy.check_layers([name])))

    def test_an_include_that_goes_down_is_fine(self):
        name = self.file("runtime/a.h", '#include "sandbox/cell.h"\n')
        self.assertNotIn("must not include", "\n".join(tidy.check_layers([name])))

    def test_a_long_file(self):
        name = self.file("base/a.cpp", "int x;\n" * 401)
        self.assertIn("401 lines", "\n".join(tidy.check_sizes([name])))

    def test_a_sleep_in_a_test(self):
        name = self.file("tests/unit/a_test.cpp", "std::this_thread::sleep_for(x);\n")
        self.assertIn("banned", "\n".join(tidy.check_banned([name])))

    def test_a_banned_word_in_a_comment_is_fine(self):
        name = self.file("tests/unit/a_test.cpp", "// no sleep_for here\n")
        self.assertEqual([], list(tidy.check_banned([name])))

    def test_a_class_without_a_comment(self):
        name = self.file("base/a.h", "#pragma once\n\nclass Silent {\n};\n")
        self.assertIn("Silent has no comment", "\n".join(tidy.check_headers([name])))

    def test_a_body_that_nothing_builds(self):
        name = self.file("base/lost.cpp", "")
        self.assertIn("lost.cpp", "\n".join(tidy.check_dead_files([name])))


if __name__ == "__main__":
    unittest.main()
