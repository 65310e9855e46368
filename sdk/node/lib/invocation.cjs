'use strict';
// One call of a handler, in all the styles Lambda allows: async, Promise, callback, context.done.
const { makeContext } = require('./context.cjs');
const { NodeJsExit } = require('./errors.cjs');

// What the invocation that runs does when nothing is left that the event loop could do.
let onEmptyLoop = null;
let watchesLoop = false;

function loopIsEmpty() {
  const wanted = onEmptyLoop;
  onEmptyLoop = null;
  wanted?.();
}

class Invocation {
  #settle;
  #settled = false;

  constructor(event, settings) {
    this.event = event;
    this.context = makeContext(event, settings);
  }

  // Calls `settle(failed, value)` once the handler has answered.
  run(handler, settle) {
    this.#settle = settle;
    this.#addLegacyMethods();
    this.#whenLoopIsEmpty(() => this.#end(false, null)); // a callback that is never called
    try {
      this.#start(handler);
    } catch (error) {
      this.#end(true, error);
    }
  }

  // The same for a handler that writes its answer to `stream`: it has answered when its promise is
  // settled and the stream has ended, which it does by itself when nothing is left to be done.
  runStreamed(handler, stream, settle) {
    this.#settle = settle;
    this.#whenLoopIsEmpty(() => this.#end(true, new NodeJsExit()));
    const finished = new Promise((resolve) => stream.once('finish', resolve));
    stream.on('error', (error) => this.#end(true, error));
    const returned = async () => {
      this.#whenLoopIsEmpty(() => stream.end());
      await finished;
      this.#end(false, null);
    };
    try {
      const result = handler(JSON.parse(this.event.body), stream, this.context);
      Promise.resolve(result).then(returned).catch((error) => this.#end(true, error));
    } catch (error) {
      this.#end(true, error);
    }
  }

  // The process is about to end: nothing that the handler still does counts.
  abandon() {
    this.#settled = true;
    this.#forgetLoop();
  }

  #start(handler) {
    const argument = JSON.parse(this.event.body);
    const result = handler(argument, this.context, (error, value) => this.#called(error, value));
    if (typeof result?.then === 'function') {
      this.#whenLoopIsEmpty(() => this.#end(true, new NodeJsExit()));
      result.then(
        (value) => this.#end(false, value),
        (error) => this.#end(true, error)
      );
    }
  }

  // The callback: the answer leaves when the event loop is empty, or at once if the function has
  // said so.
  #called(error, value) {
    const failed = error !== undefined && error !== null;
    const end = () => this.#end(failed, failed ? error : value);
    if (this.context.callbackWaitsForEmptyEventLoop) {
      this.#whenLoopIsEmpty(end);
    } else {
      setImmediate(end);
    }
  }

  #end(failed, value) {
    if (this.#settled) {
      return;
    }
    this.#settled = true;
    this.#forgetLoop();
    this.#settle(failed, value);
  }

  #whenLoopIsEmpty(action) {
    if (this.#settled) {
      return;
    }
    onEmptyLoop = action;
    if (!watchesLoop) {
      watchesLoop = true;
      process.on('beforeExit', loopIsEmpty);
    }
  }

  #forgetLoop() {
    onEmptyLoop = null;
  }

  #addLegacyMethods() {
    const done = (error, value) => {
      const failed = error !== undefined && error !== null;
      this.#end(failed, failed ? error : value);
    };
    this.context.done = done;
    this.context.succeed = (value) => done(null, value);
    this.context.fail = (error) => done(error ?? 'handled');
  }
}

module.exports = { Invocation, loopIsEmpty };
