'use strict';
// The life of one environment: connect, import the handler, answer events one by one.
const { patchConsole, setRequestId, logError } = require('./log.cjs');
const { loadHandler } = require('./handler_loader.cjs');
const { Invocation } = require('./invocation.cjs');
const { readSettings } = require('./context.cjs');
const { offerStreaming, isStreamed, openStream } = require('./response_stream.cjs');
const errors = require('./errors.cjs');

async function run() {
  const client = makeClient();
  await client.connect(); // tells the platform that the runtime has booted
  patchConsole();
  offerStreaming();
  const state = { client, initialising: true, invocation: null, settings: null };
  watchForCrashes(state);
  if (process.env.LAMBENT_STEM !== undefined) {
    delete process.env.LAMBENT_STEM;
    await require('./stem.cjs').becomeFunction(client, serveFrames);
  }
  state.settings = readSettings();
  const handler = await load(client);
  state.initialising = false;
  await (client.receive === undefined ? serveHttp(state, handler) : serveFrames(state, handler));
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

// Until a stem is to become a function.
function serveFrames(state, handler) {
  return new Promise((resolve) => {
    const { EventPump } = require('./event_pump.cjs');
    new EventPump(state.client, (event, post) => answer(state, handler, event, post), resolve).start();
  });
}

async function serveHttp(state, handler) {
  const { client } = state;
  let event = await client.next();
  for (;;) {
    client.unref(); // the function's own work alone decides when the event loop is empty
    const outcome = await new Promise((resolve) => answer(state, handler, event, resolve));
    client.ref();
    if (outcome.failure !== undefined) {
      event = await client.answerError(event.requestId, outcome.failure);
    } else if (outcome.stream !== undefined) {
      event = await client.answerStream(outcome.stream);
    } else {
      event = await client.answer(event.requestId, outcome.body);
    }
  }
}

// Runs the handler and calls `post` with what came of it.
function answer(state, handler, event, post) {
  setRequestId(event.requestId);
  if (event.traceId) {
    process.env._X_AMZN_TRACE_ID = event.traceId;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
  state.invocation = new Invocation(event, state.settings);
  if (isStreamed(handler)) {
    answerStreamed(state, handler, event, post);
    return;
  }
  state.invocation.run(handler, (failed, value) => {
    state.invocation = null;
    post(failed ? failure(value) : success(value));
  });
}

function answerStreamed(state, handler, event, post) {
  const stream = openStream(state.client, event.requestId, handler);
  state.invocation.runStreamed(handler, stream, (failed, value) => {
    state.invocation = null;
    stream.close();
    post(failed ? failure(value) : { stream });
  });
}

function failure(error) {
  logError('Invoke Error', error);
  return { failure: errors.describe(error) };
}

function success(value) {
  try {
    return { body: JSON.stringify(value) ?? 'null' };
  } catch (error) {
    return failure(new Error('Unable to stringify response body', { cause: error }));
  }
}

// What nobody catches ends the process, as in Node itself; first the platform is told why.
function watchForCrashes(state) {
  const crash = async (title, error, status) => {
    logError(title, error);
    state.client.ref?.(); // the HTTP client's connection, or else nothing waits for what is posted
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
