'use strict';
// The frames of the platform over the inherited socket: a head of 32 bytes, text, payload.
//
//   text bytes (4), payload bytes (4), type (1), flags (1), zero (6), event (8), deadline ms (8)
//
// With an answer the last field is how long it took, in microseconds, 1 at least.
// All little-endian. An answer and the wish for the next event leave in one write. Events are read
// without the event loop, as long as nothing else needs it: that takes half the time. Once the loop
// has been used to wait for one, the socket is the loop's for good.
const fs = require('node:fs');

const HEAD = 32;
const [CONFIGURE, EVENT] = [1, 2];
const [OPENED, NEXT, INIT_ERROR, RESPONSE, ERROR] = [16, 17, 18, 19, 20];
const ANSWER_MAX = 6 * 1024 * 1024 + 100; // of a longer one only the fact is told
const TYPE_MAX = 256;
const MORE = 1; // flag: another part of the answer follows
const PART_MAX = 256 * 1024;
const now = performance.now.bind(performance); // whatever a function makes of the global one

class FrameClient {
  variables = '';
  #descriptor;
  #socket = null; // once the event loop has been used
  #buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #event = 0; // the latest one's number
  #arrived = 0; // and when it came
  #frame = null; // {bytes, filled} of a frame that has come in part
  #ready = null; // a frame that has come whole and that nobody has taken
  #waiting = null; // who waits for a frame

  constructor(descriptor) {
    this.#descriptor = descriptor;
  }

  async connect() {
    this.#send(head(OPENED, 0, 0, 0));
  }

  wish() {
    this.#send(head(NEXT, 0, 0, 0));
  }

  // Sends the answer and the wish for the next event.
  post(body) {
    this.#send(this.#answerFrame(RESPONSE, '', body, true));
  }

  postFailure(document) {
    this.#send(this.#errorFrame(ERROR, document, true));
  }

  // Sends part of an answer; `done` is called when the next may come. By the event loop, so that a
  // caller who reads slowly does not stop the function's other work.
  sendPart(stream, bytes, done) {
    this.#openSocket();
    this.#socket.unref();
    const frames = [];
    let type = stream.hasBegun ? '' : stream.contentType;
    let at = 0;
    do {
      const part = bytes.subarray(at, at + PART_MAX);
      frames.push(this.#partFrame(type, part, true));
      type = '';
      at += PART_MAX;
    } while (at < bytes.length);
    const rest = this.#writeNow(Buffer.concat(frames));
    if (rest === null) {
      setImmediate(done);
    } else {
      this.#socket.write(rest, () => done());
    }
  }

  // Ends an answer whose parts have left, and sends the wish for the next event.
  postStream(stream) {
    const type = stream.hasBegun ? '' : stream.contentType;
    const end = this.#partFrame(type, Buffer.alloc(0), false);
    this.#send(Buffer.concat([end, head(NEXT, 0, 0, 0)]));
  }

  #partFrame(type, bytes, isFollowed) {
    const text = Buffer.from(type.replace(/[^\x20-\x7e]/g, '?').slice(0, TYPE_MAX));
    const start = head(RESPONSE, text.length, bytes.length, this.#event);
    start[9] = isFollowed ? MORE : 0;
    return Buffer.concat([start, text, bytes]);
  }

  // Only posts, for a process that is about to end.
  async postError(requestId, document) {
    await this.#sendAll(this.#errorFrame(ERROR, document, false));
  }

  async failInit(document) {
    await this.#sendAll(this.#errorFrame(INIT_ERROR, document, false));
  }

  get usesEventLoop() {
    return this.#socket !== null;
  }

  // The next event; null when a stem is to become a function instead. Nothing else happens in this
  // process until it comes.
  receive() {
    while (this.#ready === null) {
      this.#received(this.#buffer.subarray(0, this.#read()));
    }
    const frame = this.#ready;
    this.#ready = null;
    return this.#eventOf(frame);
  }

  #read() {
    try {
      return fs.readSync(this.#descriptor, this.#buffer) || process.exit(0);
    } catch {
      return process.exit(0); // the platform has gone
    }
  }

  // The same by the event loop: calls `taker` with it.
  receiveLater(taker) {
    this.#openSocket();
    if (this.#ready !== null) {
      setImmediate(() => taker(this.receive()));
      return;
    }
    this.#socket.ref();
    this.#waiting = (frame) => {
      this.#socket.unref(); // the function's own work alone decides when the event loop is empty
      taker(this.#eventOf(frame));
    };
  }

  #openSocket() {
    if (this.#socket !== null) {
      return;
    }
    const net = require('node:net');
    this.#socket = new net.Socket({
      fd: this.#descriptor,
      onread: {
        buffer: this.#buffer,
        callback: (bytes, buffer) => this.#received(buffer.subarray(0, bytes)),
      },
    });
    this.#socket.on('error', () => {}); // 'close' follows
    this.#socket.on('close', () => process.exit(0)); // the platform has gone
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
    frame.writeUIntLE(Math.ceil((now() - this.#arrived) * 1000) || 1, 24, 6);
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
    if (this.#socket !== null && this.#socket.writableLength > 0) {
      return bytes;
    }
    let written = 0;
    try {
      while (written < bytes.length) {
        written += fs.writeSync(this.#descriptor, bytes, written);
      }
      return null;
    } catch (error) {
      // Else the platform has gone: the next read says so.
      return error.code === 'EAGAIN' ? bytes.subarray(written) : null;
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
    const taker = this.#waiting;
    this.#waiting = null;
    taker(frame);
  }

  #eventOf(frame) {
    if (frame.type === CONFIGURE) {
      this.variables = frame.payload; // a stem's rehearsal is over
      return null;
    }
    if (frame.type !== EVENT) {
      throw new Error(`A frame of type ${frame.type} came instead of an event`);
    }
    this.#event = frame.event;
    this.#arrived = now();
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
