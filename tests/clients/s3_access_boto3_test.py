#!/usr/bin/python3
"""Who may do what with a bucket: policies, CORS, browsers' forms, websites; and what expires."""
import hashlib
import json
import unittest
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions

from support.lambent_daemon import DaemonTest


def ask(address, method="GET", data=None, **headers):
    """(status, headers, body) of a request without a signature; redirects are not followed."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None
    request = urllib.request.Request(address, data=data, method=method, headers={
        name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def form_of(fields, file):
    """A browser's multipart/form-data: (body, content type)."""
    body = b""
    for name, value in fields.items():
        body += f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    body += b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="cat.jpg"\r\n'
    body += b"Content-Type: image/jpeg\r\n\r\n" + file + b"\r\n--xyz--\r\n"
    return body, "multipart/form-data; boundary=xyz"


class Access(DaemonTest):
    def setUp(self):
        self.s3 = self.daemon.client("s3", signature_version="s3v4")
        self.addCleanup(self.s3.close)
        self.name = "b-" + hashlib.sha1(self.id().encode()).hexdigest()[:20]
        self.s3.create_bucket(Bucket=self.name)
        self.address = f"{self.daemon.endpoint}/{self.name}"

    def put(self, key, body=b"x", **settings):
        return self.s3.put_object(Bucket=self.name, Key=key, Body=body, **settings)

    def open_to_all(self, *actions, prefix=""):
        policy = {"Version": "2012-10-17", "Statement": [{
            "Sid": "all", "Effect": "Allow", "Principal": "*", "Action": list(actions),
            "Resource": [f"arn:aws:s3:::{self.name}", f"arn:aws:s3:::{self.name}/{prefix}*"]}]}
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))
        return policy

    def code_of(self, call, **settings):
        with self.assertRaises(botocore.exceptions.ClientError) as refusal:
            call(Bucket=self.name, **settings)
        return refusal.exception.response["Error"]["Code"]

    def test_strangers_read_what_a_policy_opens(self):
        self.put("public/a", b"shown")
        self.put("private", b"hidden")
        self.assertEqual(403, ask(f"{self.address}/public/a")[0])
        policy = self.open_to_all("s3:GetObject", prefix="public/")
        self.assertEqual(policy, json.loads(self.s3.get_bucket_policy(Bucket=self.name)["Policy"]))
        self.assertTrue(self.s3.get_bucket_policy_status(Bucket=self.name)["PolicyStatus"]["IsPublic"])
        self.assertEqual((200, b"shown"), ask(f"{self.address}/public/a")[::2])
        self.assertEqual(403, ask(f"{self.address}/private")[0])
        self.assertEqual(403, ask(f"{self.address}/public/a", "PUT", b"y")[0])
        self.assertEqual(403, ask(f"{self.address}?list-type=2")[0])
        self.s3.delete_bucket_policy(Bucket=self.name)
        self.assertEqual(403, ask(f"{self.address}/public/a")[0])
        self.assertEqual("NoSuchBucketPolicy", self.code_of(self.s3.get_bucket_policy))
        self.assertEqual("MalformedPolicy", self.code_of(self.s3.put_bucket_policy, Policy="{}"))

    def test_a_denial_binds_the_owner_too(self):
        self.put("k")
        self.s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps({"Statement": {
            "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
            "Resource": f"arn:aws:s3:::{self.name}/*"}}))
        self.assertEqual("AccessDenied", self.code_of(self.s3.delete_object, Key="k"))
        self.s3.delete_bucket_policy(Bucket=self.name)
        self.s3.delete_object(Bucket=self.name, Key="k")

    def test_pages_of_other_origins_need_a_rule(self):
        self.put("k", b"x")
        self.open_to_all("s3:GetObject")
        page = "http://app.example"
        self.assertEqual(403, ask(f"{self.address}/k", Origin=page)[0])
        rules = [{"AllowedOrigins": ["http://*.example"], "AllowedMethods": ["GET", "PUT"],
                  "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}]
        self.s3.put_bucket_cors(Bucket=self.name, CORSConfiguration={"CORSRules": rules})
        self.assertEqual(rules, self.s3.get_bucket_cors(Bucket=self.name)["CORSRules"])
        status, headers, body = ask(f"{self.address}/k", Origin=page)
        self.assertEqual((200, b"x", page), (status, body, headers["Access-Control-Allow-Origin"]))
        status, headers, _ = ask(f"{self.address}/k", "OPTIONS", Origin=page,
                                 Access_Control_Request_Method="PUT",
                                 Access_Control_Request_Headers="x-amz-date")
        self.assertEqual((200, "60"), (status, headers["Access-Control-Max-Age"]))
        self.assertEqual(403, ask(f"{self.address}/k", Origin="http://evil.test")[0])
        self.assertEqual(403, ask(f"{self.daemon.endpoint}/", Origin=page)[0])
        self.s3.delete_bucket_cors(Bucket=self.name)
        self.assertEqual(403, ask(f"{self.address}/k", Origin=page)[0])

    def test_a_browsers_form_uploads_a_file(self):
        post = self.s3.generate_presigned_post(
            self.name, "in/${filename}", Fields={"success_action_status": "201", "Content-Type": "image/jpeg"},
            Conditions=[{"success_action_status": "201"}, {"Content-Type": "image/jpeg"},
                        ["content-length-range", 1, 100]], ExpiresIn=600)
        body, kind = form_of(post["fields"], b"meow")
        status, headers, document = ask(post["url"], "POST", body, Content_Type=kind)
        self.assertEqual(201, status, document)
        self.assertIn(b"<Key>in/cat.jpg</Key>", document)
        stored = self.s3.get_object(Bucket=self.name, Key="in/cat.jpg")
        self.assertEqual((b"meow", "image/jpeg"), (stored["Body"].read(), stored["ContentType"]))
        body, kind = form_of(post["fields"], bytes(101))
        self.assertEqual(400, ask(post["url"], "POST", body, Content_Type=kind)[0])
        forged = {**post["fields"], "key": "elsewhere"}
        body, kind = form_of(forged, b"meow")
        self.assertEqual(403, ask(post["url"], "POST", body, Content_Type=kind)[0])

    def test_a_website_shows_its_pages(self):
        self.s3.put_bucket_website(Bucket=self.name, WebsiteConfiguration={
            "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "oops.html"}})
        self.assertEqual("oops.html", self.s3.get_bucket_website(Bucket=self.name)["ErrorDocument"]["Key"])
        for key, text in (("index.html", b"home"), ("docs/index.html", b"docs"), ("oops.html", b"sorry")):
            self.put(key, text, ContentType="text/html")
        port = urllib.parse.urlsplit(self.daemon.endpoint).port
        host = f"{self.name}.s3-website.localhost:{port}"

        def browse(path):
            return ask(self.daemon.endpoint + path, Host=host)

        self.assertEqual(403, browse("/")[0])
        self.open_to_all("s3:GetObject", "s3:ListBucket")
        self.assertEqual((200, b"home"), browse("/")[::2])
        self.assertEqual((200, b"docs"), browse("/docs/")[::2])
        status, headers, _ = browse("/docs")
        self.assertEqual((302, "/docs/"), (status, headers["Location"]))
        status, headers, body = browse("/none")
        self.assertEqual((404, "text/html", b"sorry"), (status, headers["Content-Type"], body))

    def test_rules_of_expiry_are_kept_and_obeyed(self):
        put = self.s3.put_bucket_lifecycle_configuration
        rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 3},
                  "NoncurrentVersionExpiration": {"NoncurrentDays": 2, "NewerNoncurrentVersions": 1},
                  "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]
        put(Bucket=self.name, LifecycleConfiguration={"Rules": rules})
        self.assertEqual(rules, self.s3.get_bucket_lifecycle_configuration(Bucket=self.name)["Rules"])
        self.put("gone/a")
        self.put("kept")
        past = {"ID": "past", "Status": "Enabled", "Filter": {"Prefix": "gone/"},
                "Expiration": {"Date": "2020-01-01T00:00:00Z"}}
        put(Bucket=self.name, LifecycleConfiguration={"Rules": [past]})
        waiter = self.s3.get_waiter("object_not_exists")
        waiter.wait(Bucket=self.name, Key="gone/a", WaiterConfig={"Delay": 1, "MaxAttempts": 90})
        self.s3.head_object(Bucket=self.name, Key="kept")
        self.s3.delete_bucket_lifecycle(Bucket=self.name)
        self.assertEqual("NoSuchLifecycleConfiguration",
                         self.code_of(self.s3.get_bucket_lifecycle_configuration))

    def test_a_destination_that_is_not_there_is_refused(self):
        self.assertEqual("InvalidArgument", self.code_of(
            self.s3.put_bucket_notification_configuration, NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": "arn:aws:sqs:us-east-1:000000000000:nobody",
                                         "Events": ["s3:ObjectCreated:*"]}]}))
        self.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"EventBridgeConfiguration": {}})
        self.assertEqual({}, self.s3.get_bucket_notification_configuration(
            Bucket=self.name)["EventBridgeConfiguration"])


if __name__ == "__main__":
    unittest.main()
