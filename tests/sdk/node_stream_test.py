#!/usr/bin/python3
"""Handlers of the managed Node runtime that stream their answers, as their authors meet it."""
import json
import pathlib
import unittest

from stub_runtime_api import LIMIT_S, ON_FRAMES, ROOT, Guest

BOOTSTRAP = str(ROOT / "sdk/node/bootstrap.cjs")
HTTP_TYPE = "application/vnd.awslambda.http-integration-response"


def node(body, before="", **options):
    source = f"{before}\nexports.handler = awslambda.streamifyResponse(async (event, stream, context) => {{{body}}});"
    return Guest(["/usr/bin/node", BOOTSTRAP], {"app.js": source}, **options)


class Streams(unittest.TestCase):
    def answer(self, guest, event=None):
        """The whole answer to one event, and the media type that was said of it."""
        request_id = guest.send(event)
        path, kind, body = guest.post()
        self.assertEqual((f"invocation/{request_id}/response", None), (path, kind), body)
        return body

    def first_part(self, guest):
        return guest.api.parts.get(timeout=LIMIT_S)

    def test_a_part_leaves_while_the_handler_waits(self):
        with node("""
            stream.setContentType('text/plain');
            stream.write('first');
            while (!fs.existsSync(event)) await new Promise((ok) => setTimeout(ok, 2));
            stream.end('last');""", "const fs = require('fs');") as guest:
            signal = pathlib.Path(guest.task_root, "signal")
            guest.send(str(signal))
            self.assertEqual(("text/plain", b"first"), self.first_part(guest))
            signal.touch()
            self.assertEqual(b"firstlast", guest.post()[2])

    def test_values_of_all_kinds_are_written(self):
        with node("stream.write('é'); stream.write(Buffer.from([1])); stream.write({ a: 1 }); stream.end([2]);") as guest:
            self.assertEqual("é".encode() + b'\x01{"a":1}[2]', self.answer(guest))
            self.assertEqual("é".encode() + b'\x01{"a":1}[2]', self.answer(guest))

    def test_a_prelude_comes_in_front_of_the_first_bytes(self):
        with node("""
            stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, cookies: ['a=1'] });
            if (event) stream.write(event);
            stream.end();""") as guest:
            for text in ("body", ""):
                guest.send(text)
                kind, part = self.first_part(guest)
                self.assertEqual(HTTP_TYPE, kind)
                prelude, _, rest = part.partition(b"\0" * 8)
                self.assertEqual({"statusCode": 201, "cookies": ["a=1"]}, json.loads(prelude))
                self.assertEqual(text.encode(), rest)
                self.assertEqual(part, guest.post()[2])

    def test_an_answer_without_bytes_is_empty(self):
        with node("stream.end();") as guest:
            self.assertEqual(b"", self.answer(guest))

    def test_a_stream_that_is_not_ended_ends_with_the_work(self):
        with node("stream.write('a'); setTimeout(() => stream.write('b'), 5);") as guest:
            self.assertEqual(b"ab", self.answer(guest))
            self.assertEqual(b"ab", self.answer(guest))

    def test_the_answer_waits_for_the_handler(self):
        with node("stream.end('a'); await new Promise((ok) => setTimeout(ok, 5)); console.log('worked on');") as guest:
            self.assertEqual(b"a", self.answer(guest))
            self.assertIn("worked on", guest.output())

    def test_an_error_is_told_before_and_behind_the_first_part(self):
        for write, said in (("", b""), ("stream.write('part');", b"part")):
            with node(write + "await null; throw new TypeError('it broke');") as guest:
                for _ in range(2):
                    request_id = guest.send(None)
                    path, kind, body = guest.post()
                    self.assertEqual((f"invocation/{request_id}/error", "TypeError"), (path, kind))
                    self.assertTrue(body.startswith(said))
                    self.assertEqual("it broke", json.loads(body[len(said):])["errorMessage"])

    def test_a_crash_behind_the_first_part_is_told(self):
        with node("stream.write('part'); setImmediate(() => { throw new Error('crash'); }); await new Promise(() => {});") as guest:
            guest.send(None)
            path, _, body = guest.post()
            self.assertTrue(path.endswith("/error"))
            self.assertTrue(body.startswith(b"part{"))
            self.assertEqual(129, guest.process.wait(LIMIT_S))

    def test_a_promise_that_is_never_settled_is_an_error(self):
        with node("stream.write('part'); await new Promise(() => {});") as guest:
            guest.send(None)
            path, _, body = guest.post()
            self.assertTrue(path.endswith("/error"), body)

    def test_what_is_written_too_late_disturbs_nobody(self):
        with node("""
            if (event === 'late') { setTimeout(() => late.write('late'), 1); await new Promise((ok) => setTimeout(ok, 20)); }
            late = stream;
            stream.write(String(event));
            if (event === 'fail') throw new Error('x');
            stream.end();""", "let late;") as guest:
            guest.send("fail")
            self.assertTrue(guest.post()[0].endswith("/error"))
            self.assertEqual(b"late", self.answer(guest, "late"))

    def test_twenty_megabytes_go_at_the_readers_pace(self):
        with node("""
            const { pipeline } = require('stream/promises');
            async function* pieces() { for (let i = 0; i < 40; ++i) yield Buffer.alloc(524288, i); }
            await pipeline(pieces, stream);""") as guest:
            self.assertEqual(b"".join(bytes([i]) * 524288 for i in range(40)), self.answer(guest))

    def test_a_high_water_mark_is_heeded(self):
        source = """exports.handler = awslambda.streamifyResponse(async (event, stream) => {
            stream.end(String(stream.writableHighWaterMark)); }, { highWaterMark: 7 });"""
        with Guest(["/usr/bin/node", BOOTSTRAP], {"app.js": source}) as guest:
            self.assertEqual(b"7", self.answer(guest))

    @unittest.skipUnless(ON_FRAMES, "stems speak frames")
    def test_a_stem_becomes_a_function_that_streams(self):
        source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => stream.end('streamed'));"
        with Guest(["/usr/bin/node", BOOTSTRAP], {"app.js": source}, stem=["{}"], variables={"LAMBENT_STEM": "1"}) as guest:
            guest.api.rehearsed.get(timeout=LIMIT_S)
            guest.api.configure({"_HANDLER": "app.handler", "LAMBDA_TASK_ROOT": guest.task_root, "PATH": "/usr/bin",
                                 "AWS_LAMBDA_FUNCTION_NAME": "tested", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"})
            self.assertEqual(b"streamed", self.answer(guest))


if __name__ == "__main__":
    unittest.main()
