'use strict';
// Error documents in the shape of Lambda's Node runtime.

// A failure that the runtime itself reports, with the type name Lambda gives it.
class RuntimeFault extends Error {
  constructor(type, message, options) {
    super(message, options);
    this.name = type;
    const [first] = `${type}: ${message}`.split('\n', 1);
    const cause = options?.cause?.stack ?? '';
    this.stack = cause === '' ? first : `${first}\n${cause}`;
  }
}

class NodeJsExit extends RuntimeFault {
  constructor() {
    super(
      'Runtime.NodeJsExit',
      "The handler's promise was never settled, and nothing is left that could settle it"
    );
  }
}

// {errorType, errorMessage, trace} for whatever was thrown.
function describe(error) {
  if (isError(error)) {
    return {
      errorType: String(error.name || 'Error'),
      errorMessage: String(error.message),
      trace: stackOf(error),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

// The same with the error's own properties, for the log.
function describeForLog(error) {
  if (!isError(error)) {
    return describe(error);
  }
  const { errorType, errorMessage, trace } = describe(error);
  return { errorType, errorMessage, ...error, stack: trace };
}

function unhandledRejection(reason, promise) {
  const fault = new RuntimeFault('Runtime.UnhandledPromiseRejection', String(reason), {
    cause: reason,
  });
  fault.reason = reason;
  fault.promise = promise;
  return fault;
}

function isError(value) {
  return (
    value instanceof Error ||
    (typeof value === 'object' && value !== null && 'message' in value && 'stack' in value)
  );
}

function stackOf(error) {
  return typeof error.stack === 'string' ? error.stack.split('\n') : [];
}

// JSON of an error for the log, whatever hangs on it.
function toLogJson(error) {
  const replacer = (_key, value) => {
    if (typeof value === 'bigint') {
      return String(value);
    }
    return isError(value) ? describeForLog(value) : value;
  };
  try {
    return JSON.stringify(describeForLog(error), replacer);
  } catch {
    return JSON.stringify(describe(error)); // a circle among the properties
  }
}

module.exports = { RuntimeFault, NodeJsExit, describe, unhandledRejection, toLogJson };
