"""Makes a thumbnail of every photograph that is uploaded."""
import io
import os
from urllib.parse import unquote_plus

import boto3
from PIL import Image, ImageOps

WIDTH = 320
THUMBS = os.environ["THUMBS_BUCKET"]
s3 = boto3.client("s3")


def thumbnail(photo):
    image = Image.open(io.BytesIO(photo))
    width, height = image.size
    image.draft("RGB", (WIDTH * 2, height * WIDTH * 2 // width))  # decodes a smaller image, faster
    image = ImageOps.exif_transpose(image).convert("RGB")
    image = image.resize((WIDTH, max(1, round(image.height * WIDTH / image.width))), Image.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def handler(event, context):
    made = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        photo = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        thumb = thumbnail(photo)
        s3.put_object(Bucket=THUMBS, Key=key, Body=thumb, ContentType="image/jpeg")
        print(f"{bucket}/{key}: {len(photo)} -> {len(thumb)} bytes")
        made.append(key)
    return {"thumbnails": made}
