// How functions are run, as a user of @aws-sdk/client-lambda sets it: versions and aliases, concurrency,
// asynchronous events, mappings, URLs, loops, tags. Run by lambda_settings_node_test.py.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
    CreateAliasCommand, CreateEventSourceMappingCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand,
    DeleteAliasCommand, DeleteEventSourceMappingCommand, DeleteFunctionConcurrencyCommand,
    DeleteFunctionEventInvokeConfigCommand, DeleteFunctionUrlConfigCommand,
    DeleteProvisionedConcurrencyConfigCommand, GetAccountSettingsCommand, GetAliasCommand,
    GetEventSourceMappingCommand, GetFunctionConcurrencyCommand, GetFunctionConfigurationCommand,
    GetFunctionEventInvokeConfigCommand, GetFunctionRecursionConfigCommand, GetFunctionUrlConfigCommand,
    GetProvisionedConcurrencyConfigCommand, InvokeCommand, InvokeWithResponseStreamCommand, LambdaClient,
    ListAliasesCommand, ListEventSourceMappingsCommand, ListFunctionEventInvokeConfigsCommand,
    ListFunctionUrlConfigsCommand, ListProvisionedConcurrencyConfigsCommand, ListTagsCommand,
    ListVersionsByFunctionCommand, PublishVersionCommand, PutFunctionConcurrencyCommand,
    PutFunctionEventInvokeConfigCommand, PutFunctionRecursionConfigCommand, PutProvisionedConcurrencyConfigCommand,
    TagResourceCommand, UntagResourceCommand, UpdateAliasCommand, UpdateEventSourceMappingCommand,
    UpdateFunctionCodeCommand, UpdateFunctionEventInvokeConfigCommand, UpdateFunctionUrlConfigCommand,
    waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';

const client = new LambdaClient({ maxAttempts: 1 });
const FunctionName = 'settings';
const send = (Command, more = {}) => client.send(new Command({ FunctionName, ...more }));
const absent = { name: 'ResourceNotFoundException' };
const text = (payload) => Buffer.from(payload).toString();
let functionArn;

async function until(condition) {
    for (const end = Date.now() + 90_000; ;) {
        const found = await condition();
        if (found) return found;
        assert.ok(Date.now() < end, `${condition} within 90 s`);
        await new Promise((resume) => setTimeout(resume, 50));
    }
}

before(async () => {
    const made = await send(CreateFunctionCommand, {
        Runtime: 'nodejs20.x', Handler: 'app.handler', Role: 'arn:aws:iam::000000000000:role/lambda',
        Code: { ZipFile: readFileSync(process.env.FIRST_ZIP) },
    });
    functionArn = made.FunctionArn;
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 90 }, { FunctionName });
});

test('versions stay as they were published, and an alias moves between them', async () => {
    const first = await send(PublishVersionCommand, { Description: 'one' });
    await send(UpdateFunctionCodeCommand, { ZipFile: readFileSync(process.env.SECOND_ZIP) });
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 90 }, { FunctionName });
    const second = await send(PublishVersionCommand);
    assert.deepEqual([first.Version, second.Version], ['1', '2']);
    const versions = await send(ListVersionsByFunctionCommand);
    assert.deepEqual(versions.Versions.map((one) => one.Version), ['$LATEST', '1', '2']);
    const alias = await send(CreateAliasCommand, { Name: 'live', FunctionVersion: '1' });
    assert.equal(alias.AliasArn, `${functionArn}:live`);
    const answer = async () => text((await send(InvokeCommand, { Qualifier: 'live' })).Payload);
    assert.equal(await answer(), '"first 1"');
    await send(UpdateAliasCommand, {
        Name: 'live', FunctionVersion: '2', RoutingConfig: { AdditionalVersionWeights: { 1: 0 } },
    });
    assert.equal(await answer(), '"second 2"');
    assert.equal((await send(GetAliasCommand, { Name: 'live' })).FunctionVersion, '2');
    assert.deepEqual((await send(ListAliasesCommand)).Aliases.map((one) => one.Name), ['live']);
    const old = await send(GetFunctionConfigurationCommand, { Qualifier: '1' });
    assert.equal(old.Description, 'one');
});

test('concurrency is reserved and provisioned', async () => {
    const reserved = await send(PutFunctionConcurrencyCommand, { ReservedConcurrentExecutions: 5 });
    assert.equal(reserved.ReservedConcurrentExecutions, 5);
    assert.equal((await send(GetFunctionConcurrencyCommand)).ReservedConcurrentExecutions, 5);
    const account = await client.send(new GetAccountSettingsCommand({}));
    assert.equal(account.AccountLimit.UnreservedConcurrentExecutions, 995);
    const Qualifier = 'live';
    await send(PutProvisionedConcurrencyConfigCommand, { Qualifier, ProvisionedConcurrentExecutions: 1 });
    const provisioned = () => send(GetProvisionedConcurrencyConfigCommand, { Qualifier });
    const ready = await until(async () => {
        const now = await provisioned();
        return now.Status === 'READY' && now;
    });
    assert.equal(ready.AvailableProvisionedConcurrentExecutions, 1);
    const listed = await send(ListProvisionedConcurrencyConfigsCommand);
    assert.equal(listed.ProvisionedConcurrencyConfigs.length, 1);
    await send(DeleteProvisionedConcurrencyConfigCommand, { Qualifier });
    await assert.rejects(provisioned(), { name: 'ProvisionedConcurrencyConfigNotFoundException' });
    await send(DeleteFunctionConcurrencyCommand);
    assert.equal((await send(GetFunctionConcurrencyCommand)).ReservedConcurrentExecutions, undefined);
});

test('asynchronous events have settings and destinations', async () => {
    const bus = functionArn.replace(/:lambda:(.*):function:.*/, ':events:$1:event-bus/default');
    await send(PutFunctionEventInvokeConfigCommand, { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
    await send(UpdateFunctionEventInvokeConfigCommand, {
        DestinationConfig: { OnSuccess: { Destination: bus } },
    });
    const settings = await send(GetFunctionEventInvokeConfigCommand);
    assert.deepEqual([settings.MaximumRetryAttempts, settings.MaximumEventAgeInSeconds], [0, 60]);
    assert.equal(settings.DestinationConfig.OnSuccess.Destination, bus);
    const listed = await send(ListFunctionEventInvokeConfigsCommand);
    assert.equal(listed.FunctionEventInvokeConfigs.length, 1);
    await send(DeleteFunctionEventInvokeConfigCommand);
    await assert.rejects(send(GetFunctionEventInvokeConfigCommand), absent);
});

test('a queue is mapped to the function', async () => {
    const { QueueUrl } = await new SQSClient({ maxAttempts: 1 }).send(new CreateQueueCommand({ QueueName: 'jobs' }));
    const EventSourceArn = functionArn.replace(/:lambda:(.*):function:.*/, ':sqs:$1:jobs');
    assert.match(QueueUrl, /\/jobs$/);
    const made = await send(CreateEventSourceMappingCommand, { EventSourceArn, BatchSize: 3, Enabled: false });
    const { UUID } = made;
    const state = async () => (await client.send(new GetEventSourceMappingCommand({ UUID }))).State;
    await until(async () => await state() === 'Disabled');
    await client.send(new UpdateEventSourceMappingCommand({
        UUID, Enabled: true, ScalingConfig: { MaximumConcurrency: 2 },
        FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["a"]}}' }] },
    }));
    await until(async () => await state() === 'Enabled');
    const [listed] = (await send(ListEventSourceMappingsCommand)).EventSourceMappings;
    assert.deepEqual([listed.UUID, listed.BatchSize, listed.ScalingConfig.MaximumConcurrency], [UUID, 3, 2]);
    await client.send(new DeleteEventSourceMappingCommand({ UUID }));
    await until(() => state().then(() => false, (error) => error.name === absent.name));
});

test('a function has a URL', async () => {
    const made = await send(CreateFunctionUrlConfigCommand, { AuthType: 'NONE', Cors: { AllowOrigins: ['*'] } });
    assert.match(made.FunctionUrl, /\.lambda-url\./);
    const changed = await send(UpdateFunctionUrlConfigCommand, { AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
    assert.equal(changed.FunctionUrl, made.FunctionUrl);
    const found = await send(GetFunctionUrlConfigCommand);
    assert.deepEqual([found.AuthType, found.InvokeMode], ['AWS_IAM', 'RESPONSE_STREAM']);
    assert.equal((await send(ListFunctionUrlConfigsCommand)).FunctionUrlConfigs.length, 1);
    await send(DeleteFunctionUrlConfigCommand);
    await assert.rejects(send(GetFunctionUrlConfigCommand), absent);
});

test('an answer comes as a stream of events', async () => {
    const answer = await send(InvokeWithResponseStreamCommand);
    let body = '';
    let isComplete = false;
    for await (const event of answer.EventStream) {
        body += event.PayloadChunk ? text(event.PayloadChunk.Payload) : '';
        isComplete ||= event.InvokeComplete !== undefined;
    }
    assert.deepEqual([body, isComplete], ['"second $LATEST"', true]);
});

test('loops are allowed, and tags kept', async () => {
    assert.equal((await send(GetFunctionRecursionConfigCommand)).RecursiveLoop, 'Terminate');
    await send(PutFunctionRecursionConfigCommand, { RecursiveLoop: 'Allow' });
    assert.equal((await send(GetFunctionRecursionConfigCommand)).RecursiveLoop, 'Allow');
    const Resource = functionArn;
    await client.send(new TagResourceCommand({ Resource, Tags: { team: 'a', tier: 'web' } }));
    await client.send(new UntagResourceCommand({ Resource, TagKeys: ['tier'] }));
    assert.deepEqual((await client.send(new ListTagsCommand({ Resource }))).Tags, { team: 'a' });
    await send(DeleteAliasCommand, { Name: 'live' });
    await assert.rejects(send(GetAliasCommand, { Name: 'live' }), absent);
});
