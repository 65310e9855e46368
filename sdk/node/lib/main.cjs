'use strict';
// The life of one environment: connect, import the handler, answer events one by one.
const { patchConsole, setRequestId, logError } = require('./log.cjs');
const { loadHandler } = require('./handler_loader.cjs');
const { Invocation } = require('./invocation.cjs');
const errors = require('./errors.cjs');

async function run() {
  const client = makeClient();
  await client.connect(); // tells the platform that the runtime has booted
  patchConsole();
  if (process.env.LAMBENT_STEM !== undefined) {
    delete process.env.LAMBENT_STEM;
    await require('./stem.cjs').becomeFunction(client, answer);
  }
  const state = { client, initialising: true, invocation: null };
  watchForCrashes(state);
  const handler = await load(client);
  state.initialising = false;
  let event = await client.next();
  for (;;) {
    event = await answer(state, handler, event);
  }
}

// Frames over the inherited socket where there is one, else the Lambda Runtime API.
function makeClient() {
  const descriptor = process.env.LAMBENT_CHANNEL_FD;
  if (descriptor === undefined) {
    const { RuntimeClient } = require('./runtime_client.cjs');
    return new RuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API);
  }
  const { FrameClient } = require('./frame_client.cjs');
  delete process.env.LAMBENT_CHANNEL_FD;
  return new FrameClient(Number(descriptor));
}

async function load(client) {
  try {
    return await loadHandler(process.env.LAMBDA_TASK_ROOT || '/var/task', process.env._HANDLER);
  } catch (error) {
    logError('Uncaught Exception', error);
    await client.failInit(errors.describe(error));
    process.exit(1);
  }
}

// Runs the handler, posts what it answered and returns the next event.
async function answer(state, handler, event) {
  setRequestId(event.requestId);
  if (event.traceId) {
    process.env._X_AMZN_TRACE_ID = event.traceId;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
  state.invocation = new Invocation(event);
  state.client.unref(); // the function's own work alone decides when the event loop is empty
  const { failed, value } = await state.invocation.run(handler);
  state.client.ref();
  const invocation = state.invocation;
  state.invocation = null;
  if (failed) {
    logError('Invoke Error', value);
    return state.client.answerError(event.requestId, errors.describe(value));
  }
  return post(state, invocation, event, value);
}

function post(state, invocation, event, value) {
  let body;
  try {
    body = JSON.stringify(value) ?? 'null';
  } catch (error) {
    const unable = new Error('Unable to stringify response body', { cause: error });
    logError('Invoke Error', unable);
    return state.client.answerError(event.requestId, errors.describe(unable));
  }
  return state.client.answer(event.requestId, body);
}

// What nobody catches ends the process, as in Node itself; first the platform is told why.
function watchForCrashes(state) {
  const crash = async (title, error, status) => {
    logError(title, error);
    state.client.ref();
    if (state.initialising) {
      await state.client.failInit(errors.describe(error));
    } else if (state.invocation !== null) {
      state.invocation.abandon();
      await state.client.postError(state.invocation.event.requestId, errors.describe(error));
    }
    process.exit(status);
  };
  process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129));
  process.on('unhandledRejection', (reason, promise) =>
    crash('Unhandled Promise Rejection', errors.unhandledRejection(reason, promise), 128)
  );
}

module.exports = { run };
