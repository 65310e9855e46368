#!/usr/bin/python3
"""Style that is executed, not preached: layers, sizes, banned words, documents. Run from ctest."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ROOT / "tests" / "tidy" / "layers.txt"
FILE_LINES_MAX = 400
LINE_COLUMNS_MAX = 100
README_LINES_MAX = 40
# (pattern, where it counts, what to do instead)
BANNED = [
    (r"\bsleep_for\b|\busleep\(|(?<!\.)\bsleep\(", r"^tests/.*\.(cpp|h)$", "move a ManualClock"),
    (r"std::cout", r"^(?!app/|examples/|tests/|sdk/|bench/).*\.(cpp|h)$", "use the Logger"),
    (r"asio::detached", r"^(?!bench/).*\.(cpp|h)$", "spawn in a TaskScope"),
    (r"^using namespace", r"\.h$", "name what you use"),
    (r"\bdynamic_pointer_cast|\bconst_cast<", r"^(?!tests/).*\.(cpp|h)$", "change the type"),
    (r"\bmount\(|\bsetns\(|\bunshare\(|\bpivot_root\b",
     r"^(?!sandbox/|tests/).*\.(cpp|h)$", "ask the launcher"),
]


def tracked():
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                         cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [name for name in out.splitlines() if (ROOT / name).is_file()]


def read_layers():
    allowed = {}
    for line in LAYERS.read_text().splitlines():
        if line and not line.startswith("#"):
            room, _, rest = line.partition(":")
            allowed[room] = set(rest.split()) | {room}
    return allowed


def check_layers(names):
    allowed = read_layers()
    for name in names:
        room = name.split("/")[0]
        if room not in allowed or not name.endswith((".h", ".cpp")):
            continue
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"/]+)/', line)
            if found and found[1] in allowed and found[1] not in allowed[room]:
                yield f"{name}:{number}: {room} must not include {found[1]} (layers.txt)"
    for room in allowed:
        if not (ROOT / room).is_dir():
            yield f"layers.txt names the room {room}, which does not exist"


def check_sizes(names):
    for name in names:
        if not name.endswith((".h", ".cpp", ".py", ".mjs")) or name.startswith("tests/"):
            continue
        lines = (ROOT / name).read_text().splitlines()
        if len(lines) > FILE_LINES_MAX:
            yield f"{name}: {len(lines)} lines; look for the second thing that lives in it"
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_COLUMNS_MAX and "http" not in line:
                yield f"{name}:{number}: {len(line)} columns (at most {LINE_COLUMNS_MAX})"


def check_banned(names):
    for name in names:
        for pattern, where, instead in BANNED:
            if not re.search(where, name):
                continue
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                code = line.split("//")[0]
                if re.search(pattern, code):
                    yield f"{name}:{number}: '{code.strip()}' is banned: {instead}"


def check_headers(names):
    for name in names:
        if not name.endswith(".h") or name == "cmake/precompiled.h":
            continue
        text = (ROOT / name).read_text()
        if "#pragma once" not in text:
            yield f"{name}: no #pragma once"
        lines = text.splitlines()
        for number, line in enumerate(lines):
            found = re.match(r"class (?:\[\[.*\]\] )?([A-Z]\w+)[^;]*\{", line)
            if found and not lines[number - 1].startswith(("//", "template", "    requires")):
                yield f"{name}:{number + 1}: class {found[1]} has no comment that says what it is for"


def check_dead_files(names):
    listed = "\n".join((ROOT / n).read_text() for n in names
                       if n.endswith(("CMakeLists.txt", "Makefile", ".cmake")))
    for name in names:
        stem = pathlib.PurePath(name).name
        if name.endswith(".cpp") and stem not in listed:
            yield f"{name}: no CMakeLists.txt or Makefile names it"


def check_documents(names):
    for room in read_layers():
        readme = ROOT / room / "README.md"
        if not readme.is_file():
            yield f"{room}/ has no README.md"
        elif len(readme.read_text().splitlines()) > README_LINES_MAX:
            yield f"{room}/README.md is over {README_LINES_MAX} lines"
    for template in names:
        if re.match(r"examples/.*template\.yaml$", template):
            folder = (ROOT / template).parent
            if not (folder / "README.md").is_file():
                yield f"{template}: the example has no README.md"
            if not any((folder / f).is_file() for f in ("expected.json", "event.json")):
                yield f"{template}: the example has neither event.json nor expected.json"
    changelog = ROOT / "CHANGELOG.md"
    headings = re.findall(r"^## (.*)$", changelog.read_text(), re.M) if changelog.is_file() else []
    if not headings:
        yield "CHANGELOG.md has no '## [version] - date' heading"
    for heading in headings:
        if not re.match(r"\[Unreleased\]$|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d$", heading):
            yield f"CHANGELOG.md: '## {heading}' is not '[x.y.z] - yyyy-mm-dd'"


def check_adrs(names):
    for name in names:
        if re.match(r"docs/adr/\d", name):
            text = (ROOT / name).read_text()
            for part in ("## Context", "## Decision", "## Consequences", "Status:"):
                if part not in text:
                    yield f"{name}: an ADR says its '{part}'"


CHECKS = [check_layers, check_sizes, check_banned, check_headers, check_dead_files,
          check_documents, check_adrs]


def main():
    names = tracked()
    problems = [problem for check in CHECKS for problem in check(names)]
    for problem in problems:
        print(problem)
    print(f"tidy: {len(names)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
