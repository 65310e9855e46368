// InvokeWithResponseStream by @aws-sdk/client-lambda; run by response_stream_test.py, which has made
// the function "talk" and the bucket "signals".
import assert from 'node:assert/strict';
import test from 'node:test';
import { InvokeWithResponseStreamCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const client = new LambdaClient({ maxAttempts: 1 });
const s3 = new S3Client({ forcePathStyle: true, maxAttempts: 1 });
const text = (bytes) => Buffer.from(bytes).toString();

async function stream(wish) {
    const command = new InvokeWithResponseStreamCommand({
        FunctionName: 'talk', LogType: 'Tail', Payload: JSON.stringify(wish),
    });
    return client.send(command);
}

test('the first chunk comes while the handler waits for what is sent next', async () => {
    const answer = await stream({ waitFor: 'signals/by-sdk' });
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.ExecutedVersion, '$LATEST');
    const events = answer.EventStream[Symbol.asyncIterator]();
    assert.equal(text((await events.next()).value.PayloadChunk.Payload), 'first');
    await s3.send(new PutObjectCommand({ Bucket: 'signals', Key: 'by-sdk', Body: '' }));
    assert.match(text((await events.next()).value.PayloadChunk.Payload), /^last of /);
    const { InvokeComplete } = (await events.next()).value;
    assert.equal(InvokeComplete.ErrorCode, undefined);
    assert.match(Buffer.from(InvokeComplete.LogResult, 'base64').toString(), /REPORT RequestId/);
    assert.equal((await events.next()).done, true);
});

test('an error behind the first chunk is told by the last event', async () => {
    const seen = [];
    for await (const event of (await stream({ throwNext: true })).EventStream) {
        seen.push(event);
    }
    assert.equal(text(seen[0].PayloadChunk.Payload), 'first');
    assert.equal(JSON.parse(seen.at(-1).InvokeComplete.ErrorDetails).errorMessage, 'behind');
});
