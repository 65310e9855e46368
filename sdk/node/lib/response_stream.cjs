'use strict';
// Answers that leave piece by piece: `awslambda` as handlers find it on Lambda, and the stream that
// a handler made by streamifyResponse writes to.
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = Buffer.alloc(8);

// Makes the global that handlers use; before any of them is loaded.
function offerStreaming() {
  globalThis.awslambda = {
    streamifyResponse(handler, options) {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number') {
        handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      }
      return handler;
    },
    // Status, headers and cookies in front of the body, for callers by HTTP.
    HttpResponseStream: class HttpResponseStream {
      static from(stream, prelude) {
        stream.setContentType(PRELUDE_TYPE);
        stream.setPrelude(Buffer.concat([Buffer.from(JSON.stringify(prelude)), PRELUDE_END]));
        return stream;
      }
    },
  };
}

function isStreamed(handler) {
  return handler[STREAMING] === 'response';
}

// The class is made when it is first needed: most functions never stream.
let ResponseStream;
function openStream(client, requestId, handler) {
  ResponseStream ??= makeClass();
  return new ResponseStream(client, requestId, handler[HIGH_WATER_MARK]);
}

function plain(chunk) {
  const isPlain = ['string', 'function', 'undefined'].includes(typeof chunk);
  return isPlain || chunk === null || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
}

function makeClass() {
  const { Writable } = require('node:stream');
  return class extends Writable {
    contentType = '';
    hasBegun = false; // a part has left; the client that sends it says so
    #client;
    #prelude = null;
    #isOver = false;

    constructor(client, requestId, highWaterMark) {
      super(highWaterMark === undefined ? {} : { highWaterMark });
      this.#client = client;
      this.requestId = requestId;
    }

    setContentType(type) {
      this.contentType = type;
    }

    setPrelude(bytes) {
      this.#prelude = bytes;
    }

    // The invocation has been answered: what is still written has nowhere to go.
    close() {
      this.#isOver = true;
    }

    write(chunk, ...rest) {
      return super.write(plain(chunk), ...rest);
    }

    end(chunk, ...rest) {
      return super.end(plain(chunk), ...rest);
    }

    _write(chunk, encoding, done) {
      this.#send(chunk, done);
    }

    _final(done) {
      if (this.#prelude === null) {
        done();
      } else {
        this.#send(Buffer.alloc(0), done);
      }
    }

    #send(chunk, done) {
      if (this.#isOver) {
        done();
        return;
      }
      const bytes = this.#prelude === null ? chunk : Buffer.concat([this.#prelude, chunk]);
      this.#prelude = null;
      this.#client.sendPart(this, bytes, done);
      this.hasBegun = true;
    }
  };
}

module.exports = { offerStreaming, isStreamed, openStream };
