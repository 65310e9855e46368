'use strict';
// console.* in Lambda's text format: time, request id, level and text, separated by tabs.
const fs = require('node:fs');
const { format } = require('node:util');
const { toLogJson } = require('./errors.cjs');

const LEVELS = {
  trace: 'TRACE',
  debug: 'DEBUG',
  log: 'INFO',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
};

let descriptor = 1;
let requestId; // undefined, and printed so, while the function initialises

function setRequestId(id) {
  requestId = id;
}

function writeTo(other) {
  descriptor = other;
}

function patchConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) => write(level, format(...values));
  }
}

// One log event: a carriage return inside a line is a line break within the event.
function write(level, text) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${text}`;
  writeAll(Buffer.from(line.replace(/\r?\n/g, '\r') + '\n'));
}

// process.stdout is slow to set up, so the descriptor itself is written to. It is a blocking pipe,
// unless the function has used process.stdout, which makes it non-blocking: then a full pipe is
// waited for here, so that lines stay whole and in order.
function writeAll(bytes) {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += fs.writeSync(descriptor, bytes, written);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        return; // the function has closed its output
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 /* ms */);
    }
  }
}

function logError(title, error) {
  write('ERROR', `${title} \t${toLogJson(error)}`);
}

module.exports = { patchConsole, setRequestId, writeTo, logError };
