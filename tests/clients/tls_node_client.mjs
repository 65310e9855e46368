// @aws-sdk clients over TLS; run by tls_test.py, which passes the authority in NODE_EXTRA_CA_CERTS.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

test('clients trust the authority and are served', async () => {
    assert.match(process.env.AWS_ENDPOINT_URL, /^https:/);
    const listed = await new LambdaClient({ maxAttempts: 1 }).send(new ListFunctionsCommand({}));
    assert.ok(Array.isArray(listed.Functions));
    const s3 = new S3Client({ maxAttempts: 1, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'tls-node' }));
    await s3.send(new PutObjectCommand({ Bucket: 'tls-node', Key: 'k', Body: 'x'.repeat(300_000) }));
    const got = await s3.send(new GetObjectCommand({ Bucket: 'tls-node', Key: 'k' }));
    assert.equal((await got.Body.transformToString()).length, 300_000);
});
