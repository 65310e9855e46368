"""A Lambda Runtime API with a script, and a guest process beside it: what the SDK tests run on."""
import base64
import email
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stub_frames import StubFrames

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARN = "arn:aws:lambda:us-east-1:000000000000:function:tested"
LIMIT_S = 30  # of real time, for a guest that never answers
# The same tests run on both wires: the argument "frames" chooses the other one.
ON_FRAMES = "frames" in sys.argv
if ON_FRAMES:
    sys.argv.remove("frames")


class StubRuntimeApi:
    """Hands out the events that `ask` is given and keeps what is posted."""

    def __init__(self):
        self.events = queue.Queue()
        self.posts = queue.Queue()
        self.parts = queue.Queue()  # of answers that come in chunks: (media type, bytes)
        self.refuse_next_post_with = None
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                event = stub.events.get()
                if event is None:
                    self.close_connection = True
                    return
                headers, body = event
                self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name, value.encode().decode("latin-1"))
                self.answer(body)

            def do_POST(self):
                if self.headers.get("Transfer-Encoding") == "chunked":
                    self.take_stream()
                    return
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = stub.refuse_next_post_with or 202
                stub.refuse_next_post_with = None
                kind = self.headers.get("Lambda-Runtime-Function-Error-Type")
                stub.posts.put((self.path.removeprefix("/2018-06-01/runtime/"), kind, body))
                self.send_response(status)
                self.answer(b'{"status":"OK"}\n')

            def take_stream(self):
                """An error in the trailers is kept as the frames have it: behind the parts."""
                assert self.headers["Lambda-Runtime-Function-Response-Mode"] == "streaming"
                path, kind, body = self.path.removeprefix("/2018-06-01/runtime/"), None, b""
                while size := int(self.rfile.readline(), 16):
                    chunk = self.rfile.read(size + 2)[:-2]
                    stub.parts.put((self.headers["Content-Type"], chunk))
                    body += chunk
                trailers = email.message_from_bytes(b"".join(iter(self.rfile.readline, b"\r\n")))
                if trailers["Lambda-Runtime-Function-Error-Type"]:
                    kind = trailers["Lambda-Runtime-Function-Error-Type"]
                    body += base64.b64decode(trailers["Lambda-Runtime-Function-Error-Body"])
                    path = path.replace("/response", "/error")
                stub.posts.put((path, kind, body))
                self.send_response(202)
                self.answer(b'{"status":"OK"}\n')

            def answer(self, body):
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.address = "127.0.0.1:%d" % self.server.server_address[1]

    def variables(self):
        return {"AWS_LAMBDA_RUNTIME_API": self.address}

    def descriptors(self):
        return ()

    def started(self):
        pass

    def close(self):
        self.events.put(None)
        self.server.shutdown()
        self.server.server_close()


class Guest:
    """One function in one environment, as an ordinary process of this machine."""

    def __init__(self, argv, files=None, handler="app.handler", variables=None, stem=None):
        self.api = StubFrames(stem) if ON_FRAMES else StubRuntimeApi()
        self.directory = tempfile.TemporaryDirectory(prefix="lambent-guest-")
        self.task_root = self.directory.name
        for name, text in (files or {}).items():
            path = pathlib.Path(self.task_root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        environment = {
            **self.api.variables(),
            "_HANDLER": handler,
            "LAMBDA_TASK_ROOT": self.task_root,
            "AWS_LAMBDA_FUNCTION_NAME": "tested",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/tested",
            "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]00",
            "AWS_REGION": "us-east-1",
            "PATH": "/usr/bin:/bin",
            **(variables or {}),
        }
        self.process = subprocess.Popen(
            argv,
            cwd=self.task_root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.api.descriptors(),
        )
        self.api.started()
        self.count = 0
        self.written = b""
        self.reader = threading.Thread(target=self.read_output, daemon=True)
        self.reader.start()

    def read_output(self):
        while data := self.process.stdout.read1():
            self.written += data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.api.close()
        self.process.kill()
        self.process.wait()
        self.reader.join(LIMIT_S)
        self.process.stdout.close()
        self.directory.cleanup()

    def send(self, event, deadline_s=60, **headers):
        """Queues an event; returns its request id."""
        self.count += 1
        request_id = "00000000-0000-0000-0000-%012d" % self.count
        text = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False)
        body = text if isinstance(text, bytes) else text.encode()
        fields = {
            "Lambda-Runtime-Aws-Request-Id": request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + deadline_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
        }
        for name, value in headers.items():
            fields["Lambda-Runtime-" + name.replace("_", "-").title()] = value
        self.api.events.put((fields, body))
        return request_id

    def post(self):
        """(path, error type header, body) of the guest's next post."""
        return self.api.posts.get(timeout=LIMIT_S)

    def invoke(self, event, **headers):
        """The answer to one event, which must be a response."""
        request_id = self.send(event, **headers)
        path, error_type, body = self.post()
        assert path == f"invocation/{request_id}/response", (path, body)
        assert error_type is None, error_type
        return json.loads(body)

    def fail(self, event, **headers):
        """The error document of one event, which must be an error."""
        request_id = self.send(event, **headers)
        path, error_type, body = self.post()
        assert path == f"invocation/{request_id}/error", (path, body)
        document = json.loads(body)
        assert error_type == document["errorType"], (error_type, document)
        return document

    def fail_init(self):
        path, error_type, body = self.post()
        assert path == "init/error", (path, body)
        document = json.loads(body)
        assert error_type == document["errorType"], (error_type, document)
        return document

    def output(self):
        """All that it has written, once it has ended (its next request for an event fails)."""
        self.api.close()
        self.process.wait(LIMIT_S)
        self.reader.join(LIMIT_S)
        return self.written.decode()
