// @aws-sdk/client-s3 as a user writes it; run by s3_node_test.py, which starts the daemon and passes
// the endpoint and keys in the environment.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import test from 'node:test';
import {
    AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand,
    CreateMultipartUploadCommand, DeleteBucketCommand, DeleteObjectsCommand, GetBucketLocationCommand,
    GetObjectCommand, HeadBucketCommand, HeadObjectCommand, ListBucketsCommand, ListObjectsV2Command,
    paginateListObjectsV2, PutBucketNotificationConfigurationCommand, PutObjectCommand, S3Client,
    UploadPartCommand,
} from '@aws-sdk/client-s3';

const client = new S3Client({ maxAttempts: 1 });
const Bucket = 'node-sdk';
const md5 = (bytes) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const put = (Key, Body, more = {}) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key, more = {}) => client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const bytesOf = async (answer) => Buffer.from(await answer.Body.transformToByteArray());

test('a bucket is made and found', async () => {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new HeadBucketCommand({ Bucket }));
    const all = await client.send(new ListBucketsCommand({}));
    assert.ok(all.Buckets.some((each) => each.Name === Bucket));
    const location = await client.send(new GetBucketLocationCommand({ Bucket }));
    assert.equal(location.LocationConstraint, undefined);
});

test('an object goes in and comes out', async () => {
    const body = randomBytes(100_000);
    const made = await put('in/red flower.jpg', body, { ContentType: 'image/jpeg', Metadata: { a: '1' } });
    assert.equal(made.ETag, md5(body));
    assert.ok(made.ChecksumCRC32, 'this SDK sends one unasked');
    const got = await get('in/red flower.jpg');
    assert.deepEqual(await bytesOf(got), body);
    assert.equal(got.ContentType, 'image/jpeg');
    assert.deepEqual(got.Metadata, { a: '1' });
    assert.deepEqual(await bytesOf(await get('in/red flower.jpg', { Range: 'bytes=10-19' })), body.subarray(10, 20));
});

for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256']) {
    test(`${ChecksumAlgorithm} is checked on the way in and on the way out`, async () => {
        const body = randomBytes(70_000);
        const name = `Checksum${ChecksumAlgorithm}`;
        const made = await put(name, body, { ChecksumAlgorithm });
        const got = await get(name, { ChecksumMode: 'ENABLED' });
        assert.equal(got[name], made[name]);
        assert.ok(made[name]);
        assert.deepEqual(await bytesOf(got), body);
    });
}

test('a stream travels in signed chunks with its checksum behind it', async () => {
    const body = randomBytes(300_000);
    const stream = Readable.from((function* pieces() {
        for (let at = 0; at < body.length; at += 7_000) yield body.subarray(at, at + 7_000);
    })());
    const made = await put('stream', stream, { ContentLength: body.length, ChecksumAlgorithm: 'CRC32' });
    assert.equal(made.ETag, md5(body));
    const got = await get('stream', { ChecksumMode: 'ENABLED' });
    assert.deepEqual(await bytesOf(got), body);
    assert.ok(got.ChecksumCRC32);
    assert.equal(got.ContentEncoding, undefined);
});

test('a checksum that does not fit is refused', async () => {
    await assert.rejects(put('wrong', 'body', { ChecksumCRC32: 'AAAAAA==' }), { name: 'BadDigest' });
    await assert.rejects(get('wrong'), { name: 'NoSuchKey' });
});

test('parts become one object', async () => {
    const Key = 'parts';
    const head = randomBytes(5 << 20);
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({
        Bucket, Key, ChecksumAlgorithm: 'CRC32',
    }));
    const Parts = [];
    for (const [PartNumber, Body] of [[1, head], [2, 'tail']]) {
        const part = await client.send(new UploadPartCommand({
            Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32',
        }));
        Parts.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 });
    }
    const done = await client.send(new CompleteMultipartUploadCommand({
        Bucket, Key, UploadId, MultipartUpload: { Parts },
    }));
    assert.match(done.ETag, /^"[0-9a-f]{32}-2"$/);
    const got = await get(Key, { ChecksumMode: 'ENABLED' });
    assert.deepEqual(await bytesOf(got), Buffer.concat([head, Buffer.from('tail')]));
    await assert.rejects(
        client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })), { name: 'NoSuchUpload' });
});

test('a copy has the same bytes', async () => {
    await client.send(new CopyObjectCommand({
        Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('in/red flower.jpg')}`,
    }));
    const [from, to] = await Promise.all(['in/red flower.jpg', 'copy'].map(async (key) => bytesOf(await get(key))));
    assert.deepEqual(to, from);
});

test('listings come in pages and groups', async () => {
    for (const number of Array(5).keys()) await put(`many/${number}`, 'x');
    const keys = [];
    for await (const page of paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: 'many/' })) {
        keys.push(...page.Contents.map((each) => each.Key));
    }
    assert.deepEqual(keys, [0, 1, 2, 3, 4].map((number) => `many/${number}`));
    const grouped = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    assert.deepEqual(grouped.CommonPrefixes.map((each) => each.Prefix), ['in/', 'many/']);
});

test('an unknown function is refused as a destination', async () => {
    await assert.rejects(client.send(new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { LambdaFunctionConfigurations: [{
            LambdaFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:nobody',
            Events: ['s3:ObjectCreated:*'],
        }] },
    })), { name: 'InvalidArgument', message: 'Unable to validate the following destination configurations' });
});

test('what is gone is not found', async () => {
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assert.equal(Deleted.length, Objects.length);
    await assert.rejects(client.send(new HeadObjectCommand({ Bucket, Key: 'copy' })), { name: 'NotFound' });
    await client.send(new DeleteBucketCommand({ Bucket }));
    await assert.rejects(client.send(new ListObjectsV2Command({ Bucket })), { name: 'NoSuchBucket' });
});
