// Makes a thumbnail of every photograph that is uploaded.
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import sharp from "sharp";

const WIDTH = 320;
const THUMBS = process.env.THUMBS_BUCKET;
const s3 = new S3Client({});

export async function handler(event) {
  const made = [];
  for (const record of event.Records) {
    const bucket = record.s3.bucket.name;
    const key = decodeURIComponent(record.s3.object.key.replace(/\+/g, " "));
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const photo = await object.Body.transformToByteArray();
    const image = sharp(photo).rotate().resize({ width: WIDTH });
    const thumb = await image.jpeg({ quality: 85 }).toBuffer();
    await s3.send(
      new PutObjectCommand({ Bucket: THUMBS, Key: key, Body: thumb, ContentType: "image/jpeg" }),
    );
    console.log(`${bucket}/${key}: ${photo.length} -> ${thumb.length} bytes`);
    made.push(key);
  }
  return { thumbnails: made };
}
