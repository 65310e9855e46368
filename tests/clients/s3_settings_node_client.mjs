// Buckets and objects beyond bytes, as a user of @aws-sdk/client-s3 sets them: versions, tags, policy, CORS,
// website, lifecycle, conditions, attributes. Run by s3_settings_node_test.py.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import {
    CreateBucketCommand, DeleteBucketCorsCommand, DeleteBucketLifecycleCommand, DeleteBucketPolicyCommand,
    DeleteBucketTaggingCommand, DeleteBucketWebsiteCommand, DeleteObjectCommand, DeleteObjectTaggingCommand,
    GetBucketCorsCommand, GetBucketLifecycleConfigurationCommand, GetBucketNotificationConfigurationCommand,
    GetBucketPolicyCommand, GetBucketPolicyStatusCommand, GetBucketTaggingCommand, GetBucketVersioningCommand,
    GetBucketWebsiteCommand, GetObjectAttributesCommand, GetObjectCommand, GetObjectTaggingCommand,
    ListMultipartUploadsCommand, CreateMultipartUploadCommand, AbortMultipartUploadCommand, ListPartsCommand,
    UploadPartCommand, UploadPartCopyCommand, ListObjectsCommand, ListObjectVersionsCommand, PutBucketCorsCommand,
    PutBucketLifecycleConfigurationCommand, PutBucketNotificationConfigurationCommand, PutBucketPolicyCommand,
    PutBucketTaggingCommand, PutBucketVersioningCommand, PutBucketWebsiteCommand, PutObjectCommand,
    PutObjectTaggingCommand, S3Client,
} from '@aws-sdk/client-s3';

const client = new S3Client({ maxAttempts: 1 });
const Bucket = 'settings';
const send = (Command, more = {}) => client.send(new Command({ Bucket, ...more }));
const put = (Key, Body, more = {}) => send(PutObjectCommand, { Key, Body, ...more });
const refused = (name) => ({ name });

before(() => send(CreateBucketCommand));

test('versions are kept, and a delete marker hides them', async () => {
    await send(PutBucketVersioningCommand, { VersioningConfiguration: { Status: 'Enabled' } });
    assert.equal((await send(GetBucketVersioningCommand)).Status, 'Enabled');
    const first = await put('page', 'one');
    await put('page', 'two');
    const marker = await send(DeleteObjectCommand, { Key: 'page' });
    assert.equal(marker.DeleteMarker, true);
    await assert.rejects(send(GetObjectCommand, { Key: 'page' }), refused('NoSuchKey'));
    const old = await send(GetObjectCommand, { Key: 'page', VersionId: first.VersionId });
    assert.equal(await old.Body.transformToString(), 'one');
    const all = await send(ListObjectVersionsCommand, { Prefix: 'page' });
    assert.deepEqual([all.Versions.length, all.DeleteMarkers.length], [2, 1]);
    await send(DeleteObjectCommand, { Key: 'page', VersionId: marker.VersionId });
    const again = await send(GetObjectCommand, { Key: 'page' });
    assert.equal(await again.Body.transformToString(), 'two');
});

test('buckets and objects have tags', async () => {
    const TagSet = [{ Key: 'team', Value: 'a b' }];
    await send(PutBucketTaggingCommand, { Tagging: { TagSet } });
    assert.deepEqual((await send(GetBucketTaggingCommand)).TagSet, TagSet);
    await send(DeleteBucketTaggingCommand);
    await assert.rejects(send(GetBucketTaggingCommand), refused('NoSuchTagSet'));
    await put('tagged', 'x', { Tagging: 'tier=web' });
    const tags = async () => (await send(GetObjectTaggingCommand, { Key: 'tagged' })).TagSet;
    assert.deepEqual(await tags(), [{ Key: 'tier', Value: 'web' }]);
    await send(PutObjectTaggingCommand, { Key: 'tagged', Tagging: { TagSet } });
    assert.deepEqual(await tags(), TagSet);
    await send(DeleteObjectTaggingCommand, { Key: 'tagged' });
    assert.deepEqual(await tags(), []);
});

test('a policy opens what it names', async () => {
    const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/open/*` }],
    });
    await put('open/page', 'all may read');
    const page = `${process.env.AWS_ENDPOINT_URL}/${Bucket}/open/page`;
    assert.equal((await fetch(page)).status, 403);
    await send(PutBucketPolicyCommand, { Policy });
    assert.deepEqual(JSON.parse((await send(GetBucketPolicyCommand)).Policy), JSON.parse(Policy));
    assert.equal((await send(GetBucketPolicyStatusCommand)).PolicyStatus.IsPublic, true);
    assert.equal(await (await fetch(page)).text(), 'all may read');
    await send(DeleteBucketPolicyCommand);
    assert.equal((await fetch(page)).status, 403);
    await assert.rejects(send(PutBucketPolicyCommand, { Policy: '{' }), refused('MalformedPolicy'));
});

test('rules for other origins, for websites and for the ends of objects are kept', async () => {
    const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://page.example'], MaxAgeSeconds: 60 }];
    await send(PutBucketCorsCommand, { CORSConfiguration: { CORSRules } });
    assert.deepEqual((await send(GetBucketCorsCommand)).CORSRules, CORSRules);
    await send(DeleteBucketCorsCommand);
    await assert.rejects(send(GetBucketCorsCommand), refused('NoSuchCORSConfiguration'));
    const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' }, ErrorDocument: { Key: 'error.html' } };
    await send(PutBucketWebsiteCommand, { WebsiteConfiguration });
    assert.deepEqual((await send(GetBucketWebsiteCommand)).IndexDocument, { Suffix: 'index.html' });
    await send(DeleteBucketWebsiteCommand);
    await assert.rejects(send(GetBucketWebsiteCommand), refused('NoSuchWebsiteConfiguration'));
    const Rules = [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 3 } }];
    await send(PutBucketLifecycleConfigurationCommand, { LifecycleConfiguration: { Rules } });
    assert.deepEqual((await send(GetBucketLifecycleConfigurationCommand)).Rules, Rules);
    await send(DeleteBucketLifecycleCommand);
    await assert.rejects(send(GetBucketLifecycleConfigurationCommand), refused('NoSuchLifecycleConfiguration'));
});

test('a bucket tells EventBridge', async () => {
    await send(PutBucketNotificationConfigurationCommand, { NotificationConfiguration: { EventBridgeConfiguration: {} } });
    assert.deepEqual((await send(GetBucketNotificationConfigurationCommand)).EventBridgeConfiguration, {});
});

test('writes and reads have conditions', async () => {
    const made = await put('once', 'first', { IfNoneMatch: '*' });
    await assert.rejects(put('once', 'second', { IfNoneMatch: '*' }), refused('PreconditionFailed'));
    await put('once', 'third', { IfMatch: made.ETag });
    await assert.rejects(put('once', 'fourth', { IfMatch: made.ETag }), refused('PreconditionFailed'));
    const now = await send(GetObjectCommand, { Key: 'once' });
    assert.equal(await now.Body.transformToString(), 'third');
    const known = await send(GetObjectCommand, { Key: 'once', IfNoneMatch: now.ETag }).catch((error) => error);
    assert.equal(known.$metadata.httpStatusCode, 304);
});

test('an object has attributes, and parts may be copied', async () => {
    await put('source', Buffer.alloc(6 << 20, 'a'), { ChecksumAlgorithm: 'SHA256' });
    const attributes = await send(GetObjectAttributesCommand, {
        Key: 'source', ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize'],
    });
    assert.equal(attributes.ObjectSize, 6 << 20);
    assert.ok(attributes.Checksum.ChecksumSHA256);
    const Key = 'joined';
    const { UploadId } = await send(CreateMultipartUploadCommand, { Key });
    await send(UploadPartCopyCommand, { Key, UploadId, PartNumber: 1, CopySource: `${Bucket}/source` });
    await send(UploadPartCommand, { Key, UploadId, PartNumber: 2, Body: 'end' });
    const parts = await send(ListPartsCommand, { Key, UploadId });
    assert.deepEqual(parts.Parts.map((part) => part.Size), [6 << 20, 3]);
    assert.equal((await send(ListMultipartUploadsCommand)).Uploads.length, 1);
    await send(AbortMultipartUploadCommand, { Key, UploadId });
    assert.equal((await send(ListMultipartUploadsCommand)).Uploads, undefined);
    const listed = await send(ListObjectsCommand, { Delimiter: '/', MaxKeys: 100 });
    assert.deepEqual(listed.CommonPrefixes, [{ Prefix: 'open/' }]);
});
