// @aws-sdk/client-sns as a user writes it (Query); run by sns_node_test.py, which starts the daemon
// and passes the endpoint and keys in the environment.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    CreateTopicCommand, DeleteTopicCommand, GetSubscriptionAttributesCommand, GetTopicAttributesCommand,
    InvalidParameterException, ListSubscriptionsByTopicCommand, ListSubscriptionsCommand,
    ListTagsForResourceCommand, ListTopicsCommand, NotFoundException, PublishBatchCommand, PublishCommand, SetSubscriptionAttributesCommand,
    SetTopicAttributesCommand, SNSClient, SubscribeCommand, TagResourceCommand,
    TooManyEntriesInBatchRequestException, UnsubscribeCommand, UntagResourceCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const client = new SNSClient({ maxAttempts: 1 });
const queues = new SQSClient({ maxAttempts: 1 });
const create = async (Name, Attributes) =>
    (await client.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn;
const subscribedQueue = async (TopicArn, name, Attributes) => {
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: name }));
    const { SubscriptionArn } = await client.send(new SubscribeCommand({
        TopicArn, Protocol: 'sqs', Endpoint: `arn:aws:sqs:us-east-1:000000000000:${name}`, Attributes,
        ReturnSubscriptionArn: true,
    }));
    return { QueueUrl, SubscriptionArn };
};
const receive = async (QueueUrl) => (await queues.send(new ReceiveMessageCommand({
    QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: ['All'],
}))).Messages ?? [];

test('what is published arrives', async () => {
    const TopicArn = await create('node');
    const { QueueUrl } = await subscribedQueue(TopicArn, 'node', { RawMessageDelivery: 'true' });
    const sent = await client.send(new PublishCommand({
        TopicArn, Message: 'grüße 😀', MessageAttributes: {
            t: { DataType: 'String', StringValue: 'v' },
            b: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
        },
    }));
    assert.match(sent.MessageId, /^[0-9a-f-]{36}$/);
    const [got] = await receive(QueueUrl);
    assert.equal(got.Body, 'grüße 😀');
    assert.deepEqual(Buffer.from(got.MessageAttributes.b.BinaryValue), Buffer.from([0, 255]));
});

test('a batch answers each entry', async () => {
    const TopicArn = await create('node-batch');
    const entries = (count) => Array.from({ length: count }, (_, i) => ({ Id: `i${i}`, Message: i ? 'x' : '' }));
    const done = await client.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries(2) }));
    assert.deepEqual(done.Successful.map((one) => one.Id), ['i1']);
    assert.deepEqual(done.Failed.map((one) => one.Code), ['InvalidParameter']);
    await assert.rejects(client.send(new PublishBatchCommand({
        TopicArn, PublishBatchRequestEntries: entries(11) })), TooManyEntriesInBatchRequestException);
});

test('subscriptions have attributes', async () => {
    const TopicArn = await create('node-filtered');
    const { SubscriptionArn, QueueUrl } = await subscribedQueue(TopicArn, 'node-filtered');
    await client.send(new SetSubscriptionAttributesCommand({
        SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"n": [{"numeric": [">", 1]}]}' }));
    const { Attributes } = await client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    assert.equal(Attributes.FilterPolicyScope, 'MessageAttributes');
    for (const StringValue of ['1', '2']) {
        await client.send(new PublishCommand({
            TopicArn, Message: StringValue, MessageAttributes: { n: { DataType: 'Number', StringValue } } }));
    }
    const got = await receive(QueueUrl);
    assert.deepEqual(got.map((one) => JSON.parse(one.Body).Message), ['2']);
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    assert.deepEqual(Subscriptions.map((one) => one.SubscriptionArn), [SubscriptionArn]);
    const all = await client.send(new ListSubscriptionsCommand({}));
    assert.ok(all.Subscriptions.some((one) => one.SubscriptionArn === SubscriptionArn));
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await assert.rejects(client.send(new GetSubscriptionAttributesCommand({ SubscriptionArn })), NotFoundException);
});

test('topics are listed, changed and tagged', async () => {
    const TopicArn = await create('node-admin.fifo', { FifoTopic: 'true' });
    await client.send(new SetTopicAttributesCommand({
        TopicArn, AttributeName: 'ContentBasedDeduplication', AttributeValue: 'true' }));
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    assert.equal(Attributes.ContentBasedDeduplication, 'true');
    assert.equal(Attributes.FifoTopic, 'true');
    const published = { TopicArn, Message: 'x', MessageGroupId: 'g' };
    const first = await client.send(new PublishCommand(published));
    const again = await client.send(new PublishCommand(published));
    assert.equal(first.SequenceNumber, again.SequenceNumber);
    await client.send(new TagResourceCommand({
        ResourceArn: TopicArn, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['a'] }));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }]);
    const { Topics } = await client.send(new ListTopicsCommand({}));
    assert.ok(Topics.some((one) => one.TopicArn === TopicArn));
    await client.send(new DeleteTopicCommand({ TopicArn }));
    await assert.rejects(client.send(new PublishCommand(published)), NotFoundException);
    await assert.rejects(create('no.dots'), InvalidParameterException);
});
