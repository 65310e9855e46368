'use strict';
// The frames of the platform over the inherited socket: a head of 32 bytes, text, payload.
//
//   text bytes (4), payload bytes (4), type (1), flags (1), zero (6), event (8), deadline ms (8)
//
// All little-endian. An answer and the wish for the next event leave in one write, at once and
// without the stream machinery; only what the socket does not take goes through it.
const fs = require('node:fs');
const net = require('node:net');

const HEAD = 32;
const [CONFIGURE, EVENT] = [1, 2];
const [OPENED, NEXT, INIT_ERROR, RESPONSE, ERROR] = [16, 17, 18, 19, 20];
const ANSWER_MAX = 6 * 1024 * 1024 + 100; // of a longer one only the fact is told
const TYPE_MAX = 256;

class FrameClient {
  variables = '';
  #descriptor;
  #socket = null;
  #event = 0; // the latest one's number
  #frame = null; // {bytes, filled} of a frame that has come in part
  #ready = null; // a frame that has come whole and that nobody has taken
  #waiting = null; // who waits for a frame

  constructor(descriptor) {
    this.#descriptor = descriptor;
  }

  async connect() {
    this.#socket = new net.Socket({
      fd: this.#descriptor,
      onread: {
        buffer: Buffer.allocUnsafeSlow(64 * 1024),
        callback: (bytes, buffer) => this.#received(buffer.subarray(0, bytes)),
      },
    });
    this.#socket.on('error', () => {}); // 'close' follows
    this.#socket.on('close', () => process.exit(0)); // the platform has gone
    this.#send(head(OPENED, 0, 0, 0));
  }

  ref() {
    this.#socket.ref();
  }

  unref() {
    this.#socket.unref();
  }

  next() {
    this.#send(head(NEXT, 0, 0, 0));
    return this.#nextEvent();
  }

  // Sends the answer and the wish for the next event together, so that a warm call costs the
  // function one wake-up, and waits for the event.
  answer(requestId, body) {
    this.#send(this.#answerFrame(RESPONSE, '', body, true));
    return this.#nextEvent();
  }

  answerError(requestId, document) {
    this.#send(this.#errorFrame(ERROR, document, true));
    return this.#nextEvent();
  }

  // Only posts, for a process that is about to end.
  async postError(requestId, document) {
    await this.#sendAll(this.#errorFrame(ERROR, document, false));
  }

  async failInit(document) {
    await this.#sendAll(this.#errorFrame(INIT_ERROR, document, false));
  }

  #errorFrame(type, document, andNext) {
    const text = document.errorType.replace(/[^\x20-\x7e]/g, '?').slice(0, TYPE_MAX);
    return this.#answerFrame(type, text, JSON.stringify(document), andNext);
  }

  #answerFrame(type, text, body, andNext) {
    let size = Buffer.byteLength(body);
    let bytes = null;
    if (size > ANSWER_MAX) {
      bytes = Buffer.from(body).subarray(0, ANSWER_MAX + 1);
      size = bytes.length;
    }
    const start = HEAD + text.length;
    const frame = Buffer.allocUnsafe(start + size + (andNext ? HEAD : 0));
    writeHead(frame, 0, type, text.length, size, this.#event);
    frame.latin1Write(text, HEAD);
    if (bytes === null) {
      frame.utf8Write(body, start);
    } else {
      bytes.copy(frame, start);
    }
    if (andNext) {
      writeHead(frame, start + size, NEXT, 0, 0, 0);
    }
    return frame;
  }

  #send(bytes) {
    const rest = this.#writeNow(bytes);
    if (rest !== null) {
      this.#socket.write(rest);
    }
  }

  #sendAll(bytes) {
    const rest = this.#writeNow(bytes);
    return rest === null
      ? Promise.resolve()
      : new Promise((resolve) => this.#socket.write(rest, () => resolve()));
  }

  // What is left of the bytes, or null.
  #writeNow(bytes) {
    if (this.#socket.writableLength > 0) {
      return bytes;
    }
    try {
      const written = fs.writeSync(this.#descriptor, bytes);
      return written === bytes.length ? null : bytes.subarray(written);
    } catch (error) {
      return error.code === 'EAGAIN' ? bytes : null; // else the platform has gone: 'close' follows
    }
  }

  #received(chunk) {
    while (chunk.length > 0) {
      chunk = this.#frame === null ? this.#begin(chunk) : this.#continue(chunk);
    }
    return true;
  }

  // Takes a frame off `chunk`; what is left of it.
  #begin(chunk) {
    if (chunk.length >= HEAD) {
      const size = sizeOf(chunk);
      if (chunk.length >= size) {
        this.#deliver(parse(chunk));
        return chunk.subarray(size);
      }
    }
    const bytes = Buffer.allocUnsafe(chunk.length >= HEAD ? sizeOf(chunk) : HEAD);
    chunk.copy(bytes);
    this.#frame = { bytes, filled: chunk.length };
    return chunk.subarray(chunk.length);
  }

  #continue(chunk) {
    const frame = this.#frame;
    const taken = chunk.copy(frame.bytes, frame.filled);
    frame.filled += taken;
    if (frame.filled === frame.bytes.length) {
      const size = sizeOf(frame.bytes);
      if (size > frame.filled) {
        frame.bytes = Buffer.concat([frame.bytes], size);
      } else {
        this.#frame = null;
        this.#deliver(parse(frame.bytes));
      }
    }
    return chunk.subarray(taken);
  }

  #deliver(frame) {
    if (this.#waiting === null) {
      this.#ready = frame;
      return;
    }
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve(frame);
  }

  #nextFrame() {
    const frame = this.#ready;
    if (frame !== null) {
      this.#ready = null;
      return Promise.resolve(frame);
    }
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async #nextEvent() {
    const frame = await this.#nextFrame();
    if (frame.type === CONFIGURE) {
      this.variables = frame.payload; // a stem's rehearsal is over
      return null;
    }
    if (frame.type !== EVENT) {
      throw new Error(`A frame of type ${frame.type} came instead of an event`);
    }
    this.#event = frame.event;
    const [requestId, functionArn, traceId, clientContext] = frame.text.split('\0');
    return {
      requestId,
      deadlineMs: frame.deadlineMs,
      functionArn,
      traceId,
      clientContext,
      cognitoIdentity: '',
      body: frame.payload,
    };
  }
}

function head(type, textBytes, payloadBytes, event) {
  const bytes = Buffer.allocUnsafe(HEAD);
  writeHead(bytes, 0, type, textBytes, payloadBytes, event);
  return bytes;
}

function writeHead(bytes, at, type, textBytes, payloadBytes, event) {
  bytes.fill(0, at, at + HEAD);
  bytes.writeUInt32LE(textBytes, at);
  bytes.writeUInt32LE(payloadBytes, at + 4);
  bytes[at + 8] = type;
  bytes.writeUIntLE(event, at + 16, 6);
}

function sizeOf(bytes) {
  return HEAD + bytes.readUInt32LE(0) + bytes.readUInt32LE(4);
}

function parse(bytes) {
  const textEnd = HEAD + bytes.readUInt32LE(0);
  return {
    type: bytes[8],
    event: bytes.readUIntLE(16, 6),
    deadlineMs: bytes.readUIntLE(24, 6),
    text: bytes.utf8Slice(HEAD, textEnd),
    payload: bytes.utf8Slice(textEnd, sizeOf(bytes)),
  };
}

module.exports = { FrameClient };
