#!/usr/bin/python3
"""`lambent up --tls-cert --tls-key`: curl, the AWS CLI, boto3, node and lambent's own command over TLS."""
import contextlib
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from support.lambent_daemon import PROGRAM, DaemonTest
from support.node_client import run_node_tests
from support.raw_http import ask, call_api

ECHO = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
STREAM = ("export const handler = awslambda.streamifyResponse(async (event, stream) => {\n"
          "    stream.write('first\\n');\n"
          "    await new Promise((done) => setTimeout(done, 6000));\n"
          "    stream.end('last\\n');\n"
          "});\n")
NAMES = "DNS:localhost,DNS:*.lambda-url.us-east-1.localhost,DNS:*.execute-api.us-east-1.localhost,DNS:cloud.test,IP:127.0.0.1"


class Authority:
    """An authority in a folder, and what it signed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ca = self.key("ca")
        self.openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=test authority", "-days", "2", "-out", "ca.pem")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def key(self, name):
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        return str(self.folder / f"{name}.pem")

    def sign(self, name, names):
        """(certificate, key) files."""
        certificate = self.key(name)
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        self.openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return certificate, str(self.folder / f"{name}.key")


class Tls(DaemonTest):
    @classmethod
    def setUpClass(cls):
        keys = tempfile.TemporaryDirectory(prefix="lambent-tls-")
        cls.addClassCleanup(keys.cleanup)
        cls.authority = Authority(keys.name)
        cls.certificate, cls.key = cls.authority.sign("server", NAMES)
        cls.ca = cls.authority.ca
        cls.flags = ("--tls-cert", cls.certificate, "--tls-key", cls.key)
        super().setUpClass()
        cls.port = urllib.parse.urlsplit(cls.daemon.endpoint).port

    def curl(self, *words):
        return subprocess.run(["curl", "--silent", "--show-error", "--cacert", self.ca, "--max-time", "60", *words],
                              capture_output=True, text=True)

    def plain(self, *chunks):
        """What the port answers to bytes that are no TLS."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            for chunk in chunks:
                connection.sendall(chunk)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(4096):
                    answer += piece
            return answer

    def test_curl_speaks_tls_and_agrees_on_http_1_1(self):
        self.assertTrue(self.daemon.endpoint.startswith("https://127.0.0.1:"))
        done = self.curl("--verbose", "--write-out", "%{http_code} %{ssl_verify_result}", self.daemon.endpoint + "/_lambent/health")
        self.assertTrue(done.stdout.endswith("200 0"), done.stderr)
        self.assertIn("http/1.1", done.stderr)
        self.assertIn("TLSv1.3", done.stderr)
        self.assertEqual(0, self.curl("--tls-max", "1.2", self.daemon.endpoint + "/_lambent/health").returncode)
        old = self.curl("--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", self.daemon.endpoint + "/_lambent/health")
        self.assertNotEqual(0, old.returncode)

    def test_plain_http_is_told_so(self):
        answer = self.plain(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.assertTrue(answer.endswith(b"plain HTTP was sent to a port that speaks TLS\n"), answer)
        self.assertNotIn(b"HTTP", self.plain(b"\x16nonsense"))  # looks like TLS and is none

    def test_names_of_the_certificate_are_the_servers(self):
        def status(host, *flags):
            return self.curl("--output", os.devnull, "--write-out", "%{http_code}", "--resolve", f"{host}:{self.port}:127.0.0.1", *flags,
                             f"https://{host}:{self.port}/_lambent/health").stdout
        self.assertEqual("200", status("cloud.test"))
        self.assertEqual("403", status("other.test", "--insecure"))

    def test_boto3_uploads_invokes_and_waits(self):
        s3, functions, sqs = (self.daemon.client(name) for name in ("s3", "lambda", "sqs"))
        s3.create_bucket(Bucket="tls")
        content = os.urandom(3 << 20)
        s3.put_object(Bucket="tls", Key="large", Body=content)
        self.assertEqual(content, s3.get_object(Bucket="tls", Key="large")["Body"].read())
        self.make_function("plain", "def handler(event, context):\n    return event\n")
        answer = functions.invoke(FunctionName="plain", Payload=json.dumps({"text": "x" * 1_000_000}))
        self.assertEqual(1_000_011, len(answer["Payload"].read().replace(b" ", b"")))
        url = sqs.create_queue(QueueName="tls")["QueueUrl"]
        self.assertTrue(url.startswith("https://127.0.0.1:"), url)
        received = []
        waiting = threading.Thread(target=lambda: received.extend(
            self.daemon.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])))
        waiting.start()
        sqs.send_message(QueueUrl=url, MessageBody="late")
        waiting.join()
        self.assertEqual(["late"], [message["Body"] for message in received])

    def test_a_stream_passes_while_it_is_written(self):
        self.make_function("stream", STREAM, runtime="nodejs18.x", Timeout=60)
        status, made = call_api(self.daemon, "POST", "/2021-10-31/functions/stream/url",
                                {"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"})
        self.assertEqual(201, status, made)
        at = urllib.parse.urlsplit(made["FunctionUrl"])
        self.assertEqual("https", at.scheme)
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60,
                                                 context=ssl.create_default_context(cafile=self.ca))
        self.addCleanup(connection.close)
        connection.request("GET", "/", headers={"Host": at.netloc})
        answer = connection.getresponse()
        self.assertEqual(b"first\n", answer.readline())
        self.assertIn("busy", [one["state"] for one in json.loads(self.command("ps", "--json").stdout)["environments"]])
        self.assertEqual(b"last\n", answer.read())

    def test_functions_are_told_that_it_was_tls(self):
        self.make_function("echo", ECHO)
        self.daemon.client("lambda").create_function_url_config(FunctionName="echo", AuthType="NONE")
        status, _, body = ask(self.daemon, "GET", "/_url/echo/x")
        self.assertEqual((200, "https"), (status, json.loads(body)["headers"]["x-forwarded-proto"]))
        page = {"Origin": self.daemon.endpoint}
        self.assertEqual(200, ask(self.daemon, "GET", "/_url/echo/x", headers=page)[0])
        page = {"Origin": self.daemon.endpoint.replace("https", "http")}
        self.assertEqual(403, ask(self.daemon, "GET", "/_url/echo/x", headers=page)[0])

    def test_the_aws_cli_trusts_the_bundle_that_it_is_given(self):
        self.daemon.aws("s3", "mb", "s3://cli")
        self.assertIn("cli", self.daemon.aws("s3", "ls"))

    def test_the_javascript_sdk(self):
        run_node_tests(self, "tls_node_client.mjs", {})

    def command(self, *words, **variables):
        """lambent's command, with nothing said about trust but in `variables`."""
        plain = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
        return subprocess.run([PROGRAM, "--data", str(self.daemon.data), *words], capture_output=True, text=True,
                              env={**plain, **variables}, timeout=300)

    def test_lambents_own_command_trusts_the_daemons_certificate(self):
        done = self.command("ls")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("AWS_CA_BUNDLE=" + self.certificate, self.command("env").stdout.replace("'", ""))
        stranger, _ = Authority(tempfile.mkdtemp(dir=self.authority.folder)).sign("stranger", NAMES)
        done = self.command("ls", AWS_CA_BUNDLE=stranger)
        self.assertEqual(3, done.returncode)
        self.assertIn("is not trusted", done.stderr)
        done = self.command("--ca-bundle", self.ca, "ls", AWS_CA_BUNDLE=stranger)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_files_that_cannot_be_used_are_named(self):
        other, other_key = self.authority.sign("other", NAMES)
        missing = str(self.authority.folder / "missing")
        for flags, reason in ((("--tls-cert", missing, "--tls-key", self.key), "cannot read the certificate " + missing),
                              (("--tls-cert", self.certificate, "--tls-key", missing), "cannot read the key " + missing),
                              (("--tls-cert", self.certificate, "--tls-key", other_key), "does not belong to the certificate"),
                              (("--tls-cert", self.key, "--tls-key", self.key), "holds no certificate"),
                              (("--tls-cert", self.certificate), "given together")):
            with tempfile.TemporaryDirectory() as data:
                done = subprocess.run([PROGRAM, "--data", data, "up", "--port", "0", *flags], capture_output=True, text=True,
                                      timeout=300)
                self.assertEqual(3, done.returncode)
                self.assertIn(reason, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
