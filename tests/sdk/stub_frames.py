"""The frames of the platform with a script: what StubRuntimeApi is for HTTP."""
import queue
import socket
import struct
import threading

HEAD = struct.Struct("<IIBB6xQq")
CONFIGURE, EVENT = 1, 2
OPENED, NEXT, INIT_ERROR, RESPONSE, ERROR = range(16, 21)
MORE = 1


class StubFrames:
    """Hands out the events that `ask` is given and keeps what is posted, in the Runtime API's
    words: (path, error type, body)."""

    def __init__(self, stem=None):
        self.rehearsals = list(stem or ())
        self.is_stem = stem is not None
        self.rehearsed = queue.Queue()  # (kind, answer)
        self.variables_told = queue.Queue()
        self.events = queue.Queue()
        self.posts = queue.Queue()
        self.parts = queue.Queue()  # of answers that come in parts: (media type, bytes)
        self.refuse_next_post_with = None  # frames have no refusals
        self.socket, self.guests = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def variables(self):
        return {"LAMBENT_CHANNEL_FD": str(self.guests.fileno()), "AWS_LAMBDA_RUNTIME_API": "none"}

    def descriptors(self):
        return (self.guests.fileno(),)

    def started(self):
        self.guests.close()

    def serve(self):
        number, request_id, parts = 0, "", b""
        try:
            while True:
                kind, flags, event, text, body = self.receive()
                if self.is_stem and kind == NEXT:
                    self.rehearse()
                elif self.is_stem and kind in (RESPONSE, ERROR):
                    self.rehearsed.put((kind, body))
                elif kind == NEXT:
                    taken = self.events.get()
                    if taken is None:
                        break
                    number += 1
                    request_id = taken[0]["Lambda-Runtime-Aws-Request-Id"]
                    self.send_event(number, *taken)
                elif kind == INIT_ERROR:
                    self.posts.put(("init/error", text, body))
                elif kind in (RESPONSE, ERROR):
                    assert event == number, (event, number)
                    parts += body
                    if flags & MORE:
                        self.parts.put((text, body))
                        continue
                    verb = "error" if kind == ERROR else "response"
                    self.posts.put((f"invocation/{request_id}/{verb}", text or None, parts))
                    parts = b""
        except (EOFError, OSError):
            pass
        self.socket.close()

    def rehearse(self):
        """The next rehearsal, or what it is told at their end."""
        if self.rehearsals:
            self.send(EVENT, b"rehearsal\0\0\0\0", self.rehearsals.pop(0).encode())
            return
        told = self.variables_told.get()
        self.is_stem = False
        lines = "".join(f"{name}={value}\0" for name, value in told.items())
        self.send(CONFIGURE, b"", lines.encode())

    def configure(self, variables):
        self.variables_told.put(variables)

    def send_event(self, number, fields, body):
        names = ("Aws-Request-Id", "Invoked-Function-Arn", "Trace-Id", "Client-Context")
        text = "".join(fields.get("Lambda-Runtime-" + name, "") + "\0" for name in names).encode()
        deadline = int(fields["Lambda-Runtime-Deadline-Ms"])
        self.send(EVENT, text, body, number, deadline)

    def send(self, kind, text=b"", body=b"", number=0, deadline=0):
        head = HEAD.pack(len(text), len(body), kind, 0, number, deadline)
        self.socket.sendall(head + text + body)

    def receive(self):
        text_bytes, payload_bytes, kind, flags, event, _ = HEAD.unpack(self.read(HEAD.size))
        text = self.read(text_bytes).decode()
        return kind, flags, event, text, self.read(payload_bytes)

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def close(self):
        self.events.put(None)
        self.variables_told.put({})
