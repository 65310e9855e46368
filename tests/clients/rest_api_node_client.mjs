// @aws-sdk/client-api-gateway as a user writes it; run by rest_api_node_test.py, which starts the daemon and
// passes the endpoint and keys in the environment.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import {
    APIGatewayClient, CreateDeploymentCommand, CreateResourceCommand, CreateRestApiCommand, DeleteRestApiCommand,
    GetResourcesCommand, GetRestApiCommand, GetStageCommand, PutIntegrationCommand, PutMethodCommand, UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';

const gateway = new APIGatewayClient({ maxAttempts: 1 });
const send = (Command, input) => gateway.send(new Command(input));

function get(host, path) {
    const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL);
    return new Promise((resolve, reject) => {
        http.get({ hostname, port, path, headers: { Host: `${host}:${port}` } }, (answer) => {
            let text = '';
            answer.on('data', (part) => { text += part; });
            answer.on('end', () => resolve({ status: answer.statusCode, text }));
        }).on('error', reject);
    });
}

test('an API comes, serves and goes', async () => {
    const { id: restApiId, createdDate } = await send(CreateRestApiCommand, { name: 'node' });
    assert.ok(Math.abs(Date.now() - createdDate.getTime()) < 600_000);
    const { items } = await send(GetResourcesCommand, { restApiId });
    const { id: resourceId } = await send(CreateResourceCommand, { restApiId, parentId: items[0].id, pathPart: 'hello' });
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await send(PutMethodCommand, { ...method, authorizationType: 'NONE' });
    const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${process.env.FUNCTION_ARN}/invocations`;
    await send(PutIntegrationCommand, { ...method, type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri });
    await send(CreateDeploymentCommand, { restApiId, stageName: 'dev' });
    await send(UpdateStageCommand, {
        restApiId, stageName: 'dev', patchOperations: [{ op: 'replace', path: '/variables/tone', value: 'blue' }],
    });
    const stage = await send(GetStageCommand, { restApiId, stageName: 'dev' });
    assert.deepEqual(stage.variables, { tone: 'blue' });
    const answer = await get(`${restApiId}.execute-api.us-east-1.localhost`, '/dev/hello');
    assert.deepEqual(answer, { status: 200, text: 'blue' });
    await assert.rejects(send(PutMethodCommand, { ...method, authorizationType: 'NONE' }), { name: 'ConflictException' });
    await send(DeleteRestApiCommand, { restApiId });
    await assert.rejects(send(GetRestApiCommand, { restApiId }), { name: 'NotFoundException' });
});
