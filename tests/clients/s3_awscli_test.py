#!/usr/bin/python3
"""Debian's AWS CLI against the S3 door: s3 mb/cp/ls/rm/sync/presign/rb and the s3api below them."""
import hashlib
import json
import os
import pathlib
import unittest
import urllib.error
import urllib.request

from support.lambent_daemon import DaemonTest


class AwsCli(DaemonTest):
    def setUp(self):
        self.files = pathlib.Path(self.folder.name) / self.id().rsplit(".", 1)[1]
        self.files.mkdir()

    def s3(self, *words, **settings):
        return self.daemon.aws("s3", *words, **settings)

    def s3api(self, operation, *words, **settings):
        answer = self.daemon.aws("s3api", operation, *words, **settings)
        return json.loads(answer) if answer.strip() else {}

    def refused(self, *words):
        done = self.daemon.aws(*words, check=False)
        self.assertNotEqual(0, done.returncode)
        return done.stderr

    def bucket(self, name):
        self.assertEqual(f"make_bucket: {name}\n", self.s3("mb", f"s3://{name}"))
        self.addCleanup(self.s3, "rb", f"s3://{name}", "--force", check=False)
        return name

    def file(self, name, content):
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def test_copies_in_lists_and_copies_out(self):
        self.bucket("cli-copies")
        photo = self.file("red flower.jpg", os.urandom(70_000))
        self.s3("cp", "--no-progress", str(photo), "s3://cli-copies/in/")
        listing = self.s3("ls", "s3://cli-copies/in/")
        self.assertRegex(listing, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +70000 red flower.jpg\n$")
        self.assertIn("PRE in/", self.s3("ls", "s3://cli-copies"))
        self.assertIn("cli-copies", self.s3("ls"))
        self.s3("cp", "--no-progress", "s3://cli-copies/in/red flower.jpg", str(self.files / "back"))
        self.assertEqual(photo.read_bytes(), (self.files / "back").read_bytes())
        self.s3("mv", "s3://cli-copies/in/red flower.jpg", "s3://cli-copies/out/blue+flower.jpg")
        self.assertEqual("blue+flower.jpg", self.s3("ls", "s3://cli-copies/out/").split()[-1])
        self.s3("cp", "-", "s3://cli-copies/stdin", stdin="from a pipe")
        self.assertEqual("from a pipe", self.s3("cp", "s3://cli-copies/stdin", "-"))
        self.s3("rm", "--recursive", "s3://cli-copies")
        self.assertEqual("", self.s3("ls", "s3://cli-copies"))

    def test_uploads_what_is_large_in_parts(self):
        self.bucket("cli-parts")
        large = self.file("large", os.urandom(21 << 20))
        self.s3("cp", "--no-progress", str(large), "s3://cli-parts/large")
        head = self.s3api("head-object", "--bucket", "cli-parts", "--key", "large")
        self.assertRegex(head["ETag"], r'^"[0-9a-f]{32}-3"$')
        self.assertEqual(21 << 20, head["ContentLength"])
        self.s3("cp", "--no-progress", "s3://cli-parts/large", "s3://cli-parts/twin")  # UploadPartCopy
        self.s3("cp", "--no-progress", "s3://cli-parts/twin", str(self.files / "back"))
        self.assertEqual(hashlib.sha256(large.read_bytes()).digest(),
                         hashlib.sha256((self.files / "back").read_bytes()).digest())
        self.assertEqual({}, self.s3api("list-multipart-uploads", "--bucket", "cli-parts"))

    def test_syncs_only_what_differs(self):
        self.bucket("cli-sync")
        for name in ("a.txt", "sub/b.txt", "sub/deep/c&d <e>.txt"):
            self.file(f"tree/{name}", name.encode())
        first = self.s3("sync", "--no-progress", str(self.files / "tree"), "s3://cli-sync")
        self.assertEqual(3, first.count("upload:"))
        self.assertEqual("", self.s3("sync", "--no-progress", str(self.files / "tree"), "s3://cli-sync"))
        (self.files / "tree/a.txt").unlink()
        self.file("tree/sub/b.txt", b"changed in length")
        again = self.s3("sync", "--no-progress", "--delete", str(self.files / "tree"), "s3://cli-sync")
        self.assertEqual((1, 1), (again.count("upload:"), again.count("delete:")))
        self.s3("sync", "--no-progress", "s3://cli-sync", str(self.files / "copy"))
        self.assertEqual(b"changed in length", (self.files / "copy/sub/b.txt").read_bytes())
        self.assertEqual(b"sub/deep/c&d <e>.txt", (self.files / "copy/sub/deep/c&d <e>.txt").read_bytes())

    def test_presigned_addresses_work_without_keys(self):
        self.bucket("cli-presign")
        self.s3("cp", "-", "s3://cli-presign/a b", stdin="open to the holder")
        address = self.s3("presign", "s3://cli-presign/a b", "--expires-in", "600").strip()
        with urllib.request.urlopen(address, timeout=60) as answer:
            self.assertEqual(b"open to the holder", answer.read())
        for wrong in (address.replace("a%20b", "other"), address[:-1] + ("0" if address[-1] != "0" else "1")):
            with self.assertRaises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(wrong, timeout=60)
            self.assertEqual(403, refusal.exception.code)

    def test_s3api_reads_ranges_metadata_and_conditions(self):
        self.bucket("cli-api")
        body = self.file("body", b"0123456789")
        made = self.s3api("put-object", "--bucket", "cli-api", "--key", "k", "--body", str(body),
                          "--metadata", "owner=me,n=2", "--content-type", "text/x", "--cache-control",
                          "no-store", "--checksum-algorithm", "SHA256")
        self.assertEqual(f'"{hashlib.md5(b"0123456789").hexdigest()}"', made["ETag"])
        out = str(self.files / "out")
        got = self.s3api("get-object", "--bucket", "cli-api", "--key", "k", "--range", "bytes=2-4", out)
        self.assertEqual(("bytes 2-4/10", 3, b"234"),
                         (got["ContentRange"], got["ContentLength"], pathlib.Path(out).read_bytes()))
        head = self.s3api("head-object", "--bucket", "cli-api", "--key", "k", "--checksum-mode", "ENABLED")
        self.assertEqual({"owner": "me", "n": "2"}, head["Metadata"])
        self.assertEqual(("text/x", "no-store"), (head["ContentType"], head["CacheControl"]))
        self.assertEqual(made["ChecksumSHA256"], head["ChecksumSHA256"])
        self.assertIn("InvalidRange", self.refused("s3api", "get-object", "--bucket", "cli-api", "--key",
                                                   "k", "--range", "bytes=10-", out))
        self.assertIn("412", self.refused("s3api", "head-object", "--bucket", "cli-api", "--key", "k",
                                          "--if-match", '"no"'))
        self.assertIn("304", self.refused("s3api", "head-object", "--bucket", "cli-api", "--key", "k",
                                          "--if-none-match", made["ETag"]))
        copied = self.s3api("copy-object", "--bucket", "cli-api", "--key", "copy", "--copy-source",
                            "cli-api/k")
        self.assertEqual(made["ETag"], copied["CopyObjectResult"]["ETag"])

    def test_s3api_pages_through_a_listing(self):
        self.bucket("cli-pages")
        client = self.daemon.client("s3")
        for number in range(7):
            client.put_object(Bucket="cli-pages", Key=f"in/{number}", Body=b"x")
        page = self.s3api("list-objects-v2", "--bucket", "cli-pages", "--max-keys", "3", "--no-paginate")
        self.assertEqual((3, True), (page["KeyCount"], page["IsTruncated"]))
        everything = self.s3api("list-objects-v2", "--bucket", "cli-pages", "--page-size", "2")
        self.assertEqual([f"in/{n}" for n in range(7)], [item["Key"] for item in everything["Contents"]])
        grouped = self.s3api("list-objects", "--bucket", "cli-pages", "--delimiter", "/")
        self.assertEqual([{"Prefix": "in/"}], grouped["CommonPrefixes"])
        batch = {"Objects": [{"Key": f"in/{n}"} for n in range(7)] + [{"Key": "never there"}]}
        deleted = self.s3api("delete-objects", "--bucket", "cli-pages", "--delete", json.dumps(batch))
        self.assertEqual(8, len(deleted["Deleted"]))
        self.assertEqual({}, self.s3api("list-objects-v2", "--bucket", "cli-pages"))

    def test_errors_have_the_names_of_s3(self):
        self.bucket("cli-errors")
        for code, words in {
            "NoSuchBucket": ("list-objects-v2", "--bucket", "cli-nobody"),
            "NoSuchKey": ("get-object", "--bucket", "cli-errors", "--key", "none", "/dev/null"),
            "InvalidBucketName": ("create-bucket", "--bucket", "Bad_Name"),
            "NoSuchBucketPolicy": ("get-bucket-policy", "--bucket", "cli-errors"),
            "NotImplemented": ("list-bucket-inventory-configurations", "--bucket", "cli-errors"),
            "NoSuchUpload": ("abort-multipart-upload", "--bucket", "cli-errors", "--key", "k",
                             "--upload-id", "none"),
        }.items():
            with self.subTest(code):
                self.assertIn(f"({code})", self.refused("s3api", *words))
        self.s3("cp", "-", "s3://cli-errors/k", stdin="x")
        self.assertIn("BucketNotEmpty", self.refused("s3", "rb", "s3://cli-errors"))
        self.assertIn("404", self.refused("s3api", "head-bucket", "--bucket", "cli-nobody"))
        self.assertIn("Unable to validate the following destination configurations", self.refused(
            "s3api", "put-bucket-notification-configuration", "--bucket", "cli-errors",
            "--notification-configuration", json.dumps({"LambdaFunctionConfigurations": [{
                "LambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:nobody",
                "Events": ["s3:ObjectCreated:*"]}]})))

    def test_a_bucket_that_nobody_configured_answers_as_such(self):
        self.bucket("cli-plain")
        self.assertEqual({"LocationConstraint": None},
                         self.s3api("get-bucket-location", "--bucket", "cli-plain"))
        self.assertEqual({}, self.s3api("get-bucket-versioning", "--bucket", "cli-plain"))
        self.assertEqual({}, self.s3api("get-bucket-notification-configuration", "--bucket", "cli-plain"))
        grants = self.s3api("get-bucket-acl", "--bucket", "cli-plain")["Grants"]
        self.assertEqual(["FULL_CONTROL"], [grant["Permission"] for grant in grants])


if __name__ == "__main__":
    unittest.main()
