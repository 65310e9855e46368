'use strict';
// From "dir/file.method" to the function, in Lambda's order: file.js, file.mjs, file.cjs, then
// whatever Node finds by that name.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { RuntimeFault } = require('./errors.cjs');

// What may have put itself in the way of require: it shall see the handler's file, too.
const PRELOADS = /^(-r|--require|--import|--loader|--experimental-loader)\b/;
const ES_MODULE = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'];

async function loadHandler(root, name) {
  const { folder, file, method } = splitName(name);
  const module = await loadModule(root, folder, file);
  const handler = method.split('.').reduce((object, key) => object?.[key], module);
  if (handler === undefined || handler === null) {
    throw new RuntimeFault(
      'Runtime.HandlerNotFound',
      `${file}.${method} is undefined or not exported`
    );
  }
  if (typeof handler !== 'function') {
    throw new RuntimeFault('Runtime.HandlerNotFound', `${file}.${method} is not a function`);
  }
  return handler;
}

function splitName(name) {
  if (!name || name.includes('..')) {
    throw new RuntimeFault(
      'Runtime.MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root ` +
        'directories in handler names.'
    );
  }
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  if (dot <= slash || dot === name.length - 1) {
    throw new RuntimeFault('Runtime.MalformedHandlerName', 'Bad handler');
  }
  return { folder: name.slice(0, slash), file: name.slice(slash, dot), method: name.slice(dot + 1) };
}

async function loadModule(root, folder, file) {
  const base = path.resolve(root, folder, file);
  try {
    return await firstThatExists(base, root, folder, file);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new RuntimeFault('Runtime.UserCodeSyntaxError', String(error), { cause: error });
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new RuntimeFault('Runtime.ImportModuleError', String(error), { cause: error });
    }
    throw error;
  }
}

async function firstThatExists(base, root, folder, file) {
  const named = fs.lstatSync(base + '.js', { throwIfNoEntry: false });
  if (named?.isFile() && folder === '' && !isWatched()) {
    return requireOrImport(base + '.js', requireHere);
  }
  if (named !== undefined && fs.existsSync(base + '.js')) {
    return requireOrImport(base + '.js', require);
  }
  if (fs.existsSync(base + '.mjs')) {
    return import(base + '.mjs');
  }
  if (fs.existsSync(base + '.cjs')) {
    return require(base + '.cjs');
  }
  return require(
    require.resolve('./' + file, { paths: [path.resolve(root, folder)] })
  );
}

function isWatched() {
  return Boolean(process.env.NODE_OPTIONS) || process.execArgv.some((word) => PRELOADS.test(word));
}

// A .js file is an ES module when its package says so; Node knows, and says it this way.
function requireOrImport(file, load) {
  try {
    return load(file);
  } catch (error) {
    if (ES_MODULE.includes(error?.code)) {
      return import(file);
    }
    throw error;
  }
}

// As require does, but for its search: this is the whole name of a file, and no link.
function requireHere(file) {
  if (Module._cache[file] !== undefined) {
    return require(file);
  }
  const made = new Module(file, module);
  Module._cache[file] = made;
  try {
    made.load(file);
  } finally {
    if (!made.loaded) {
      delete Module._cache[file];
    }
  }
  return made.exports;
}

module.exports = { loadHandler };
