'use strict';
// What a handler gets as its second argument.

// What the environment variables say, which stays the same for all events: reading one of them costs
// as much as the rest of a context.
function readSettings() {
  const { env } = process;
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function makeContext(event, settings) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: settings.functionVersion,
    functionName: settings.functionName,
    memoryLimitInMB: settings.memoryLimitInMB,
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
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

module.exports = { makeContext, readSettings };
