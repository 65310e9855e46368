"""The frames of the platform over the inherited socket: a head of 32 bytes, text, payload.

    text bytes (4), payload bytes (4), type (1), flags (1), zero (6), event (8), deadline ms (8)

With an answer the last field is how long it took, in microseconds, 1 at least. All little-endian.
Plain reads and writes of one descriptor: an answer and the wish for the next event leave in one
write.
"""
import posix
from _struct import Struct
from time import monotonic_ns

_HEAD = Struct("<IIBB6xQq")
_CONFIGURE, _EVENT = 1, 2
_OPENED, _NEXT, _INIT_ERROR, _RESPONSE, _ERROR = range(16, 21)
_NEXT_FRAME = _HEAD.pack(0, 0, _NEXT, 0, 0, 0)
_SMALL = 65536  # payloads up to this size are copied into one write with their head
_ANSWER_MAX = 6 * 1024 * 1024 + 100  # of a longer one only the fact is told
_TYPE_MAX = 256


class Event:
    """One event as the platform hands it out."""

    __slots__ = (
        "number",
        "request_id",
        "deadline_ms",
        "function_arn",
        "trace_id",
        "client_context",
        "cognito_identity",
        "body",
    )


class FrameClient:
    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._event = 0
        self._arrived_ns = 0
        self.variables = b""
        self._received = b""

    def connect(self):
        posix.set_inheritable(self._descriptor, False)
        posix.write(self._descriptor, _HEAD.pack(0, 0, _OPENED, 0, 0, 0))

    def next(self):
        self._send(_NEXT_FRAME)
        return self._read_event()

    def answer(self, request_id, error_type, body):
        """Sends the answer to the latest event and waits for the next one."""
        if not error_type and len(body) <= _SMALL:
            head = _HEAD.pack(0, len(body), _RESPONSE, 0, self._event, self._taken_us())
            message = head + body + _NEXT_FRAME
            sent = posix.write(self._descriptor, message)
            if sent < len(message):
                self._send(message[sent:])
            return self._read_event()
        self._send(*self._frame(_ERROR if error_type else _RESPONSE, error_type, body), _NEXT_FRAME)
        return self._read_event()

    def fail_init(self, error_type, body):
        self._send(*self._frame(_INIT_ERROR, error_type, body))

    def _frame(self, kind, error_type, body):
        text = error_type.encode("ascii", "replace")[:_TYPE_MAX] if error_type else b""
        if len(body) > _ANSWER_MAX:
            body = memoryview(body)[: _ANSWER_MAX + 1]
        return _HEAD.pack(len(text), len(body), kind, 0, self._event, self._taken_us()) + text, body

    def _taken_us(self):
        return (monotonic_ns() - self._arrived_ns) // 1000 or 1

    def _send(self, *parts):
        if sum(map(len, parts)) <= _SMALL:
            parts = (b"".join(parts),)
        views = [memoryview(part) for part in parts if part]
        while views:
            sent = posix.writev(self._descriptor, views)
            while views and sent >= len(views[0]):
                sent -= len(views.pop(0))
            if sent:
                views[0] = views[0][sent:]

    def _read_event(self):
        kind, text, payload, number, deadline_ms = self._read_frame()
        if kind == _CONFIGURE:  # a stem's rehearsal is over
            self.variables = bytes(payload)
            return None
        if kind != _EVENT:
            raise SystemExit(f"A frame of type {kind} came instead of an event")
        event = Event()
        parts = str(text, "utf-8", "replace").split("\0")
        event.request_id, event.function_arn, event.trace_id, event.client_context = parts[:4]
        event.cognito_identity = ""
        event.deadline_ms = deadline_ms
        event.body = payload
        self._event = number
        self._arrived_ns = monotonic_ns()
        return event

    def _read_frame(self):
        received = self._received or self._read(_SMALL)
        while len(received) < _HEAD.size:
            received += self._read(_SMALL)
        text_bytes, payload_bytes, kind, _, number, deadline_ms = _HEAD.unpack_from(received)
        start = _HEAD.size + text_bytes
        size = start + payload_bytes
        if len(received) < size:
            received = self._read_rest(received, size)
        self._received = bytes(received[size:])
        return kind, received[_HEAD.size : start], received[start:size], number, deadline_ms

    def _read(self, size):
        data = posix.read(self._descriptor, size)
        if not data:
            raise SystemExit(0)  # the platform has gone
        return data

    def _read_rest(self, received, size):
        """A frame that did not come in one piece, as a view, so that no part of it is copied."""
        whole = memoryview(bytearray(size))
        whole[: len(received)] = received
        left = whole[len(received) :]
        while left:
            count = posix.readv(self._descriptor, [left])
            if not count:
                raise SystemExit(0)
            left = left[count:]
        return whole
