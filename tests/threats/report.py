#!/usr/bin/python3
"""Every threat case that gates a release, what tests it, and how that went. Ends with 1 when a test that
cases.txt names does not exist or has failed; cases that are open are told, and are no failure.
    tests/threats/report.py [--junit FILE] [--brief]"""
import argparse
import collections
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
Case = collections.namedtuple("Case", "id section status about tests remark")
# What a case of this status says besides: whether it names tests, and the word of its remark.
STATUSES = {"tested": (True, ""), "partly": (True, "missing"), "open": (False, "missing"),
            "elsewhere": (False, "where")}


def read_cases(text):
    """The cases, and what is wrong with the table itself."""
    cases, wanted, faults = [], {}, []
    for line in text.splitlines():
        if section := re.fullmatch(r"([A-Z]) (\d+) .+", line):
            letter, wanted[section[1]] = section[1], int(section[2])
        elif found := re.fullmatch(r"(\d+) (\w+) (.+)", line):
            cases.append(Case(int(found[1]), letter, found[2], found[3], [], []))
        elif found := re.fullmatch(r"  (missing|where): (.+)", line):
            cases[-1].remark.append((found[1], found[2]))
        elif found := re.fullmatch(r"  (\w+): (.+)", line):
            cases[-1].tests.append((found[1], found[2]))
        elif line and not line.startswith("#"):
            faults.append(f"cases.txt: cannot read '{line}'")
    for letter, number in wanted.items():
        if (there := sum(case.section == letter for case in cases)) != number:
            faults.append(f"cases.txt: section {letter} has {there} cases, not {number}")
    if (ids := [case.id for case in cases]) != sorted(set(ids)):
        faults.append("cases.txt: the numbers of the cases do not grow")
    for case in cases:
        names_tests, word = STATUSES.get(case.status, (None, None))
        if bool(case.tests) != names_tests or [kind for kind, _ in case.remark] != [word] * bool(word):
            faults.append(f"cases.txt: case {case.id} is not what '{case.status}' says")
    return cases, faults


def names_in(path):
    """Names of Catch2 cases, whose literals may come in pieces, or of a unittest's methods."""
    text = path.read_text() if path.is_file() else ""
    if path.suffix == ".py":
        return set(re.findall(r"^    def (test_\w+)\(", text, re.M))
    literals = re.findall(r'^TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', text, re.M)
    return {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', one)) for one in literals}


def known_tests(tests):
    """What each test of ctest consists of, as the CMakeLists.txt below `tests` say."""
    known = {}
    for listing in tests.rglob("CMakeLists.txt"):
        folder, text = listing.parent, re.sub(r"#.*", "", listing.read_text())
        for name, words in re.findall(r"lambent_add_tests\((\w+)([^)]*)\)", text):
            sources = [folder / word for word in words.split() if word.endswith("_test.cpp")]
            known[name] = set().union(*map(names_in, sources))
        for name in re.findall(r"lambent_add_(?:client|isolation|example)_test\((\w+)[^)]*\)", text):
            known[f"{folder.name}_{name}"] = names_in(folder / f"{name}_test.py")
    return known


def missing_tests(cases, known):
    return [f"case {case.id}: {program} has no test '{name}'" for case in cases
            for program, name in case.tests if name not in known.get(program, ())]


def read_results(path):
    """passed, failed or not run, by ctest's names; what was skipped has not run."""
    words = {"run": "passed", "fail": "failed"}
    return {case.get("name"): words.get(case.get("status"), "not run")
            for case in (xml.parse(path).iter("testcase") if path and path.is_file() else ())}


def result_of(case, results):
    if not case.tests:
        return case.status
    seen = {results.get(program, "not run") for program, _ in case.tests}
    return next(result for result in ("failed", "not run", "passed") if result in seen)


def print_report(cases, results, brief):
    for case in cases:
        result = result_of(case, results)
        if brief and case.status == "tested" and result == "passed":
            continue
        shown = f"{case.status}, {result}" if case.tests and not (brief and result == "passed") else case.status
        print(f"{case.section}{case.id:<4} {shown:<16} {case.about}")
        lines = [(results.get(program, "not run"), f"{program}: {name}") for program, name in case.tests]
        for word, text in lines + case.remark if result == "failed" or not brief else ():
            print(f"      {word}: {text}")


def count(cases, results):
    statuses = collections.Counter(case.status for case in cases)
    ran = collections.Counter(result_of(case, results) for case in cases if case.tests)
    print(f"threats: {len(cases)} cases: {', '.join(f'{statuses[one]} {one}' for one in STATUSES)}; "
          f"of those with tests {ran['passed']} passed, {ran['failed']} failed, {ran['not run']} not run")
    return ran["failed"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--junit", type=pathlib.Path, help="what ctest --output-junit wrote")
    parser.add_argument("--brief", action="store_true", help="a line for each case that is not tested and passed")
    given = parser.parse_args()
    cases, faults = read_cases((HERE / "cases.txt").read_text())
    faults += missing_tests(cases, known_tests(HERE.parent))
    results = read_results(given.junit)
    print_report(cases, results, given.brief)
    print("".join(fault + "\n" for fault in faults), end="")
    return 1 if count(cases, results) or faults else 0


if __name__ == "__main__":
    sys.exit(main())
