#!/usr/bin/python3
"""A day of ten calls a second in ten minutes (LAMBENT_SOAK_CALLS=864000, as `make soak` does): the daemon's
memory does not grow with the calls, and when the functions are gone everything is as it was before
them. Fewer calls where somebody waits; how memory grows is asserted only over a day's."""
import collections
import os
import pathlib
import re
import statistics
import unittest

from echoes_test import EchoTest
from support.lambent_daemon import eventually

CALLS = int(os.environ.get("LAMBENT_SOAK_CALLS", "8000"))
DAY = 864_000
ROUNDS = 8
MIB_PER_100_000_CALLS = 1.0
SPARE_CELLS = 64  # for which the launcher keeps control groups that nobody is in
SHARES = {"cold": 2, "fail": 5, "die": 1}  # of 1,000: environments come and go


def children(process):
    """The processes that descend from one, by pid: their state."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(entry.parent.name)] = (int(parent), state)
    mine, new = set(), {process}
    while new:
        mine |= new
        new = {pid for pid, (parent, _) in found.items() if parent in mine} - mine
    return {pid: found[pid][1] for pid in mine & found.keys()}


def in_use(group):
    """Whether somebody is in a control group."""
    try:
        return bool((pathlib.Path(group) / "cgroup.procs").read_text())
    except FileNotFoundError:
        return False


def links(paths):
    """Where links point; those that vanish meanwhile are left out."""
    seen = []
    for path in paths:
        try:
            seen.append(os.readlink(path))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass
    return seen


class Soak(EchoTest):
    flags = ("--stem-cells", "2")  # as many before as after

    def counts(self):
        """Everything that functions take and must give back."""
        daemon = self.daemon.process.pid
        family = children(daemon)
        own = pathlib.Path(f"/proc/{daemon}")
        return {"processes": len(family), "zombies": sum(state == "Z" for state in family.values()),
                "threads": len(list((own / "task").iterdir())),
                "descriptors": collections.Counter(
                    re.sub(r"\d+|[0-9a-f]{32,}", "N", link) for link in links((own / "fd").iterdir())),
                "mounts": len((own / "mountinfo").read_text().splitlines()),
                "network namespaces": len(set(links(pathlib.Path(f"/proc/{pid}/ns/net") for pid in family))),
                "control groups": sum(map(in_use, self.daemon.cgroups()))}

    def resident_mib(self):
        lines = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))

    def round_of(self, calls):
        report = self.call(calls, **SHARES)
        self.assertEqual(calls, report["answers"])

    def remove_functions(self):
        self.delete_functions()
        self.functions, self.targets = [], []
        self.daemon.close_clients()  # whose connections are descriptors of the daemon, too

    def test_a_day_of_calls_leaves_nothing_behind(self):
        each = CALLS // (ROUNDS + 1)
        self.make_functions(12, timeout=30)
        self.round_of(CALLS - ROUNDS * each)  # buffers, caches and threads are made
        self.remove_functions()
        before = self.settled()
        self.make_functions(12, timeout=30)
        resident = []
        for _ in range(ROUNDS):
            self.round_of(each)
            resident.append(self.resident_mib())
        self.remove_functions()
        after = {}

        def as_before():
            after.update(self.counts())
            return after == before
        try:
            eventually(as_before, what="the counts of before")
        except AssertionError as error:
            raise AssertionError(f"before {before}\nafter {after}") from error
        cells = {pathlib.Path(group).name for group in self.daemon.cgroups()}
        self.assertLessEqual(len(cells), after["processes"] + SPARE_CELLS)
        slope = statistics.linear_regression([at * each / 100_000 for at in range(ROUNDS)], resident).slope
        print(f"{CALLS} calls; resident MiB {[round(mib, 1) for mib in resident]}, {slope:+.2f} for 100,000 calls;",
              {what: number for what, number in before.items() if what != "descriptors"})
        if CALLS >= DAY:
            self.assertLess(slope, MIB_PER_100_000_CALLS)

    def settled(self):
        """The counts, once they have stopped changing."""
        last = [None] * 100  # two seconds and more: a stem that boots looks still for a while

        def same():
            last.append(self.counts())
            last.pop(0)
            return all(one == last[0] for one in last)
        eventually(same, what="an end of changes")
        return last[0]


if __name__ == "__main__":
    unittest.main()
