// @aws-sdk/client-lambda as a user writes it; run by lambda_node_test.py, which starts the daemon and
// passes the endpoint and keys in the environment, and the function's zip as the first argument.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
    CreateFunctionCommand, DeleteFunctionCommand, GetFunctionCommand, InvokeCommand, LambdaClient,
    ListFunctionsCommand, UpdateFunctionCodeCommand, UpdateFunctionConfigurationCommand,
    waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';

const client = new LambdaClient({ maxAttempts: 1 });
const ZipFile = readFileSync(process.env.FUNCTION_ZIP);
const FunctionName = 'node-sdk';
const text = (payload) => Buffer.from(payload).toString();

test('a function is created, becomes active and answers', async () => {
    const made = await client.send(new CreateFunctionCommand({
        FunctionName, Runtime: 'nodejs20.x', Handler: 'app.handler', Code: { ZipFile },
        Role: 'arn:aws:iam::000000000000:role/lambda', Environment: { Variables: { GREETING: 'hello' } },
    }));
    assert.match(made.FunctionArn, /:function:node-sdk$/);
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 90 }, { FunctionName });
    const answer = await client.send(new InvokeCommand({
        FunctionName, Payload: JSON.stringify({ name: 'ada' }), LogType: 'Tail',
    }));
    assert.equal(answer.StatusCode, 200);
    assert.equal(answer.FunctionError, undefined);
    assert.deepEqual(JSON.parse(text(answer.Payload)), { said: 'hello ada' });
    assert.match(Buffer.from(answer.LogResult, 'base64').toString(), /INFO\tgreeting ada/);
});

test('an error of the handler is reported as AWS reports it', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    assert.equal(answer.FunctionError, 'Unhandled');
    assert.equal(JSON.parse(text(answer.Payload)).errorType, 'TypeError');
});

test('an asynchronous call is accepted', async () => {
    const answer = await client.send(new InvokeCommand({
        FunctionName, InvocationType: 'Event', Payload: JSON.stringify({ name: 'later' }),
    }));
    assert.equal(answer.StatusCode, 202);
});

test('code and configuration can be updated', async () => {
    await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 90 }, { FunctionName });
    await client.send(new UpdateFunctionConfigurationCommand({
        FunctionName, Environment: { Variables: { GREETING: 'welcome' } },
    }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 90 }, { FunctionName });
    const answer = await client.send(new InvokeCommand({
        FunctionName, Payload: JSON.stringify({ name: 'grace' }),
    }));
    assert.deepEqual(JSON.parse(text(answer.Payload)), { said: 'welcome grace' });
    const listed = await client.send(new ListFunctionsCommand({}));
    assert.ok(listed.Functions.some((each) => each.FunctionName === FunctionName));
});

test('what is gone is not found', async () => {
    await client.send(new DeleteFunctionCommand({ FunctionName }));
    await assert.rejects(client.send(new GetFunctionCommand({ FunctionName })), {
        name: 'ResourceNotFoundException',
    });
});
