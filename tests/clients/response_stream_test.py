#!/usr/bin/python3
"""Streamed responses: the first bytes reach the caller while the function still works. Proved by
causality: the function waits for a second request, which is only sent once the first part of its
answer has come."""
import contextlib
import http.client
import json
import pathlib
import unittest
import urllib.parse

import botocore.eventstream

from support.lambent_daemon import ROLE, DaemonTest, eventually, zip_of
from support.node_client import run_node_tests
from support.raw_http import ask, call_api, connected, signed_headers

# One environment cannot serve two requests: the second one is an upload that the first waits for.
TALK = """
import http from 'node:http';
import crypto from 'node:crypto';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Whether an object is there, asked of the platform with the function's own key.
async function exists(key) {
  const at = new URL(process.env.AWS_ENDPOINT_URL);
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
  const scope = `${time.slice(0, 8)}/${process.env.AWS_REGION}/s3/aws4_request`;
  const empty = crypto.createHash('sha256').update('').digest('hex');
  const names = 'host;x-amz-content-sha256;x-amz-date';
  const request = `HEAD\\n/${key}\\n\\nhost:${at.host}\\nx-amz-content-sha256:${empty}\\n` +
    `x-amz-date:${time}\\n\\n${names}\\n${empty}`;
  const text = `AWS4-HMAC-SHA256\\n${time}\\n${scope}\\n` +
    crypto.createHash('sha256').update(request).digest('hex');
  let signing = 'AWS4' + process.env.AWS_SECRET_ACCESS_KEY;
  for (const part of [...scope.split('/'), text]) {
    signing = crypto.createHmac('sha256', signing).update(part).digest();
  }
  const headers = { 'x-amz-date': time, 'x-amz-content-sha256': empty,
    authorization: `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}, ` +
      `SignedHeaders=${names}, Signature=${signing.toString('hex')}` };
  return new Promise((resolve, reject) => {
    http.request({ host: at.hostname, port: at.port, method: 'HEAD', path: '/' + key, headers },
      (answer) => { answer.resume(); resolve(answer.statusCode === 200); }).on('error', reject).end();
  });
}

export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const wish = event.requestContext ? JSON.parse(event.body ?? '{}') : event;
  if (wish.prelude) {
    stream = awslambda.HttpResponseStream.from(stream, wish.prelude);
  } else if (wish.type) {
    stream.setContentType(wish.type);
  }
  if (wish.throwFirst) throw new TypeError('before');
  stream.write(wish.first ?? 'first');
  while (wish.waitFor && !(await exists(wish.waitFor))) await pause(5);
  if (wish.throwNext) throw new TypeError('behind');
  if (wish.exit) process.exit(3);
  if (wish.hang) await pause(100_000);
  for (let sent = 0; sent < (wish.bytes ?? 0); sent += 65_536) {
    if (!stream.write(Buffer.alloc(65_536, 'x'))) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.write(`last of ${context.awsRequestId}`);
  stream.end();
});
"""


class ResponseStream(DaemonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls.daemon.client("lambda")
        cls.client.create_function(
            FunctionName="talk", Runtime="nodejs20.x", Handler="app.handler", Role=ROLE, Timeout=300,
            MemorySize=256, Code={"ZipFile": zip_of({"app.mjs": TALK})}, Tags={"lambent:endpoint": "open"})
        cls.s3 = cls.daemon.client("s3")
        cls.s3.create_bucket(Bucket="signals")
        status, made = call_api(cls.daemon, "POST", "/2021-10-31/functions/talk/url",
                                {"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"})
        assert status == 201, made
        cls.host = urllib.parse.urlsplit(made["FunctionUrl"]).netloc

    def signal(self, key):
        self.s3.put_object(Bucket="signals", Key=key, Body=b"")

    @contextlib.contextmanager
    def streamed(self, document, headers=None):
        """The answer to InvokeWithResponseStream while it comes."""
        path = "/2021-11-15/functions/talk/response-streaming-invocations"
        body = json.dumps(document).encode()
        with connected(self.daemon) as connection:
            connection.request("POST", path, body, signed_headers(self.daemon, "POST", path, body,
                                                                  headers=headers or {}))
            yield connection.getresponse()

    @contextlib.contextmanager
    def visited(self, document):
        """The answer of the function's URL while it comes."""
        with connected(self.daemon) as connection:
            connection.request("POST", "/", json.dumps(document), {"Host": self.host, "Content-Type": "application/json"})
            yield connection.getresponse()

    def events(self, answer):
        """(type, payload) of one event after another, with botocore's parser and its checksums."""
        buffer = botocore.eventstream.EventStreamBuffer()
        while True:
            piece = answer.read1(65536)
            if not piece:
                return
            buffer.add_data(piece)
            for event in buffer:
                yield event.headers[":event-type"], event.payload

    def all_events(self, document, headers=None):
        with self.streamed(document, headers) as answer:
            self.assertEqual(200, answer.status)
            events = list(self.events(answer))
        chunks = b"".join(payload for kind, payload in events if kind == "PayloadChunk")
        self.assertEqual("InvokeComplete", events[-1][0])
        self.assertEqual(1, sum(kind == "InvokeComplete" for kind, _ in events))
        return chunks, json.loads(events[-1][1])

    def test_the_first_chunk_comes_while_the_handler_waits(self):
        with self.streamed({"waitFor": "signals/by-api"}, {"X-Amz-Log-Type": "Tail"}) as answer:
            self.assertEqual("application/vnd.amazon.eventstream", answer.getheader("Content-Type"))
            self.assertEqual("$LATEST", answer.getheader("X-Amz-Executed-Version"))
            events = self.events(answer)
            self.assertEqual(("PayloadChunk", b"first"), next(events))
            self.signal("by-api")
            rest = list(events)
        self.assertRegex(b"".join(payload for _, payload in rest[:-1]).decode(), "^last of [0-9a-f-]{36}$")
        self.assertEqual("InvokeComplete", rest[-1][0])
        self.assertIn("LogResult", json.loads(rest[-1][1]))

    def test_an_address_passes_on_what_the_function_has_said_so_far(self):
        prelude = {"statusCode": 206, "headers": {"Content-Type": "text/event-stream", "X-A": "1"}, "cookies": ["a=1"]}
        with self.visited({"waitFor": "signals/by-url", "prelude": prelude}) as answer:
            self.assertEqual((206, "text/event-stream", "1", "a=1", "chunked"),
                             (answer.status, *(answer.getheader(name) for name in (
                                 "Content-Type", "X-A", "Set-Cookie", "Transfer-Encoding"))))
            self.assertEqual(b"first", answer.read(5))
            self.signal("by-url")
            self.assertRegex(answer.read().decode(), "^last of ")

    def test_an_answer_without_a_prelude_keeps_its_type(self):
        with self.visited({"type": "text/plain"}) as answer:
            self.assertEqual((200, "text/plain"), (answer.status, answer.getheader("Content-Type")))
            self.assertTrue(answer.read().startswith(b"firstlast of "))
        with self.visited({}) as answer:
            self.assertEqual("application/octet-stream", answer.getheader("Content-Type"))
            answer.read()

    def test_errors_are_told_before_and_behind_the_first_bytes(self):
        for wish, said, message in (({"throwFirst": True}, b"", "before"), ({"throwNext": True}, b"first", "behind")):
            chunks, end = self.all_events(wish)
            self.assertEqual((said, "Function.Unknown"), (chunks, end["ErrorCode"]))
            self.assertEqual(("TypeError", message), (lambda d: (d["errorType"], d["errorMessage"]))(
                json.loads(end["ErrorDetails"])))
        with self.visited({"throwFirst": True}) as answer:
            self.assertEqual((502, b'{"message":"Internal Server Error"}'), (answer.status, answer.read()))
        with self.visited({"throwNext": True}) as answer:
            self.assertEqual(200, answer.status)
            with self.assertRaises(http.client.IncompleteRead):
                answer.read()
        chunks, end = self.all_events({})  # and the environment goes on
        self.assertEqual({}, end)

    def test_a_runtime_that_ends_cuts_its_stream(self):
        chunks, end = self.all_events({"exit": True})
        self.assertEqual((b"first", "Runtime.ExitError"), (chunks, end["ErrorCode"]))
        with self.visited({"exit": True}) as answer, self.assertRaises(http.client.IncompleteRead):
            answer.read()

    def test_a_timeout_cuts_a_stream(self):
        self.client.update_function_configuration(FunctionName="talk", Timeout=4)
        self.addCleanup(self.client.update_function_configuration, FunctionName="talk", Timeout=300)
        chunks, end = self.all_events({"hang": True})
        self.assertEqual((b"first", "Sandbox.Timedout"), (chunks, end["ErrorCode"]))
        self.assertIn("Task timed out after 4.00 seconds", end["ErrorDetails"])

    def test_many_bytes_come_whole_and_too_many_do_not(self):
        chunks, end = self.all_events({"bytes": 20 << 20})
        self.assertEqual({}, end)
        self.assertTrue(chunks.startswith(b"first" + b"x" * (20 << 20) + b"last of"))
        chunks, end = self.all_events({"bytes": 201 << 20})
        self.assertEqual("Function.ResponseSizeTooLarge", end["ErrorCode"])
        self.assertLessEqual(len(chunks), 200 << 20)

    def memory_of_daemon(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def test_a_slow_reader_costs_the_daemon_no_memory(self):
        before = self.memory_of_daemon()
        with self.visited({"bytes": 150 << 20, "prelude": {"statusCode": 200}}) as answer:
            answer.read(1 << 20)
            self.assertLess(self.memory_of_daemon() - before, 64 << 10)
            left = sum(len(piece) for piece in iter(lambda: answer.read(1 << 20), b""))
        self.assertGreater(left, 148 << 20)

    def test_a_function_goes_on_when_its_caller_leaves(self):
        records = lambda: [json.loads(line) for line in self.daemon.run("records", "talk").splitlines()]
        known = len(records())
        with self.visited({"waitFor": "signals/left", "bytes": 4 << 20}) as answer:
            self.assertEqual(b"first", answer.read(5))
        self.assertEqual(known, len(records()))
        self.signal("left")
        eventually(lambda: len(records()) == known + 1, what="the invocation's end")
        self.assertEqual("success", records()[-1]["outcome"])

    def test_a_handler_that_does_not_stream_is_passed_on_whole(self):
        self.make_function("whole", "def handler(event, context):\n    return {'n': 1}\n")
        path = "/2021-11-15/functions/whole/response-streaming-invocations"
        headers = signed_headers(self.daemon, "POST", path, b"{}")
        with connected(self.daemon) as connection:
            connection.request("POST", path, b"{}", headers)
            events = list(self.events(connection.getresponse()))
        self.assertEqual([("PayloadChunk", b'{"n": 1}'), ("InvokeComplete", b"{}")], events)

    def test_a_streaming_handler_can_be_invoked_as_any_other(self):
        answer = self.client.invoke(FunctionName="talk", Payload=b'{"first": "a"}')
        self.assertTrue(answer["Payload"].read().startswith(b"alast of"))
        status, _ = call_api(self.daemon, "PUT", "/2021-10-31/functions/talk/url", {"InvokeMode": "BUFFERED"})
        self.addCleanup(call_api, self.daemon, "PUT", "/2021-10-31/functions/talk/url", {"InvokeMode": "RESPONSE_STREAM"})
        status, headers, body = ask(self.daemon, "POST", "/", json.dumps({"prelude": {"statusCode": 201}}).encode(),
                                    {"Content-Type": "application/json"}, self.host)
        self.assertEqual(201, status)
        self.assertTrue(body.startswith(b"firstlast of"))

    def test_refusals_come_before_the_stream(self):
        for path, body, code in (("nobody", b"{}", 404), ("talk", b"{", 400)):
            path = f"/2021-11-15/functions/{path}/response-streaming-invocations"
            got = ask(self.daemon, "POST", path, body, signed_headers(self.daemon, "POST", path, body))
            self.assertEqual(code, got[0], got)

    def test_the_javascript_sdk_reads_the_stream(self):
        run_node_tests(self, "stream_node_client.mjs", {})


if __name__ == "__main__":
    unittest.main(verbosity=2)
