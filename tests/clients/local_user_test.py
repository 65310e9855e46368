#!/usr/bin/python3
"""Other users of the machine: what they can read of the daemon, and what they put in its way before it starts."""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from support.lambent_daemon import PROGRAM, Daemon, DaemonTest

NOBODY = 65534
START_FAILED = 3
# Without the right to look into everybody's processes, of which being dumpable would be the only other way.
EQUAL = ["/usr/bin/setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-all"]

# Opens each path that it is given; prints those that it could.
PRY = """
import os, sys
for path in sys.argv[1:]:
    try:
        if os.path.isdir(path):
            os.listdir(path)
        else:
            with open(path, "rb") as file:
                file.read(0)
        print(path)
    except OSError:
        pass
"""


def opened(paths, *before, **identity):
    """Those of the paths that a process with this identity could open."""
    done = subprocess.run([*before, "/usr/bin/python3", "-I", "-c", PRY, *map(str, paths)], capture_output=True,
                          text=True, check=True, cwd="/", timeout=120, **identity)
    return done.stdout.split()


def family(pid):
    """The process and all that descend from it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
            found.extend(map(int, pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split()))
    return found


def memory_of(pids, names=("mem",)):
    return [f"/proc/{pid}/{name}" for pid in pids for name in names]


def attaching_is_restricted():
    scope = pathlib.Path("/proc/sys/kernel/yama/ptrace_scope")
    return scope.exists() and int(scope.read_text()) > 0


class LocalUser(DaemonTest):
    flags = ("--stem-cells", "off")

    def setUp(self):
        os.chmod(self.folder.name, 0o755)  # of the way to the data directory only its last step is closed
        folder = tempfile.TemporaryDirectory(prefix="lambent-planted-")
        self.addCleanup(folder.cleanup)
        self.place = pathlib.Path(folder.name)

    def test_another_user_reads_no_file_and_no_memory(self):
        client = self.make_function("resident", "def handler(event, context):\n    return 1\n")
        self.assertEqual(json.load(client.invoke(FunctionName="resident")["Payload"]), 1)
        data = self.daemon.data
        files = [data, *data.rglob("*")]
        self.assertIn(data / "credentials.json", files)
        processes = family(self.daemon.process.pid)
        self.assertGreater(len(processes), 2)  # daemon, launcher, cell
        nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.assertEqual(opened(["/etc/passwd"], **nobody), ["/etc/passwd"])
        self.assertEqual(opened([*files, *memory_of(processes, ("mem", "environ", "maps"))], **nobody), [])
        for path in files:
            if path.parent == data:
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_no_socket_has_a_name_that_others_could_use(self):
        inodes = set()
        for pid in family(self.daemon.process.pid)[:2]:
            for name in os.listdir(f"/proc/{pid}/fd"):
                inodes.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        known = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]]
        named = [words for words in known if f"socket:[{words[6]}]" in inodes and len(words) > 7]
        self.assertEqual(named, [])

    def test_an_equal_process_reads_no_memory(self):
        sleeper = subprocess.Popen([*EQUAL, "/bin/sleep", "1000"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        daemon = Daemon(self.place / "data", *self.flags)
        daemon.start(*EQUAL)
        self.addCleanup(daemon.stop)
        processes = family(daemon.process.pid)
        self.assertGreater(len(processes), 1)  # daemon, launcher
        # Where only ancestors may attach (Yama, Ubuntu), "mem" of the sleeper is closed to an equal as well.
        ours = memory_of([sleeper.pid], ("environ", "maps") if attaching_is_restricted() else ("mem", "environ", "maps"))
        self.assertEqual(opened(ours, *EQUAL), ours)
        self.assertEqual(opened(memory_of(processes), *EQUAL), [])

    def refusal(self, data):
        """What a daemon says that does not start on this directory."""
        done = subprocess.run([PROGRAM, "up", "--port", "0", "--data", str(data)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, START_FAILED, done.stderr)
        return json.loads(done.stderr.splitlines()[-1])["reason"]

    def planted(self, name):
        """A data directory as another user may have left it: open, with a link of this name to a file of ours."""
        data = self.place / name.replace("/", "-")
        data.mkdir(mode=0o777)
        (data / "lambent.lock").touch()
        precious = self.place / "precious"
        precious.write_text("work of years")
        (data / name).unlink(missing_ok=True)
        (data / name).symlink_to(precious)
        return data, precious

    def test_links_in_place_of_files_are_refused_and_not_followed(self):
        for name in ("lambent.lock", "lambent.db", "lambent.db-wal", "logs.db", "credentials.json", "endpoint.json",
                     "cells", "packages", "objects"):
            with self.subTest(name=name):
                data, precious = self.planted(name)
                self.assertIn(f"{name} is a symbolic link", self.refusal(data))
                self.assertEqual(precious.read_text(), "work of years")

    def test_directories_files_and_links_of_others_are_refused(self):
        theirs = self.place / "theirs"
        theirs.mkdir(mode=0o777)
        os.chown(theirs, NOBODY, NOBODY)
        self.assertIn("belongs to another user", self.refusal(theirs))
        self.assertEqual(list(theirs.iterdir()), [])

        data = self.place / "data"
        data.mkdir()
        (data / "lambent.lock").touch()
        os.chown(data / "lambent.lock", NOBODY, NOBODY)
        self.assertIn("lambent.lock belongs to another user", self.refusal(data))

        way = self.place / "way"
        way.symlink_to(self.place)
        os.chown(way, NOBODY, NOBODY, follow_symlinks=False)
        self.assertIn("is a symbolic link of another user", self.refusal(way / "fresh"))
        self.assertFalse((self.place / "fresh").exists())


if __name__ == "__main__":
    unittest.main()
