#!/usr/bin/python3
"""rclone syncs a tree of 1,000 files to a bucket and back."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from support.file_tree import contents, make_tree
from support.lambent_daemon import DaemonTest


@unittest.skipUnless(shutil.which("rclone"), "SKIPPED: rclone is not installed")
class Rclone(DaemonTest):
    def rclone(self, *words):
        settings = {"RCLONE_CONFIG": "/dev/null", "RCLONE_CONFIG_HERE_TYPE": "s3",
                    "RCLONE_CONFIG_HERE_PROVIDER": "Other", "RCLONE_CONFIG_HERE_ENV_AUTH": "true",
                    "RCLONE_CONFIG_HERE_ENDPOINT": self.daemon.endpoint,
                    "RCLONE_CONFIG_HERE_REGION": self.daemon.region,
                    "RCLONE_CONFIG_HERE_FORCE_PATH_STYLE": "true"}
        done = subprocess.run(["rclone", "--transfers", "16", "--checkers", "16", *words],
                              env={**self.daemon.environment(), **settings}, capture_output=True,
                              text=True, timeout=300)
        self.assertEqual(0, done.returncode, done.stderr[-2000:] + self.daemon.tail())
        return done.stdout

    def test_a_tree_goes_there_and_back(self):
        with tempfile.TemporaryDirectory() as folder:
            here, back = pathlib.Path(folder) / "here", pathlib.Path(folder) / "back"
            make_tree(here)
            self.rclone("mkdir", "here:tree")
            self.rclone("sync", str(here), "here:tree/in")
            self.rclone("check", str(here), "here:tree/in")
            self.rclone("sync", "here:tree/in", str(back))
            self.assertEqual(contents(here), contents(back))
            shutil.rmtree(here / "d00")
            (here / "d01" / "new").write_bytes(b"new")
            self.rclone("sync", str(here), "here:tree/in")
            self.rclone("sync", "here:tree/in", str(back))
            self.assertEqual(contents(here), contents(back))
            self.rclone("purge", "here:tree")


if __name__ == "__main__":
    unittest.main()
