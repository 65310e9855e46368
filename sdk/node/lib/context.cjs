'use strict';
// What a handler gets as its second argument.

function makeContext(event) {
  const { env } = process;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseOrUndefined(event.clientContext),
    identity: parseOrUndefined(event.cognitoIdentity),
    invokedFunctionArn: event.functionArn,
    awsRequestId: event.requestId,
    getRemainingTimeInMillis: () => Math.max(0, event.deadlineMs - Date.now()),
  };
}

function parseOrUndefined(json) {
  return json === '' ? undefined : JSON.parse(json);
}

module.exports = { makeContext };
