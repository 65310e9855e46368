#!/usr/bin/python3
"""s3cmd syncs a tree of 1,000 files to a bucket and back."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.parse

from support.file_tree import contents, make_tree
from support.lambent_daemon import DaemonTest


@unittest.skipUnless(shutil.which("s3cmd"), "SKIPPED: s3cmd is not installed")
class S3cmd(DaemonTest):
    def s3cmd(self, *words):
        host = urllib.parse.urlsplit(self.daemon.endpoint).netloc
        done = subprocess.run(
            ["s3cmd", "--config", "/dev/null", "--access_key", self.daemon.access_key,
             "--secret_key", self.daemon.secret, "--region", self.daemon.region, "--host", host,
             "--host-bucket", host, "--no-ssl", "--no-progress", *words],
            env=self.daemon.environment(), capture_output=True, text=True, timeout=300)
        self.assertEqual(0, done.returncode, done.stderr[-2000:] + self.daemon.tail())
        return done.stdout

    def test_a_tree_goes_there_and_back(self):
        with tempfile.TemporaryDirectory() as folder:
            here, back = pathlib.Path(folder) / "here", pathlib.Path(folder) / "back"
            make_tree(here)
            back.mkdir()
            self.s3cmd("mb", "s3://tree")
            self.s3cmd("sync", f"{here}/", "s3://tree/in/")
            self.s3cmd("sync", "s3://tree/in/", f"{back}/")
            self.assertEqual(contents(here), contents(back))
            shutil.rmtree(here / "d00")
            (here / "d01" / "new").write_bytes(b"new")
            self.s3cmd("sync", "--delete-removed", f"{here}/", "s3://tree/in/")
            self.s3cmd("sync", "--delete-removed", "s3://tree/in/", f"{back}/")
            self.assertEqual(contents(here), contents(back))
            self.s3cmd("rb", "--recursive", "--force", "s3://tree")


if __name__ == "__main__":
    unittest.main()
