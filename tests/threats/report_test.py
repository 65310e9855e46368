#!/usr/bin/python3
"""The report can fail: it finds tests that are gone, cases that are left out, and results that are bad."""
import pathlib
import tempfile
import unittest

import report

TABLE = """# a comment
A 2 Walls

1 tested It climbs
  walls: Wall is high and long
  clients_shop: test_nobody_climbs
3 open It digs
  missing: no test
"""


class ReportFindsFaults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.file("unit/CMakeLists.txt", "lambent_add_tests(walls\n    SOURCES\n        wall_test.cpp  # a wall\n)\n")
        self.file("unit/wall_test.cpp", 'TEST_CASE(\n    "Wall is high "\n    "and long", "[wall]"\n) {}\n')
        self.file("clients/CMakeLists.txt", "    lambent_add_client_test(shop BESIDE_OTHERS)\n")
        self.file("clients/shop_test.py", "class Shop:\n    def test_nobody_climbs(self):\n        pass\n")

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def missing(self):
        return report.missing_tests(report.read_cases(TABLE)[0], report.known_tests(self.root))

    def test_what_is_there_is_found(self):
        self.assertEqual([], report.read_cases(TABLE)[1])
        self.assertEqual([], self.missing())

    def test_a_renamed_test_is_missing(self):
        self.file("unit/wall_test.cpp", 'TEST_CASE("Wall is low", "[wall]") {}\n')
        self.file("clients/shop_test.py", "    def test_nobody_climbs_any_more(self):\n")
        self.assertEqual(2, len(self.missing()))

    def test_a_test_that_is_not_registered_is_missing(self):
        self.file("unit/CMakeLists.txt", "# lambent_add_tests(walls SOURCES wall_test.cpp)\n")
        self.file("clients/CMakeLists.txt", "")
        self.assertEqual(2, len(self.missing()))

    def test_a_table_that_leaves_something_out(self):
        for old, new in (("A 2", "A 3"), ("3 open", "1 open"), ("  missing", "missing"), ("open", "tested"),
                         ("tested", "open"), ("open", "fine")):
            self.assertTrue(report.read_cases(TABLE.replace(old, new))[1], (old, new))

    def test_results_are_as_bad_as_the_worst(self):
        case = report.read_cases(TABLE)[0][0]
        results = '<a><testcase name="walls" status="run"/><testcase name="clients_shop" status="{}"/></a>'
        for status, result in (("run", "passed"), ("fail", "failed"), ("notrun", "not run"), ("disabled", "not run")):
            junit = self.file("junit.xml", results.format(status))
            self.assertEqual(result, report.result_of(case, report.read_results(junit)))
        self.assertEqual("not run", report.result_of(case, report.read_results(self.root / "none.xml")))


if __name__ == "__main__":
    unittest.main()
