#!/usr/bin/python3
"""boto3 and Debian's AWS CLI on buckets with versions, tags and parts."""
import hashlib
import json
import unittest

import botocore.exceptions

from support.lambent_daemon import DaemonTest


class Versions(DaemonTest):
    def setUp(self):
        self.s3 = self.daemon.client("s3")
        self.addCleanup(self.s3.close)
        self.name = "b-" + hashlib.sha1(self.id().encode()).hexdigest()[:20]
        self.s3.create_bucket(Bucket=self.name)
        self.addCleanup(self.empty)

    def empty(self):
        """Every version and every marker, and then the bucket."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            entries = [{"Key": entry["Key"], "VersionId": entry["VersionId"]}
                       for kind in ("Versions", "DeleteMarkers") for entry in page.get(kind, [])]
            if entries:
                deleted = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": entries})
                self.assertNotIn("Errors", deleted)
        self.s3.delete_bucket(Bucket=self.name)

    def versioning(self, status):
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": status})

    def put(self, key, body, **settings):
        return self.s3.put_object(Bucket=self.name, Key=key, Body=body, **settings).get("VersionId")

    def get(self, key, **settings):
        return self.s3.get_object(Bucket=self.name, Key=key, **settings)

    def refused(self, call, **settings):
        with self.assertRaises(botocore.exceptions.ClientError) as refusal:
            call(Bucket=self.name, **settings)
        return refusal.exception.response

    def test_versions_live_until_they_are_deleted_by_name(self):
        self.assertIsNone(self.put("k", b"0"))
        self.versioning("Enabled")
        self.assertEqual("Enabled", self.s3.get_bucket_versioning(Bucket=self.name)["Status"])
        first, second = self.put("k", b"1"), self.put("k", b"2")
        self.assertEqual(b"2", self.get("k")["Body"].read())
        self.assertEqual(b"1", self.get("k", VersionId=first)["Body"].read())
        self.assertEqual(b"0", self.get("k", VersionId="null")["Body"].read())
        hidden = self.s3.delete_object(Bucket=self.name, Key="k")
        self.assertTrue(hidden["DeleteMarker"])
        error = self.refused(self.s3.get_object, Key="k")
        self.assertEqual("NoSuchKey", error["Error"]["Code"])
        self.assertEqual("true", error["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"])
        error = self.refused(self.s3.get_object, Key="k", VersionId=hidden["VersionId"])
        self.assertEqual(405, error["ResponseMetadata"]["HTTPStatusCode"])
        listed = self.s3.list_object_versions(Bucket=self.name)
        self.assertEqual([second, first, "null"], [entry["VersionId"] for entry in listed["Versions"]])
        self.assertEqual([True], [entry["IsLatest"] for entry in listed["DeleteMarkers"]])
        shown = self.s3.delete_object(Bucket=self.name, Key="k", VersionId=hidden["VersionId"])
        self.assertTrue(shown["DeleteMarker"])
        self.assertEqual(b"2", self.get("k")["Body"].read())
        self.assertEqual("BucketNotEmpty", self.refused(self.s3.delete_bucket)["Error"]["Code"])

    def test_a_suspended_bucket_overwrites_its_null_version(self):
        self.versioning("Enabled")
        kept = self.put("k", b"1")
        self.versioning("Suspended")
        self.assertEqual("null", self.put("k", b"2"))
        self.assertEqual("null", self.put("k", b"3"))
        versions = self.s3.list_object_versions(Bucket=self.name)["Versions"]
        self.assertEqual(["null", kept], [entry["VersionId"] for entry in versions])

    def test_listings_of_versions_page_on(self):
        self.versioning("Enabled")
        made = {(key, self.put(key, b"x")) for key in ("a", "b", "c/1", "c/2") for _ in range(3)}
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.name, PaginationConfig={"PageSize": 2})
        seen = [(entry["Key"], entry["VersionId"]) for page in pages for entry in page.get("Versions", [])]
        self.assertEqual(made, set(seen))
        self.assertEqual(len(made), len(seen))
        folded = self.s3.list_object_versions(Bucket=self.name, Delimiter="/")
        self.assertEqual([{"Prefix": "c/"}], folded["CommonPrefixes"])

    def test_old_versions_are_copied_back(self):
        self.versioning("Enabled")
        first = self.put("k", b"1")
        self.put("k", b"2")
        copied = self.s3.copy_object(Bucket=self.name, Key="k", CopySource={
            "Bucket": self.name, "Key": "k", "VersionId": first})
        self.assertEqual(first, copied["CopySourceVersionId"])
        self.assertEqual(b"1", self.get("k")["Body"].read())

    def test_tags_of_objects_and_buckets(self):
        tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "x y"}]
        self.put("k", b"x", Tagging="k=v")
        self.s3.put_object_tagging(Bucket=self.name, Key="k", Tagging={"TagSet": tags})
        self.assertEqual(tags, self.s3.get_object_tagging(Bucket=self.name, Key="k")["TagSet"])
        self.assertEqual(2, self.get("k")["TagCount"])
        self.s3.copy_object(Bucket=self.name, Key="copy", CopySource=f"{self.name}/k",
                            TaggingDirective="REPLACE", Tagging="only=this")
        self.assertEqual([{"Key": "only", "Value": "this"}],
                         self.s3.get_object_tagging(Bucket=self.name, Key="copy")["TagSet"])
        self.s3.delete_object_tagging(Bucket=self.name, Key="k")
        self.assertEqual([], self.s3.get_object_tagging(Bucket=self.name, Key="k")["TagSet"])
        self.s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": tags})
        self.assertEqual(tags, self.s3.get_bucket_tagging(Bucket=self.name)["TagSet"])
        self.s3.delete_bucket_tagging(Bucket=self.name)
        self.assertEqual("NoSuchTagSet", self.refused(self.s3.get_bucket_tagging)["Error"]["Code"])

    def test_parts_of_a_whole_object(self):
        self.versioning("Enabled")
        target = {"Bucket": self.name, "Key": "in/big"}
        upload = self.s3.create_multipart_upload(**target, ChecksumAlgorithm="SHA256")["UploadId"]
        listed = self.s3.list_multipart_uploads(Bucket=self.name, Delimiter="/")
        self.assertEqual([{"Prefix": "in/"}], listed["CommonPrefixes"])
        parts = []
        for number, body in ((1, bytes(5 << 20)), (2, b"tail")):
            part = self.s3.upload_part(**target, UploadId=upload, PartNumber=number, Body=body,
                                       ChecksumAlgorithm="SHA256")
            parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]})
        done = self.s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": parts})
        self.assertIn("VersionId", done)
        last = self.get("in/big", PartNumber=2)
        self.assertEqual((b"tail", 2), (last["Body"].read(), last["PartsCount"]))
        told = self.s3.get_object_attributes(**target, ObjectAttributes=[
            "ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"])
        self.assertEqual(((5 << 20) + 4, 2, done["VersionId"]),
                         (told["ObjectSize"], told["ObjectParts"]["TotalPartsCount"], told["VersionId"]))
        self.assertEqual([5 << 20, 4], [part["Size"] for part in told["ObjectParts"]["Parts"]])

    def test_the_command_line_sees_versions_too(self):
        self.daemon.aws("s3api", "put-bucket-versioning", "--bucket", self.name,
                        "--versioning-configuration", "Status=Enabled")
        self.put("k", b"1")
        self.daemon.aws("s3", "rm", f"s3://{self.name}/k")
        listed = json.loads(self.daemon.aws("s3api", "list-object-versions", "--bucket", self.name))
        self.assertEqual((1, 1), (len(listed["Versions"]), len(listed["DeleteMarkers"])))
        self.assertEqual("", self.daemon.aws("s3", "ls", f"s3://{self.name}/"))


if __name__ == "__main__":
    unittest.main()
