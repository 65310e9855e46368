"""Makes a thumbnail of every photograph that a message names: {"key": "cat.jpg"}."""
import io
import json
import os

import boto3
from PIL import Image, ImageOps

WIDTH = 320
PHOTOS = os.environ["PHOTOS_BUCKET"]
THUMBS = os.environ["THUMBS_BUCKET"]
s3 = boto3.client("s3")


def thumbnail(photo):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(photo))).convert("RGB")
    image = image.resize((WIDTH, max(1, round(image.height * WIDTH / image.width))), Image.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def make(key):
    photo = s3.get_object(Bucket=PHOTOS, Key=key)["Body"].read()
    s3.put_object(Bucket=THUMBS, Key=key, Body=thumbnail(photo), ContentType="image/jpeg")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            make(json.loads(record["body"])["key"])
        except Exception as problem:  # this message comes again; the others are done
            print(f"{record['body']}: {problem!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
