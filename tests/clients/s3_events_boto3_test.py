#!/usr/bin/python3
"""Every kind of event of a bucket reaches the function that asked for it."""
import json
import unittest

from support.lambent_daemon import DaemonTest, eventually

TELL = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


class Events(DaemonTest):
    def records(self, function):
        """The records that the function printed, by event name."""
        try:
            found = self.logs.filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern="EVENT")
        except self.logs.exceptions.ResourceNotFoundException:
            return {}
        texts = [event["message"] for event in found["events"] if event["message"].startswith("EVENT ")]
        records = [json.loads(text[len("EVENT "):])["Records"][0] for text in texts]
        return {record["eventName"]: record for record in records}

    def test_every_change_is_told(self):
        s3, self.logs = self.daemon.client("s3"), self.daemon.client("logs")
        client = self.make_function("told", TELL)
        client.publish_version(FunctionName="told")
        client.create_alias(FunctionName="told", Name="live", FunctionVersion="1")
        s3.create_bucket(Bucket="events")
        s3.put_bucket_notification_configuration(
            Bucket="events", NotificationConfiguration={"LambdaFunctionConfigurations": [{
                "Id": "all", "LambdaFunctionArn": ARN + "told:live",
                "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]}]})
        shown = s3.get_bucket_notification_configuration(Bucket="events")
        self.assertEqual(ARN + "told:live", shown["LambdaFunctionConfigurations"][0]["LambdaFunctionArn"])
        s3.put_object(Bucket="events", Key="k", Body=b"12345")
        s3.copy_object(Bucket="events", Key="copy", CopySource="events/k")
        upload = s3.create_multipart_upload(Bucket="events", Key="parts")["UploadId"]
        part = s3.upload_part(Bucket="events", Key="parts", UploadId=upload, PartNumber=1, Body=b"x")
        s3.complete_multipart_upload(Bucket="events", Key="parts", UploadId=upload, MultipartUpload={
            "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
        s3.put_object_tagging(Bucket="events", Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
        s3.delete_object_tagging(Bucket="events", Key="k")
        s3.delete_object(Bucket="events", Key="copy")
        s3.put_bucket_versioning(Bucket="events", VersioningConfiguration={"Status": "Enabled"})
        marker = s3.delete_object(Bucket="events", Key="k")["VersionId"]
        expected = {"ObjectCreated:Put", "ObjectCreated:Copy", "ObjectCreated:CompleteMultipartUpload",
                    "ObjectTagging:Put", "ObjectTagging:Delete", "ObjectRemoved:Delete",
                    "ObjectRemoved:DeleteMarkerCreated"}
        eventually(lambda: expected <= set(self.records("told")), what="an event of each kind")
        told = self.records("told")
        self.assertEqual(expected, set(told))
        self.assertEqual(marker, told["ObjectRemoved:DeleteMarkerCreated"]["s3"]["object"]["versionId"])
        self.assertEqual({"key", "sequencer"}, set(told["ObjectRemoved:Delete"]["s3"]["object"]))
        self.assertEqual({"key", "size", "eTag", "sequencer"}, set(told["ObjectCreated:Put"]["s3"]["object"]))
        self.assertEqual(("2.1", "2.3"), (told["ObjectCreated:Put"]["eventVersion"],
                                          told["ObjectTagging:Put"]["eventVersion"]))


if __name__ == "__main__":
    unittest.main()
