'use strict';
// A stem: a Node that has started, and rehearsed, before it learns which function it is. The
// rehearsal is a function of no meaning, called through the whole path, so that what a first call
// compiles, loads and touches has been compiled, loaded and touched.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const log = require('./log.cjs');
const { loadHandler } = require('./handler_loader.cjs');
const { readSettings } = require('./context.cjs');

const STARTS = 5; // more make the first start no quicker, but the stem larger
const REHEARSAL = path.resolve(__dirname, '../rehearsal');

// `serve` is main's: has a handler answer events until the stem is to become a function.
async function becomeFunction(client, serve) {
  const known = await rehearse(client, serve);
  takeOver(client.variables, known);
}

// Resolves with the environment variables that are set then.
async function rehearse(client, serve) {
  const nowhere = fs.openSync('/dev/null', 'w');
  log.writeTo(nowhere);
  const own = { ...process.env, LAMBDA_TASK_ROOT: '/', TZ: ':UTC' };
  let known = new Map(Object.entries(process.env));
  let handler;
  for (let round = 0; round < STARTS; ++round) {
    known = takeOver(linesOf({ ...own, REHEARSAL: String(round) }), known);
    handler = await loadHandler(REHEARSAL, 'rehearsed.handler');
    forget();
  }
  const state = { client, initialising: false, invocation: null, settings: readSettings() };
  await serve(state, handler);
  log.writeTo(1);
  log.setRequestId(undefined);
  fs.closeSync(nowhere);
  return known;
}

// Loads the rehearsal's files anew the next time, and leaves no trace of them.
function forget() {
  for (const cache of [require.cache, Module._pathCache]) {
    for (const key of Object.keys(cache)) {
      if (key.includes(REHEARSAL)) {
        delete cache[key];
      }
    }
  }
}

function linesOf(variables) {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\0`)
    .join('');
}

// Makes `text` (KEY=value, each ended by a zero byte) the environment, in place of `known`, and
// returns it. What stays the same is left alone: setting the time zone makes V8 forget all it knows
// about dates, and reading a variable of the process takes as long as setting one.
function takeOver(text, known) {
  const { env } = process;
  const variables = new Map();
  for (const line of text.split('\0')) {
    const equals = line.indexOf('=');
    if (equals > 0) {
      variables.set(line.slice(0, equals), line.slice(equals + 1));
    }
  }
  for (const name of known.keys()) {
    if (!variables.has(name)) {
      delete env[name];
    }
  }
  for (const [name, value] of variables) {
    if (known.get(name) !== value) {
      env[name] = value;
    }
  }
  process.chdir(variables.get('LAMBDA_TASK_ROOT') || '/var/task');
  return variables;
}

module.exports = { becomeFunction };
