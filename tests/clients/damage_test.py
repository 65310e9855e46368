#!/usr/bin/python3
"""A bit that flips in a stored object or package is told, and neither served nor run."""
import contextlib
import os
import pathlib
import stat
import tempfile
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, Daemon, zip_of

SOURCE = "def handler(event, context):\n    return 'sound'\n"
OTHER = "def handler(event, context):\n    return 'other'\n"


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x10]))


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class Damage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lambent-damage-")
        self.addCleanup(folder.cleanup)
        self.daemon = Daemon(pathlib.Path(folder.name) / "data")
        self.daemon.data.mkdir(mode=0o700)
        self.daemon.start()
        self.addCleanup(self.end)

    def end(self):
        self.daemon.stop_clean()

    def restart(self):
        self.daemon.stop()
        self.daemon.start()

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        answer = caught.exception.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]

    def file_of(self, content):
        """The one file below the data directory that begins with these bytes."""
        found = []
        for folder, _, names in os.walk(self.daemon.data):  # the daemon lives: what is listed may be gone
            for path in (pathlib.Path(folder, name) for name in names):
                with contextlib.suppress(FileNotFoundError):
                    if stat.S_ISREG(path.lstat().st_mode) and path.read_bytes()[:len(content)] == content:
                        found.append(path)
        self.assertEqual(1, len(found))
        return found[0]

    def test_an_object_with_a_flipped_bit_is_not_served(self):
        s3 = self.daemon.client("s3")
        s3.create_bucket(Bucket="kept")
        bodies = {"small": b"small" * 100, "large": b"large" * 100_000}
        for key, body in bodies.items():
            s3.put_object(Bucket="kept", Key=key, Body=body)
        files = {key: self.file_of(body) for key, body in bodies.items()}
        for _ in range(2):
            s3 = self.daemon.client("s3")
            for key, body in bodies.items():
                self.assertEqual(body, s3.get_object(Bucket="kept", Key=key)["Body"].read())
                flip(files[key], len(body) - 1)
                for more in ({}, {"Range": "bytes=0-9"}):
                    self.assertEqual((500, "InternalError"), self.refused(s3.get_object, Bucket="kept", Key=key, **more))
                self.assertEqual((500, "InternalError"), self.refused(
                    self.copy_part, s3=s3, key=key))
                flip(files[key], len(body) - 1)
                self.assertEqual(body[:10], s3.get_object(Bucket="kept", Key=key, Range="bytes=0-9")["Body"].read())
            self.restart()

    def copy_part(self, s3, key):
        upload = s3.create_multipart_upload(Bucket="kept", Key="copy")["UploadId"]
        s3.upload_part_copy(Bucket="kept", Key="copy", UploadId=upload, PartNumber=1,
                            CopySource={"Bucket": "kept", "Key": key})

    def test_a_package_with_a_flipped_bit_is_not_run(self):
        client = self.daemon.client("lambda")
        for name, source in (("sound", SOURCE), ("other", OTHER)):
            client.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE,
                                   Code={"ZipFile": zip_of({"app.py": source})})
        file = self.file_of(SOURCE.encode())
        self.daemon.stop()
        flip(file, SOURCE.index("sound"))
        self.daemon.start()
        client = self.daemon.client("lambda")
        self.assertEqual((502, "InvalidZipFileException"), self.refused(client.invoke, FunctionName="sound"))
        self.assertEqual(b'"other"', client.invoke(FunctionName="other")["Payload"].read())
        client.update_function_code(FunctionName="sound", ZipFile=zip_of({"app.py": SOURCE}))
        self.assertEqual(b'"sound"', client.invoke(FunctionName="sound")["Payload"].read())


if __name__ == "__main__":
    unittest.main()
