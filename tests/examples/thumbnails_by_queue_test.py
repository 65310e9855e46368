"""The thumbnails-by-queue example: photographs become thumbnails, poison ends in the dead letter queue."""
import io
import json
import unittest

from example_support import EXAMPLES, CommandTest, eventually, photograph


class ThumbnailsByQueue(CommandTest):
    def left(self, sqs, url):
        got = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(got["ApproximateNumberOfMessages"]) + int(got["ApproximateNumberOfMessagesNotVisible"])

    def test_photographs_and_poison(self):
        from PIL import Image
        words = ("deploy", EXAMPLES / "thumbnails-by-queue", "--parameter", "Timeout=8",
                 "--parameter", "Visibility=8")
        deployed = self.lambent_json(*words)
        arn = "arn:aws:sqs:us-east-1:000000000000:thumbnail-jobs"
        self.assertEqual([arn], deployed["functions"][0]["queues"])
        self.assertEqual({("thumbnail-jobs", "created"), ("thumbnail-jobs-dead", "created")},
                         {(queue["name"], queue["action"]) for queue in deployed["queues"]})
        again = self.lambent_json(*words)
        self.assertEqual({"unchanged"}, {queue["action"] for queue in again["queues"]})

        s3, sqs = self.daemon.client("s3"), self.daemon.client("sqs")
        jobs = sqs.get_queue_url(QueueName="thumbnail-jobs")["QueueUrl"]
        dead = sqs.get_queue_url(QueueName="thumbnail-jobs-dead")["QueueUrl"]
        sizes = {"wide.jpg": (1600, 1000), "high größe.jpg": (600, 900), "square.jpeg": (700, 700)}
        for key, size in sizes.items():
            s3.put_object(Bucket="queued-photos", Key=key, Body=photograph(*size))
        s3.put_object(Bucket="queued-photos", Key="poison.jpg", Body=b"not a photograph at all")
        keys = [*sizes, "poison.jpg", "notes.txt"]
        sqs.send_message_batch(QueueUrl=jobs, Entries=[
            {"Id": str(number), "MessageBody": json.dumps({"key": key})} for number, key in enumerate(keys)])

        eventually(lambda: s3.list_objects_v2(Bucket="queued-thumbs")["KeyCount"] == len(sizes), 120,
                   "three thumbnails")
        for key, (width, height) in sizes.items():
            body = s3.get_object(Bucket="queued-thumbs", Key=key)["Body"].read()
            image = Image.open(io.BytesIO(body))
            self.assertEqual(("JPEG", 320), (image.format, image.width))
            self.assertAlmostEqual(320 * height / width, image.height, delta=1)
        eventually(lambda: self.left(sqs, dead) == 1, 120, "the poison in the dead letter queue")
        (message,) = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5)["Messages"]
        self.assertEqual({"key": "poison.jpg"}, json.loads(message["Body"]))
        eventually(lambda: self.left(sqs, jobs) == 0, what="the empty queue")
        self.by_hand(s3)

    def by_hand(self, s3):
        """event.json is a true event."""
        s3.put_object(Bucket="queued-photos", Key="cat.jpg", Body=photograph(640, 480))
        event = EXAMPLES / "thumbnails-by-queue" / "event.json"
        answer = self.lambent_json("invoke", "thumbnails-by-queue", "--payload", f"@{event}")
        self.assertEqual({"batchItemFailures": []}, answer["payload"])


if __name__ == "__main__":
    unittest.main()
