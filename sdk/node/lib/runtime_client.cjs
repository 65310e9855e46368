'use strict';
// The Lambda Runtime API over one kept connection, on node:net: the http module takes 12 ms more.
const net = require('node:net');

const PREFIX = '/2018-06-01/runtime';

class RuntimeClient {
  constructor(address) {
    const colon = address.lastIndexOf(':');
    this.host = address.slice(0, colon);
    this.port = Number(address.slice(colon + 1));
    this.address = address;
    this.socket = null;
    this.chunks = [];
    this.waiting = null; // {resolve, reject} of the reply that is awaited
    this.streamed = null; // the stream of which a part has been posted
  }

  connect() {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: this.host, port: this.port, noDelay: true });
      this.chunks = [];
      this.socket = socket;
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        socket.on('error', () => {}); // 'close' follows
        resolve();
      });
      socket.on('data', (chunk) => this.#received(chunk));
      socket.on('close', () => this.#lost(socket));
    });
  }

  ref() {
    this.socket.ref();
  }

  unref() {
    this.socket.unref();
  }

  // Waits for an event, over a new connection when the old one has gone.
  async next() {
    try {
      this.socket.write(this.#nextRequest());
      return eventOf(await this.#reply());
    } catch (error) {
      if (error.code !== 'LOST') {
        throw error;
      }
    }
    await this.connect();
    this.socket.write(this.#nextRequest());
    return eventOf(await this.#reply());
  }

  // Posts the answer and the request for the next event together, so that a warm call costs the
  // function one wake-up, and waits for the event.
  answer(requestId, body) {
    return this.#answer(this.#post(`/invocation/${requestId}/response`, body));
  }

  answerError(requestId, document) {
    return this.#answer(this.#postError(`/invocation/${requestId}/error`, document));
  }

  // Posts part of an answer; `done` is called when the next may come.
  sendPart(stream, bytes, done) {
    if (this.streamed !== stream) {
      this.streamed = stream;
      const type = (stream.contentType || 'application/octet-stream').replace(/[^\x20-\x7e]/g, '?');
      this.socket.write(
        `POST ${PREFIX}/invocation/${stream.requestId}/response HTTP/1.1\r\n` +
          `Host: ${this.address}\r\nContent-Type: ${type}\r\n` +
          'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n' +
          'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n'
      );
    }
    if (bytes.length === 0) {
      setImmediate(done);
      return;
    }
    this.socket.cork();
    this.socket.write(`${bytes.length.toString(16)}\r\n`);
    this.socket.write(bytes);
    this.socket.write('\r\n', () => done());
    this.socket.uncork();
  }

  // Ends an answer whose parts have been posted, and waits for the next event.
  answerStream(stream) {
    if (this.streamed !== stream) {
      return this.answer(stream.requestId, '');
    }
    this.streamed = null;
    return this.#answer('0\r\n\r\n');
  }

  // Only posts, for a process that is about to end.
  async postError(requestId, document) {
    this.socket.write(this.#postError(`/invocation/${requestId}/error`, document));
    await this.#reply().catch(() => {});
  }

  async failInit(document) {
    this.socket.write(this.#postError('/init/error', document));
    await this.#reply().catch(() => {});
  }

  async #answer(request) {
    try {
      this.socket.cork();
      this.socket.write(request);
      this.socket.write(this.#nextRequest());
      this.socket.uncork();
      await this.#reply(); // a refused answer changes nothing for us: the next event comes
      return eventOf(await this.#reply());
    } catch (error) {
      if (error.code !== 'LOST') {
        throw error;
      }
    }
    await this.connect();
    return this.next();
  }

  #nextRequest() {
    return `GET ${PREFIX}/invocation/next HTTP/1.1\r\nHost: ${this.address}\r\n\r\n`;
  }

  #post(path, body, moreHeaders = '') {
    return (
      `POST ${PREFIX}${path} HTTP/1.1\r\nHost: ${this.address}\r\n` +
      `Content-Type: application/json\r\n${moreHeaders}` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    );
  }

  // What has been posted in part can only be ended with an error.
  #postError(path, document) {
    const type = document.errorType.replace(/[^\x20-\x7e]/g, '?');
    if (this.streamed !== null) {
      this.streamed = null;
      const body = Buffer.from(JSON.stringify(document)).toString('base64');
      return (
        `0\r\nLambda-Runtime-Function-Error-Type: ${type}\r\n` +
        `Lambda-Runtime-Function-Error-Body: ${body}\r\n\r\n`
      );
    }
    const header = `Lambda-Runtime-Function-Error-Type: ${type}\r\n`;
    return this.#post(path, JSON.stringify(document), header);
  }

  // Resolves with {status, headers, body} of the next reply in line.
  #reply() {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      if (this.socket.destroyed) {
        this.#lost(this.socket);
      } else {
        this.#deliver();
      }
    });
  }

  #received(chunk) {
    this.chunks.push(chunk);
    if (this.waiting !== null) {
      this.#deliver();
    }
  }

  #lost(socket) {
    if (socket === this.socket && this.waiting !== null) {
      const { reject } = this.waiting;
      this.waiting = null;
      const error = new Error('The Runtime API closed the connection');
      error.code = 'LOST';
      reject(error);
    }
  }

  #deliver() {
    const reply = takeReply(this.chunks);
    if (reply !== null) {
      const { resolve } = this.waiting;
      this.waiting = null;
      resolve(reply);
    }
  }
}

// The first whole reply of `chunks`, taken off them, or null when it has not arrived yet. Joins a
// large body once, not once per chunk.
function takeReply(chunks) {
  if (chunks.length === 0) {
    return null;
  }
  let head = chunks[0].indexOf('\r\n\r\n');
  if (head < 0 && chunks.length > 1) {
    chunks.splice(0, chunks.length, Buffer.concat(chunks));
    head = chunks[0].indexOf('\r\n\r\n');
  }
  if (head < 0) {
    return null;
  }
  const { status, headers } = parseHead(chunks[0].toString('utf8', 0, head));
  const end = head + 4 + Number(headers['content-length'] ?? 0);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (size < end) {
    return null;
  }
  const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  chunks.length = 0;
  if (size > end) {
    chunks.push(all.subarray(end));
  }
  return { status, headers, body: all.toString('utf8', head + 4, end) };
}

function parseHead(text) {
  const lines = text.split('\r\n');
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(lines[0].slice(9, 12)), headers };
}

function eventOf({ status, headers, body }) {
  if (status !== 200) {
    throw new Error(`The Runtime API refused the next event: ${body}`);
  }
  return {
    requestId: headers['lambda-runtime-aws-request-id'],
    deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
    functionArn: headers['lambda-runtime-invoked-function-arn'],
    traceId: headers['lambda-runtime-trace-id'] ?? '',
    clientContext: headers['lambda-runtime-client-context'] ?? '',
    cognitoIdentity: headers['lambda-runtime-cognito-identity'] ?? '',
    body,
  };
}

module.exports = { RuntimeClient };
