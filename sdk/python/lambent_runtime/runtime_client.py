"""The Lambda Runtime API over one kept connection, on a raw socket: http.client takes 16 ms."""
import _socket

_PREFIX = b"/2018-06-01/runtime"
_SMALL = 65536  # bodies up to this size travel in one send with their head


class Event:
    """One event as the Runtime API hands it out."""

    __slots__ = (
        "request_id",
        "deadline_ms",
        "function_arn",
        "trace_id",
        "client_context",
        "cognito_identity",
        "body",
    )

    def __init__(self, headers, body):
        self.request_id = headers.get("lambda-runtime-aws-request-id", "")
        self.deadline_ms = int(headers.get("lambda-runtime-deadline-ms") or 0)
        self.function_arn = headers.get("lambda-runtime-invoked-function-arn", "")
        self.trace_id = headers.get("lambda-runtime-trace-id", "")
        self.client_context = headers.get("lambda-runtime-client-context", "")
        self.cognito_identity = headers.get("lambda-runtime-cognito-identity", "")
        self.body = body


class RuntimeClient:
    """Sends an answer and the request for the next event together, so that a warm call costs the
    function one wake-up."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self._peer = (host, int(port))
        self._host = address.encode()
        self._socket = None
        self._received = b""
        self._next_request = b"GET %s/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n" % (
            _PREFIX,
            self._host,
        )

    def connect(self):
        self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self._socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._socket.connect(self._peer)
        self._received = b""

    def next(self):
        """Waits for an event, over a new connection when the old one has gone."""
        try:
            self._socket.sendall(self._next_request)
            return self._read_event()
        except OSError:
            self.connect()
            self._socket.sendall(self._next_request)
            return self._read_event()

    def answer(self, request_id, error_type, body):
        """Posts the answer to an event and waits for the next one."""
        verb = b"error" if error_type else b"response"
        head = self._post_head(
            b"%s/invocation/%s/%s" % (_PREFIX, request_id.encode(), verb), error_type, body
        )
        try:
            if len(body) <= _SMALL:
                self._socket.sendall(head + body + self._next_request)
            else:
                self._socket.sendall(head)
                self._socket.sendall(body)
                self._socket.sendall(self._next_request)
            self._read_reply()  # a refused answer changes nothing for us: the next event comes
            return self._read_event()
        except OSError:
            self.connect()
            return self.next()

    def fail_init(self, error_type, body):
        head = self._post_head(_PREFIX + b"/init/error", error_type, body)
        self._socket.sendall(head + body)
        self._read_reply()

    def _post_head(self, path, error_type, body):
        head = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n" % (
            path,
            self._host,
        )
        if error_type:
            head += b"Lambda-Runtime-Function-Error-Type: %s\r\n" % error_type.encode(
                "ascii", "replace"
            )
        return head + b"Content-Length: %d\r\n\r\n" % len(body)

    def _read_event(self):
        status, headers, body = self._read_reply()
        if status != 200:
            raise SystemExit(f"The Runtime API refused the next event: {body.decode()}")
        return Event(headers, body)

    def _read_reply(self):
        """(status, headers, body) of one reply; the platform always sends Content-Length."""
        received = self._received
        while True:
            end = received.find(b"\r\n\r\n")
            if end >= 0:
                break
            received += self._receive(65536)
        lines = received[:end].decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        start = end + 4
        if len(received) - start >= length:
            self._received = received[start + length :]
            return int(lines[0][9:12]), headers, received[start : start + length]
        body = bytearray(length)
        filled = len(received) - start
        body[:filled] = received[start:]
        self._fill(memoryview(body)[filled:])
        self._received = b""
        return int(lines[0][9:12]), headers, body

    def _receive(self, size):
        data = self._socket.recv(size)
        if not data:
            raise ConnectionResetError("the Runtime API closed the connection")
        return data

    def _fill(self, view):
        while view:
            count = self._socket.recv_into(view)
            if not count:
                raise ConnectionResetError("the Runtime API closed the connection")
            view = view[count:]
