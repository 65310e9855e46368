"""What bench/run measures: each server starts on a free loopback port and ends with its context."""
import contextlib
import json
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

WHOLE_PROCESSOR_MB = 1769

NODE_ECHO = """
const http = require('http');
const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ hello: JSON.parse(Buffer.concat(chunks)).name }));
    });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream node {{ server 127.0.0.1:{node}; keepalive 128; }}
    server {{
        listen 127.0.0.1:{port}; keepalive_requests 100000000;
        location / {{
            proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection "";
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")


def machine():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(":")[1].strip() for line in lines if "model name" in line)
    cores = sum(1 for line in lines if line.startswith("processor"))
    kernel = pathlib.Path("/proc/sys/kernel/osrelease").read_text().split("-")[0].strip()
    return f"{model}, {cores} cores, Linux {kernel}, virtual machine shared with others"


class Child:
    """A process that ends with its context."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


class Floor(Child):
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"


class NginxNode(Child):
    def __init__(self, folder):
        self.node = subprocess.Popen(["/usr/bin/node", "-e", NODE_ECHO],
                                     stdout=subprocess.PIPE, text=True)
        node, port = int(self.node.stdout.readline()), free_port()
        config = folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, node=node, port=port))
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-c", config, "-e", folder / "error.log"])
        wait_for(port)
        self.url = f"http://127.0.0.1:{port}/"

    def __exit__(self, *details):
        super().__exit__(*details)
        self.node.terminate()
        self.node.wait(30)


class Lambent(Child):
    """The real daemon, SigV4 on. A signature holds for 15 minutes: each target is signed once."""

    def __init__(self, program, data, *flags):
        self.program, self.data = str(program), data
        self.process = subprocess.Popen([self.program, "up", "--port", "0", "--data", data,
                                         "--requests-per-environment", "0", *flags],
                                        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not (data / "endpoint.json").exists():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("lambent did not come up")
            time.sleep(0.05)
        self.endpoint = json.loads((data / "endpoint.json").read_text())
        keys = json.loads((data / "credentials.json").read_text())
        self.credentials = botocore.credentials.Credentials(
            keys["accessKeyId"], keys["secretAccessKey"])

    @classmethod
    @contextlib.contextmanager
    def temporary(cls, program, *flags):
        with tempfile.TemporaryDirectory() as folder:
            with cls(program, pathlib.Path(folder) / "data", *flags) as lambent:
                yield lambent

    def deploy(self, folder):
        """With a whole processor: a function of 128 MB gets 128/1769 of one, and its limit is what
        would be measured."""
        subprocess.run([self.program, "deploy", folder, "--data", self.data], check=True,
                       stdout=subprocess.DEVNULL)
        client = boto3.client(
            "lambda", endpoint_url=self.endpoint["endpoint"], region_name=self.endpoint["region"],
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key)
        client.update_function_configuration(
            FunctionName=folder.name, MemorySize=WHOLE_PROCESSOR_MB)

    def invoke_target(self, function):
        path = f"/2015-03-31/functions/{function}/invocations"
        url = self.endpoint["endpoint"] + path
        request = botocore.awsrequest.AWSRequest("POST", url, data=b'{"name":"bench"}')
        signer = botocore.auth.SigV4Auth(self.credentials, "lambda", self.endpoint["region"])
        signer.add_auth(request)
        return url, {"Authorization": request.headers["Authorization"],
                     "X-Amz-Date": request.headers["X-Amz-Date"]}

    def cold_starts(self, function, count):
        """Forces `count` cold starts; the record of each."""
        url, headers = self.invoke_target(function)
        records = []
        for _ in range(count):
            request = urllib.request.Request(url, data=b'{"name":"bench"}', method="POST", headers={
                **headers, "X-Lambent-Cold": "1", "X-Lambent-Record": "1"})
            with urllib.request.urlopen(request) as answer:
                records.append(json.loads(answer.headers["X-Lambent-Record"]))
        return records
