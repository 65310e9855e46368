"""The lambent daemon under a benchmark, and what every server under one has in common: a free
loopback port, its end with its context."""
import contextlib
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

ROOT = pathlib.Path(__file__).resolve().parents[1]
BIN = ROOT / "build" / "bin"
FUNCTIONS = ROOT / "bench" / "functions"
BODY = b'{"name":"bench"}'


class NotRun(Exception):
    """What cannot be measured on this machine, and why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            raise NotRun(f"ended with status {process.returncode} before it listened")
        time.sleep(0.02)
    raise NotRun(f"does not listen after {seconds} s")


def end(process, seconds=30):
    """SIGTERM, and SIGKILL for whoever does not hear it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Lambent:
    """The real daemon, by default with SigV4 on. A signature holds for 15 minutes."""

    def __init__(self, data, *flags, program=BIN / "lambent", preexec=None):
        self.program, self.data = str(program), pathlib.Path(data)
        self.signed = "none" not in flags
        self.log = open(f"{data}.log", "wb")
        self.process = subprocess.Popen(
            [self.program, "up", "--port", "0", "--data", data, "--log-level", "warn",
             "--requests-per-environment", "0", *flags],
            stdout=self.log, stderr=self.log, preexec_fn=preexec)
        patience = time.monotonic() + 20
        while not (self.data / "endpoint.json").exists():
            if time.monotonic() > patience or self.process.poll() is not None:
                raise RuntimeError(f"lambent did not come up, see {data}.log")
            time.sleep(0.005)
        self.endpoint = json.loads((self.data / "endpoint.json").read_text())
        self.url = self.endpoint["endpoint"]
        self.port = int(self.url.rpartition(":")[2])
        keys = json.loads((self.data / "credentials.json").read_text())
        self.credentials = botocore.credentials.Credentials(
            keys["accessKeyId"], keys["secretAccessKey"])

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, *flags, **options):
        with tempfile.TemporaryDirectory(prefix="lambent-bench-") as folder:
            with cls(f"{folder}/data", *flags, **options) as lambent:
                yield lambent

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        self.log.close()

    def client(self):
        return boto3.client("lambda", endpoint_url=self.url, region_name=self.endpoint["region"],
                            aws_access_key_id=self.credentials.access_key,
                            aws_secret_access_key=self.credentials.secret_key)

    def deploy(self, folder=FUNCTIONS):
        done = subprocess.run([self.program, "deploy", folder, "--data", self.data],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"lambent deploy {folder}: {done.stdout}{done.stderr}")

    def invoke_target(self, function, body=BODY):
        """The URL and the headers with which `function` is called."""
        url = f"{self.url}/2015-03-31/functions/{function}/invocations"
        if not self.signed:
            return url, {}
        request = botocore.awsrequest.AWSRequest("POST", url, data=body)
        signer = botocore.auth.SigV4Auth(self.credentials, "lambda", self.endpoint["region"])
        signer.add_auth(request)
        return url, {"Authorization": request.headers["Authorization"],
                     "X-Amz-Date": request.headers["X-Amz-Date"]}

    def caller(self, function, **headers):
        return KeptCaller(self, function, headers)


class KeptCaller:
    """Calls a function over one kept connection; what it costs here is little: the bytes of the
    request are made once, and an answer is only looked through."""

    def __init__(self, lambent, function, headers):
        url, signature = lambent.invoke_target(function)
        path = url.removeprefix(lambent.url)
        host = url.split("/")[2]
        lines = {"Host": host, "Content-Length": str(len(BODY)), **signature, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.request = f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + BODY
        self.socket = socket.create_connection(("127.0.0.1", lambent.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self):
        """Microseconds from the first byte sent to the whole answer; status, headers, body."""
        began = time.perf_counter_ns()
        self.socket.sendall(self.request)
        answer = self.socket.recv(65536)
        took = (time.perf_counter_ns() - began) / 1000
        while (parsed := self._parse(answer)) is None:
            more = self.socket.recv(65536)
            took = (time.perf_counter_ns() - began) / 1000
            if not more:
                raise RuntimeError("the daemon hung up")
            answer += more
        return (took, *parsed)

    @staticmethod
    def _parse(answer):
        head, blank, body = answer.partition(b"\r\n\r\n")
        if not blank:
            return None
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in
                   (line.partition(":") for line in lines)}
        if len(body) < int(headers.get("content-length", 0)):
            return None
        return int(status.split()[1]), headers, body


def post(port, path, document):
    """One unsigned request to a daemon that checks no signatures; the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", path, json.dumps(document))
    status = connection.getresponse().status
    connection.close()
    return status
