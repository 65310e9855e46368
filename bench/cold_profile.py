#!/usr/bin/python3
"""Where each microsecond of a start from a stem goes, as the kernel saw it: system calls, switches
and wake-ups of daemon, launcher and cell, from tracefs. Needs root. Prints the median of each step
over all starts, and with --show the whole of the start that took the median time.
    bench/cold_profile.py [cpp|python|node] [--starts 40] [--show]"""
import argparse
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

BIN = Path(__file__).resolve().parent.parent / "build/bin"
TRACING = Path("/sys/kernel/tracing")
EVENTS = ("sched/sched_switch", "sched/sched_wakeup", "raw_syscalls/sys_enter",
          "raw_syscalls/sys_exit", "exceptions/page_fault_user")
LINE = re.compile(r"^\s*(.+)-(\d+)\s+\[(\d+)\]\s+\S+\s+([\d.]+): (\w+): (.*)$")
DAEMON, LAUNCHER = "bench_cold_star", "lambent-launche"  # as the kernel cuts them
GUESTS = {"cpp": ("stem", "bootstrap"), "python": ("python3.11",), "node": ("node",)}
READ, WRITE, SENDTO, RECVFROM, SENDMSG, RECVMSG, WRITEV = 0, 1, 44, 45, 46, 47, 20
SETNS, OPEN_TREE, MOVE_MOUNT, EPOLL_WAIT = 308, 428, 429, 232
CHANNEL = 3  # the guest's


class Trace:
    """Recording in an instance of its own, which goes when it is done."""

    def __init__(self):
        if not (TRACING / "instances").is_dir():
            subprocess.run(["mount", "-t", "tracefs", "none", TRACING], check=True)
        self.root = TRACING / "instances" / f"lambent-{os.getpid()}"
        self.root.mkdir()
        self.write("tracing_on", "0")
        self.write("trace_clock", "mono")
        self.write("buffer_size_kb", "65536")

    def write(self, name, text):
        (self.root / name).write_text(text)

    def of(self, *command):
        for event in EVENTS:
            self.write(f"events/{event}/enable", "1")
        self.write("tracing_on", "1")
        said = subprocess.run([str(word) for word in command], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        self.write("tracing_on", "0")
        with open(self.root / "trace", errors="replace") as lines:
            return said, [parsed for parsed in map(parse, lines) if parsed]

    def close(self):
        self.write("tracing_on", "0")
        self.root.rmdir()


def parse(line):
    """(microseconds, name, thread, processor, event, system call or None, words)."""
    match = LINE.match(line)
    if match is None:
        return None
    name, thread, processor, seconds, event, words = match.groups()
    call = int(words.split()[1]) if event in ("sys_enter", "sys_exit") else None
    return float(seconds) * 1e6, name.strip(), int(thread), int(processor), event, call, words


class Start:
    """One claim: finds one moment after another; `complete` when it found all of them."""

    def __init__(self, events, first, guests):
        self.events, self.at, self.guests = events, first, guests
        self.moments = [("", events[first][0])]
        self.complete = True

    def reach(self, step, names, event, call, test=lambda words: True):
        """The next event of one of `names` that is so."""
        limit = self.events[self.at][0] + 20_000
        for index in range(self.at, len(self.events)):
            when, name, _, _, kind, number, words = self.events[index]
            if when > limit:
                break
            if name in names and kind == event and number == call and test(words):
                self.at = index
                self.moments.append((step, when))
                return
        self.complete = False

    def follow(self):
        guests = self.guests
        said = lambda words: re.search(r"\((\w+)", words).group(1) == str(CHANNEL)
        got = lambda words: int(words.split("= ")[1]) > 0
        hears = READ if guests[0] in ("python3.11", "node") else RECVFROM
        says = {"python3.11": WRITEV, "node": WRITE}.get(guests[0], SENDMSG)
        answers = WRITE if says == WRITEV else says
        launcher, daemon = (LAUNCHER,), (DAEMON,)
        self.reach("the launcher wakes up", launcher, "sys_exit", EPOLL_WAIT)
        self.reach("it reads the request", launcher, "sys_enter", OPEN_TREE)
        self.reach("copies and attaches the code's mount", launcher, "sys_exit", MOVE_MOUNT)
        self.reach("leaves the cell's mounts, writes its limits", launcher, "sys_enter", SENDTO)
        self.reach("the guest hears who it is", guests, "sys_exit", hears, got)
        self.reach("it loads the function and says next", guests, "sys_enter", says, said)
        self.reach("the daemon hears that", daemon, "sys_exit", RECVFROM, got)
        self.reach("it hands out the event", daemon, "sys_enter", SENDMSG)
        self.reach("the guest hears the event", guests, "sys_exit", hears, got)
        self.reach("its handler answers", guests, "sys_enter", answers, said)
        self.reach("the daemon hears the answer", daemon, "sys_exit", RECVFROM, got)

    def took(self):
        return self.moments[-1][1] - self.moments[0][1]


def starts_in(events, guests):
    """A claim is what makes the launcher enter another mount namespace between open_tree and
    move_mount; it begins with the daemon's last message to it."""
    asked = None
    found = []
    for index, (_, name, _, _, event, call, _) in enumerate(events):
        if event != "sys_enter":
            continue
        if name == DAEMON and call == SENDMSG:
            asked = index
        if name == LAUNCHER and call == OPEN_TREE and asked is not None and is_claim(events, index):
            start = Start(events, asked, guests)
            start.follow()
            if start.complete:
                found.append(start)
    return found


def is_claim(events, index):
    calls = []
    for _, name, _, _, event, call, _ in events[index:index + 200]:
        if name == LAUNCHER and event == "sys_enter":
            calls.append(call)
            if call == MOVE_MOUNT:
                return SETNS in calls
    return False


def print_steps(starts):
    for number in range(1, len(starts[0].moments)):
        took = [start.moments[number][1] - start.moments[number - 1][1] for start in starts]
        print(f"{statistics.median(took):8.0f}  {min(took):6.0f}  {starts[0].moments[number][0]}")
    print(f"{statistics.median(start.took() for start in starts):8.0f}  "
          f"{min(start.took() for start in starts):6.0f}  from the request to the answer")


def show(start):
    begin, end = start.moments[0][1], start.moments[-1][1]
    ours = {DAEMON, LAUNCHER, "cell-init", *start.guests}
    for when, name, thread, processor, event, _, words in start.events:
        if begin <= when <= end and (name in ours or event == "sched_switch"):
            print(f"{when - begin:8.0f} [{processor}] {name:16} {thread:6} {event:16} {words[:90]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", nargs="?", default="cpp", choices=GUESTS)
    parser.add_argument("--starts", type=int, default=40)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    trace = Trace()
    try:
        said, events = trace.of(BIN / "bench_cold_start", options.starts, options.language, "stem")
    finally:
        trace.close()
    starts = starts_in(events, GUESTS[options.language])
    if not starts:
        sys.exit("no start was recorded whole")
    print(said, end="")
    print(f"{len(starts)} starts; median and least microseconds of each step, traced:")
    print_steps(starts)
    if options.show:
        show(sorted(starts, key=Start.took)[len(starts) // 2])


if __name__ == "__main__":
    main()
