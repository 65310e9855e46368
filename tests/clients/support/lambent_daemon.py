"""A real daemon for client tests: started on a free port with its own data directory, stopped with
SIGTERM, and looked over for what it left behind. Needs root, since real cells run."""
import contextlib
import hashlib
import http.client
import io
import json
import os
import pathlib
import signal
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ.get("LAMBENT_BIN", str(ROOT / "build" / "bin" / "lambent"))
START_SECONDS = 180  # sanitizer builds are slow, and so are busy machines
ROLE = "arn:aws:iam::000000000000:role/lambda"
ONE_AT_A_TIME = threading.Lock()  # boto3 makes clients of one session in one thread only


def zip_of(files):
    """The bytes of a zip: {"name": "text"} or {"name": (bytes, mode)}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content, mode = content if isinstance(content, tuple) else (content, 0o644)
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return packed.getvalue()


def eventually(condition, seconds=90, what="the condition"):
    """Polls a real system until `condition()` is truthy; its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.02)


class Daemon:
    """One life, or several, of a daemon on one data directory."""

    def __init__(self, data, *flags):
        self.data, self.flags = pathlib.Path(data), flags
        self.ca = None  # whom clients trust, when the daemon speaks TLS
        self.process = None
        self.clients = []

    def start(self, *before):
        """`before`: a program that starts the daemon in a way of its own."""
        with contextlib.suppress(FileNotFoundError):
            (self.data / "endpoint.json").unlink()
        self.log = open(self.data.parent / "daemon.log", "ab")
        self.process = subprocess.Popen(
            [*before, PROGRAM, "up", "--port", "0", "--data", str(self.data), *self.flags],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        eventually(self._ready, START_SECONDS, "the daemon's readiness")
        keys = json.loads((self.data / "credentials.json").read_text())
        self.access_key, self.secret = keys["accessKeyId"], keys["secretAccessKey"]
        return self

    def _ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.tail()}")
        try:
            described = json.loads((self.data / "endpoint.json").read_text())
            self.endpoint, self.region = described["endpoint"], described["region"]
            context = ssl.create_default_context(cafile=self.ca) if self.ca else None
            with urllib.request.urlopen(self.endpoint + "/_lambent/health", timeout=30, context=context) as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            return False

    def tail(self, size=4000):
        text = (self.data.parent / "daemon.log").read_bytes()
        return text[-size:].decode(errors="replace")

    def stop(self):
        self.close_clients()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(180)
        finally:
            self.log.close()
        if code != 0:
            raise AssertionError(f"the daemon stopped with {code}:\n{self.tail()}")

    def stop_clean(self):
        """Stops, and fails when cgroups are left behind."""
        if not self.cgroups():
            raise AssertionError("the daemon's cgroups are not where this test looks for them")
        self.stop()
        left = self.cgroups()
        if left:
            raise AssertionError(f"the daemon left cgroups behind: {sorted(left)}")

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self.log.close()
        self.close_clients()

    def cgroups(self):
        """Its cgroups, of all cells and of itself, whichever version this machine has."""
        instance = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]
        while True:
            with contextlib.suppress(FileNotFoundError):  # cells come and go while one looks
                return {str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"**/lambent-{instance}/**")}

    def environment(self):
        """What an AWS client needs to find and sign for this daemon."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        trust = {"AWS_CA_BUNDLE": self.ca, "NODE_EXTRA_CA_CERTS": self.ca} if self.ca else {}
        return {**kept, **trust, "PATH": "/usr/bin:/bin", "AWS_ACCESS_KEY_ID": self.access_key,
                "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_DEFAULT_REGION": self.region,
                "AWS_REGION": self.region, "AWS_ENDPOINT_URL": self.endpoint, "AWS_PAGER": "",
                "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def client(self, service, **settings):
        """A boto3 client that neither retries nor looks anywhere else for a configuration."""
        import boto3
        import botocore.config
        config = botocore.config.Config(retries={"max_attempts": 0}, read_timeout=120,
                                        max_pool_connections=64, **settings)
        with ONE_AT_A_TIME:
            client = boto3.client(service, endpoint_url=self.endpoint, region_name=self.region,
                                  aws_access_key_id=self.access_key,
                                  aws_secret_access_key=self.secret, config=config, verify=self.ca)
        self.clients.append(client)
        return client

    def close_clients(self):
        for client in self.clients:
            client.close()
        self.clients.clear()

    def aws(self, *words, check=True, stdin=None):
        """Debian's AWS CLI; what it printed on stdout."""
        trust = ["--ca-bundle", self.ca] if self.ca else []
        done = subprocess.run(["/usr/bin/aws", "--endpoint-url", self.endpoint, *trust, *words],
                              env=self.environment(), capture_output=True, text=True, input=stdin,
                              timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f"aws {' '.join(words)}: {done.returncode}\n{done.stderr}\n{self.tail()}")
        return done.stdout if check else done

    def run(self, *words):
        """The lambent command on this daemon; what it printed on stdout."""
        done = subprocess.run([PROGRAM, "--data", str(self.data), *words], capture_output=True,
                              text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"lambent {' '.join(words)}: {done.returncode}\n{done.stderr}\n{self.tail()}")
        return done.stdout


@unittest.skipUnless(os.geteuid() == 0, "SKIPPED: cells need root")
class DaemonTest(unittest.TestCase):
    """Tests that share one daemon; what it leaves behind fails the class."""
    flags = ()  # of `lambent up`
    ca = None   # whom clients trust, when the flags make it speak TLS

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="lambent-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.daemon = Daemon(pathlib.Path(cls.folder.name) / "data", *cls.flags)
        cls.daemon.ca = cls.ca
        cls.daemon.data.mkdir(mode=0o700)
        cls.daemon.start()
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        cls.daemon.stop_clean()

    def make_function(self, name, source, runtime="python3.11", handler="app.handler", **settings):
        """Creates a Python (or Node) function of one file; deleted after the test."""
        client = self.daemon.client("lambda")
        suffix = ".py" if runtime.startswith("python") else ".mjs"
        client.create_function(FunctionName=name, Runtime=runtime, Handler=handler, Role=ROLE,
                               Code={"ZipFile": zip_of({"app" + suffix: source})}, **settings)
        self.addCleanup(client.delete_function, FunctionName=name)
        return client
