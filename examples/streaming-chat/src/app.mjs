// A chat whose answer appears word by word: each is sent as soon as it is known.
import { page } from './page.mjs';
import { answerTo } from './model.mjs';

const EVENT_STREAM = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { method, path } = event.requestContext.http;
  if (method === 'GET' && path === '/') {
    reply(stream, 200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
    return;
  }
  const question = method === 'POST' && path === '/chat' ? questionOf(event) : undefined;
  if (question === undefined) {
    reply(stream, 404, { 'Content-Type': 'text/plain' }).end('GET / or POST /chat {"say": "…"}\n');
    return;
  }
  const chat = reply(stream, 200, EVENT_STREAM);
  for await (const word of answerTo(question)) {
    chat.write(`data: ${JSON.stringify({ word })}\n\n`);
  }
  chat.end('event: end\ndata: {}\n\n');
});

function reply(stream, statusCode, headers) {
  return awslambda.HttpResponseStream.from(stream, { statusCode, headers });
}

function questionOf(event) {
  try {
    const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
    const { say } = JSON.parse(text);
    return typeof say === 'string' ? say : undefined;
  } catch {
    return undefined;
  }
}
