#!/usr/bin/python3
"""boto3 against the S3 door, and what an upload sets going: an event that invokes a function."""
import base64
import concurrent.futures
import hashlib
import io
import json
import os
import unittest
import urllib.parse
import urllib.request
import zlib

import boto3.s3.transfer
import botocore.exceptions

from support.lambent_daemon import DaemonTest, eventually

TELL = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n"


class Boto3(DaemonTest):
    def setUp(self):
        self.s3 = self.daemon.client("s3")
        self.addCleanup(self.s3.close)
        self.name = "b-" + hashlib.sha1(self.id().encode()).hexdigest()[:20]
        self.s3.create_bucket(Bucket=self.name)
        self.addCleanup(self.empty, self.name)

    def empty(self, bucket):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
            if keys:
                self.s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
        self.s3.delete_bucket(Bucket=bucket)

    def put(self, key, body=b"x", **settings):
        return self.s3.put_object(Bucket=self.name, Key=key, Body=body, **settings)

    def get(self, key, **settings):
        return self.s3.get_object(Bucket=self.name, Key=key, **settings)

    def assert_refused(self, code, status, call, *words, **settings):
        with self.assertRaises(botocore.exceptions.ClientError) as refusal:
            call(*words, **settings)
        error = refusal.exception.response
        self.assertEqual((code, status), (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]))
        return error

    def test_keys_that_would_break_out_stay_in_their_bucket(self):
        keys = ["../../etc/passwd", "a/../b", "//", "/", "a//b", "a%2Fb", "a%252Fb", "trailing/", "a b+c&d=e?f#g",
                "\u00fcber/\u20ac/\U0001f600", "'\";--", "x" * 1024, "line\nbreak", ".", "..", "\\", "<&>"]
        for key in keys:
            self.put(key, key.encode())
        for key in keys:
            with self.subTest(key):
                self.assertEqual(key.encode(), self.get(key)["Body"].read())
        listed = [item["Key"] for item in self.s3.list_objects_v2(Bucket=self.name)["Contents"]]
        self.assertEqual(sorted(keys, key=str.encode), listed)
        self.assert_refused("KeyTooLongError", 400, self.put, "x" * 1025)

    def test_an_object_comes_back_as_it_was_stored(self):
        body = os.urandom(300_000)
        crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        made = self.put("k", body, ContentType="image/jpeg", Metadata={"a": "1"}, ContentEncoding="gzip",
                        ContentDisposition="attachment", ChecksumCRC32=crc, Tagging="k=v")
        self.assertEqual((f'"{hashlib.md5(body).hexdigest()}"', crc), (made["ETag"], made["ChecksumCRC32"]))
        got = self.get("k", ChecksumMode="ENABLED")
        self.assertEqual(body, got["Body"].read())
        self.assertEqual(("image/jpeg", {"a": "1"}, "gzip", "attachment", crc, 1),
                         (got["ContentType"], got["Metadata"], got["ContentEncoding"],
                          got["ContentDisposition"], got["ChecksumCRC32"], got["TagCount"]))
        self.assertEqual([{"Key": "k", "Value": "v"}],
                         self.s3.get_object_tagging(Bucket=self.name, Key="k")["TagSet"])
        self.assertEqual(b"", self.put("empty", b"") and self.get("empty")["Body"].read())
        self.assert_refused("InvalidRange", 416, self.get, "empty", Range="bytes=0-")

    def test_a_body_that_is_not_what_it_claims_is_not_stored(self):
        self.assert_refused("BadDigest", 400, self.put, "k", b"body", ContentMD5=base64.b64encode(bytes(16)).decode())
        self.assert_refused("BadDigest", 400, self.put, "k", b"body", ChecksumCRC32="AAAAAA==")
        self.assert_refused("NoSuchKey", 404, self.get, "k")

    def test_readers_see_one_whole_version(self):
        versions = [bytes([number]) * 200_000 for number in range(8)]
        etags = {f'"{hashlib.md5(body).hexdigest()}"': body for body in versions}
        self.put("k", versions[0])

        def write(number):
            for _ in range(10):
                self.put("k", versions[number])

        def read(_):
            for _ in range(20):
                got = self.get("k")
                self.assertEqual(etags[got["ETag"]], got["Body"].read())

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            work = [pool.submit(write, number) for number in range(8)]
            work += [pool.submit(read, number) for number in range(4)]
            for each in work:
                each.result()

    def test_multipart_uploads_by_hand_and_by_the_transfer_manager(self):
        body = os.urandom(12 << 20)
        config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
        self.s3.upload_fileobj(io.BytesIO(body), self.name, "big", Config=config)
        back = io.BytesIO()
        self.s3.download_fileobj(self.name, "big", back, Config=config)
        self.assertEqual(body, back.getvalue())
        target = {"Bucket": self.name, "Key": "parts"}
        upload = self.s3.create_multipart_upload(**target, ChecksumAlgorithm="CRC32")["UploadId"]
        first = self.s3.upload_part(**target, UploadId=upload, PartNumber=1, Body=body[:5 << 20],
                                    ChecksumAlgorithm="CRC32")
        last = self.s3.upload_part(**target, UploadId=upload, PartNumber=2, Body=b"tail",
                                   ChecksumAlgorithm="CRC32")
        listed = self.s3.list_parts(**target, UploadId=upload)["Parts"]
        self.assertEqual([1, 2], [part["PartNumber"] for part in listed])
        parts = [{"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
                 for number, part in ((1, first), (2, last))]
        self.assert_refused("InvalidPartOrder", 400, self.s3.complete_multipart_upload, **target,
                            UploadId=upload, MultipartUpload={"Parts": parts[::-1]})
        done = self.s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": parts})
        sums = hashlib.md5(body[:5 << 20]).digest() + hashlib.md5(b"tail").digest()
        self.assertEqual(f'"{hashlib.md5(sums).hexdigest()}-2"', done["ETag"])
        self.assertTrue(done["ChecksumCRC32"].endswith("-2"))
        self.assertEqual(body[:5 << 20] + b"tail", self.get("parts")["Body"].read())
        self.assert_refused("NoSuchUpload", 404, self.s3.abort_multipart_upload, **target, UploadId=upload)

    def test_presigned_uploads_and_downloads(self):
        signer = self.daemon.client("s3", signature_version="s3v4")  # boto3's default is still version 2
        self.addCleanup(signer.close)
        where = {"Bucket": self.name, "Key": "a b/c"}
        address = signer.generate_presigned_url("put_object", Params=where, ExpiresIn=600)
        request = urllib.request.Request(address, data=b"by a browser", method="PUT")
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.assertEqual(200, answer.status)
        address = signer.generate_presigned_url("get_object", ExpiresIn=600, Params={
            **where, "ResponseContentType": "text/x", "ResponseContentDisposition": "attachment"})
        with urllib.request.urlopen(address, timeout=60) as answer:
            self.assertEqual(b"by a browser", answer.read())
            self.assertEqual("text/x", answer.headers["Content-Type"])
            self.assertEqual("attachment", answer.headers["Content-Disposition"])

    def test_a_configuration_of_notifications_is_kept_as_given(self):
        self.make_function("kept", TELL)
        arn = "arn:aws:lambda:us-east-1:000000000000:function:kept"
        rules = [{"Id": name, "LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {
            "Key": {"FilterRules": [{"Name": "Prefix", "Value": f"{name}/"}, {"Name": "Suffix", "Value": ".jpg"}]}}}
            for name in ("in", "out")]
        put = self.s3.put_bucket_notification_configuration
        put(Bucket=self.name, NotificationConfiguration={"LambdaFunctionConfigurations": rules})
        got = self.s3.get_bucket_notification_configuration(Bucket=self.name)
        self.assertEqual(rules, got["LambdaFunctionConfigurations"])
        rules[1]["Filter"]["Key"]["FilterRules"][0]["Value"] = "in/deep/"
        self.assert_refused("InvalidArgument", 400, put, Bucket=self.name,
                            NotificationConfiguration={"LambdaFunctionConfigurations": rules})
        put(Bucket=self.name, NotificationConfiguration={})
        self.assertNotIn("LambdaFunctionConfigurations",
                         self.s3.get_bucket_notification_configuration(Bucket=self.name))

    def events(self, logs, function):
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern="EVENT")
        except botocore.exceptions.ClientError:
            return []
        lines = [event["message"] for event in found["events"] if event["message"].startswith("EVENT ")]
        return [json.loads(line[len("EVENT "):])["Records"] for line in lines]

    def test_an_upload_invokes_the_function_that_asked_for_it(self):
        self.make_function("told", TELL)
        self.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"LambdaFunctionConfigurations": [{
                "Id": "photos", "LambdaFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:told",
                "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
                "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"},
                                                   {"Name": "suffix", "Value": ".jpg"}]}}}]})
        made = self.put("in/red flower+1.jpg", b"12345")
        self.put("in/not a photo.txt")
        self.put("out/red flower.jpg")
        self.s3.copy_object(Bucket=self.name, Key="in/copy.jpg", CopySource=f"{self.name}/out/red flower.jpg")
        self.s3.delete_object(Bucket=self.name, Key="in/copy.jpg")
        logs = self.daemon.client("logs")
        self.addCleanup(logs.close)
        eventually(lambda: len(self.events(logs, "told")) >= 3, what="three events")
        records = self.events(logs, "told")
        self.assertEqual([1, 1, 1], [len(each) for each in records])
        byname = {each[0]["eventName"]: each[0] for each in records}
        self.assertEqual({"ObjectCreated:Put", "ObjectCreated:Copy", "ObjectRemoved:Delete"}, set(byname))
        record = byname["ObjectCreated:Put"]
        self.assertEqual(("2.1", "aws:s3", self.daemon.region, "photos"),
                         (record["eventVersion"], record["eventSource"], record["awsRegion"],
                          record["s3"]["configurationId"]))
        self.assertEqual({"name": self.name, "arn": f"arn:aws:s3:::{self.name}"},
                         {name: record["s3"]["bucket"][name] for name in ("name", "arn")})
        stored = record["s3"]["object"]
        self.assertEqual("in/red+flower%2B1.jpg", stored["key"])
        self.assertEqual("in/red flower+1.jpg", urllib.parse.unquote_plus(stored["key"]))
        self.assertEqual((5, made["ETag"].strip('"')), (stored["size"], stored["eTag"]))
        self.assertEqual(made["ResponseMetadata"]["RequestId"], record["responseElements"]["x-amz-request-id"])
        self.assertEqual(made["ResponseMetadata"]["HostId"], record["responseElements"]["x-amz-id-2"])
        self.assertLess(byname["ObjectCreated:Copy"]["s3"]["object"]["sequencer"],
                        byname["ObjectRemoved:Delete"]["s3"]["object"]["sequencer"])


if __name__ == "__main__":
    unittest.main()
