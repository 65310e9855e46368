// @aws-sdk/client-sqs as a user writes it (AWS JSON 1.0); run by sqs_node_test.py, which starts the
// daemon and passes the endpoint and keys in the environment.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    BatchEntryIdsNotDistinct, CancelMessageMoveTaskCommand, ChangeMessageVisibilityBatchCommand,
    ChangeMessageVisibilityCommand, CreateQueueCommand, DeleteMessageBatchCommand,
    DeleteMessageCommand, DeleteQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand,
    ListDeadLetterSourceQueuesCommand, ListMessageMoveTasksCommand, ListQueueTagsCommand, ListQueuesCommand,
    PurgeQueueCommand, QueueDoesNotExist, ReceiptHandleIsInvalid, ReceiveMessageCommand, SendMessageBatchCommand,
    SendMessageCommand, SetQueueAttributesCommand, SQSClient, StartMessageMoveTaskCommand, TagQueueCommand,
    UntagQueueCommand,
} from '@aws-sdk/client-sqs';

const client = new SQSClient({ maxAttempts: 1 });
const create = async (QueueName, Attributes) =>
    (await client.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
const receive = async (QueueUrl, more = {}) => (await client.send(new ReceiveMessageCommand({
    QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'], ...more,
}))).Messages ?? [];
const attributes = async (QueueUrl) =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;

test('a message goes in and comes out', async () => {
    const QueueUrl = await create('node');
    assert.equal((await client.send(new GetQueueUrlCommand({ QueueName: 'node' }))).QueueUrl, QueueUrl);
    const sent = await client.send(new SendMessageCommand({
        QueueUrl, MessageBody: 'grüße 😀',
        MessageAttributes: {
            t: { DataType: 'String', StringValue: 'v' },
            b: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
        },
    }));
    const [got] = await receive(QueueUrl);
    assert.equal(got.MessageId, sent.MessageId);
    assert.equal(got.Body, 'grüße 😀');
    assert.deepEqual(Buffer.from(got.MessageAttributes.b.BinaryValue), Buffer.from([0, 255]));
    assert.equal(got.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.equal(got.Attributes.ApproximateReceiveCount, '1');
    assert.equal(got.Attributes.SenderId, '000000000000');
    await client.send(new ChangeMessageVisibilityCommand({
        QueueUrl, ReceiptHandle: got.ReceiptHandle, VisibilityTimeout: 0 }));
    const [again] = await receive(QueueUrl);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again.ReceiptHandle }));
    assert.equal((await attributes(QueueUrl)).ApproximateNumberOfMessagesNotVisible, '0');
});

test('a long poll is woken', async () => {
    const QueueUrl = await create('node-poll');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'now' }));
    assert.equal((await waiting)[0].Body, 'now');
});

test('batches answer each entry', async () => {
    const QueueUrl = await create('node-batch');
    const sent = await client.send(new SendMessageBatchCommand({
        QueueUrl, Entries: [{ Id: 'a', MessageBody: '1' }, { Id: 'b', MessageBody: '2', DelaySeconds: 901 }] }));
    assert.deepEqual(sent.Successful.map((one) => one.Id), ['a']);
    assert.deepEqual(sent.Failed.map((one) => one.Code), ['InvalidParameterValue']);
    const [got] = await receive(QueueUrl);
    const removed = await client.send(new DeleteMessageBatchCommand({
        QueueUrl, Entries: [{ Id: 'x', ReceiptHandle: got.ReceiptHandle }] }));
    assert.deepEqual(removed.Successful.map((one) => one.Id), ['x']);
    await assert.rejects(client.send(new SendMessageBatchCommand({
        QueueUrl, Entries: [{ Id: 'a', MessageBody: '1' }, { Id: 'a', MessageBody: '2' }] })), BatchEntryIdsNotDistinct);
});

test('a FIFO queue keeps order', async () => {
    const QueueUrl = await create('node.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    for (const MessageBody of ['1', '2', '2']) {
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }));
    }
    const got = await receive(QueueUrl);
    assert.deepEqual(got.map((one) => one.Body), ['1', '2']);
    assert.ok(got[0].Attributes.SequenceNumber < got[1].Attributes.SequenceNumber);
});

test('dead letters are moved back', async () => {
    const dead = await create('node-dead');
    const arn = (await attributes(dead)).QueueArn;
    const QueueUrl = await create('node-source', {
        VisibilityTimeout: '0', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 }) });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    assert.equal((await receive(QueueUrl)).length, 1);
    assert.equal((await receive(QueueUrl)).length, 0);
    assert.deepEqual((await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }))).queueUrls, [QueueUrl]);
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
    assert.ok(TaskHandle);
    assert.equal((await receive(QueueUrl, { WaitTimeSeconds: 20 }))[0].Body, 'poison');
    const task = async () => (await client.send(new ListMessageMoveTasksCommand({ SourceArn: arn }))).Results[0];
    const end = Date.now() + 60_000;
    while ((await task()).ApproximateNumberOfMessagesMoved !== 1) assert.ok(Date.now() < end, 'the task does not end');
    assert.equal((await task()).SourceArn, arn);
});

test('a move of dead letters is cancelled', async () => {
    const dead = await create('node-many-dead');
    const SourceArn = (await attributes(dead)).QueueArn;
    const QueueUrl = await create('node-many', {
        VisibilityTimeout: '0', RedrivePolicy: JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 }) });
    for (const tens of [0, 1, 2]) {
        const Entries = [...Array(10).keys()].map((one) => ({ Id: `${one}`, MessageBody: `${tens}${one}` }));
        await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    const end = Date.now() + 60_000;
    while ((await attributes(dead)).ApproximateNumberOfMessages !== '30') {
        await receive(QueueUrl);
        assert.ok(Date.now() < end, 'not all have died');
    }
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({
        SourceArn, MaxNumberOfMessagesPerSecond: 1,
    }));
    const cancelled = await client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    assert.ok(cancelled.ApproximateNumberOfMessagesMoved < 30);
    const status = async () =>
        (await client.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results[0].Status;
    while (await status() !== 'CANCELLED') assert.ok(Date.now() < end, 'the task is not cancelled');
    assert.ok(Number((await attributes(dead)).ApproximateNumberOfMessages) > 0);
});

test('messages that were received are shown again in a batch', async () => {
    const QueueUrl = await create('node-hidden', { VisibilityTimeout: '3600' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'm' }));
    const [{ ReceiptHandle }] = await receive(QueueUrl);
    const changed = await client.send(new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [{ Id: 'a', ReceiptHandle, VisibilityTimeout: 0 }, { Id: 'b', ReceiptHandle: 'no', VisibilityTimeout: 0 }],
    }));
    assert.deepEqual(changed.Failed.map((one) => [one.Id, one.Code]), [['b', 'ReceiptHandleIsInvalid']]);
    assert.equal(changed.Successful[0].Id, 'a');
    assert.equal((await receive(QueueUrl)).length, 1);
});

test('queues are listed, changed, tagged and emptied', async () => {
    const QueueUrl = await create('node-admin');
    const listed = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'node-adm' }));
    assert.deepEqual(listed.QueueUrls, [QueueUrl]);
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '3' } }));
    assert.equal((await attributes(QueueUrl)).DelaySeconds, '3');
    await client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } }));
    assert.deepEqual((await client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { a: 'b' });
    await client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
    assert.equal((await client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, undefined);
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    await assert.rejects(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })), (error) => {
        assert.ok(error instanceof QueueDoesNotExist);
        assert.equal(error.$metadata.httpStatusCode, 400);
        return true;
    });
});

test('errors carry their names', async () => {
    const QueueUrl = await create('node-errors');
    await assert.rejects(
        client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'junk' })), ReceiptHandleIsInvalid);
    await assert.rejects(client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 })),
        (error) => /Must be between 1 and 10/.test(error.message));
});
