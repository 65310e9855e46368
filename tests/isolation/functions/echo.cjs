// Echoes its event, says who it is, and leaves marks wherever a function can leave any.
const fs = require('fs');

const own = { ...process.env };
const instance = require('crypto').randomUUID();
let served = 0;
let previous = '';
globalThis.marks = globalThis.marks || [];

function listed(folder) {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    return [];
  }
}

const found = () => ({
  tmp: listed('/tmp'), shm: listed('/dev/shm'), globals: [...globalThis.marks],
  environment: { ...process.env }, task: listed('/var/task'), cwd: process.cwd(),
});

function leave(secret) {
  fs.mkdirSync('/tmp/' + secret, { recursive: true });
  globalThis.marks = [secret];
  process.env.LEFT = secret;
  process.chdir('/tmp');
}

const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));

exports.handler = async (event, context) => {
  served += 1;
  const answer = {
    nonce: event.nonce, fill: event.fill, instance, served, previous, found: found(),
    request: context.awsRequestId, function: context.functionName,
    version: context.functionVersion, arn: context.invokedFunctionArn,
    stream: context.logStreamName, memory: Number(context.memoryLimitInMB), secret: own.SECRET,
  };
  previous = event.nonce;
  leave(own.SECRET);
  process.stdout.write(`echo ${event.nonce} ${own.SECRET}\n`);
  if (event.act === 'late') await pause(60000);
  if (event.act === 'slow') await pause(20);
  if (event.act === 'die') process.exit(9);
  if (event.act === 'fail') throw new Error(event.nonce);
  return answer;
};
