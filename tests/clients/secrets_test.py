#!/usr/bin/python3
"""Keys and tokens that the test knows go through a daemon, in calls that succeed and calls that do not; afterwards all that
the daemon has said and written is searched for them."""
import base64
import contextlib
import http.server
import json
import os
import pathlib
import queue
import secrets
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

from botocore.exceptions import ClientError

from support.lambent_daemon import DaemonTest, eventually, zip_of, ROLE
from support.raw_http import ask, signed_headers

SOURCE = ("import os\n"
          "KEY = os.environ['DATABASE_PASSWORD']\n"
          "def handler(event, context):\n"
          "    if event.get('fail'):\n"
          "        raise ValueError('as it was told')\n"
          "    return {'statusCode': 200, 'body': str(len(KEY))}\n")
# Imports fail where the variable stands: the error is about another thing.
BROKEN = "import os\nKEY = os.environ['DATABASE_PASSWORD']\nimport nothing_of_that_name\n"


def canary(name):
    return f"canary-{name}-{secrets.token_hex(12)}"


def family(pid):
    """The process and all that descend from it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.extend(map(int, pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split()))
    return found


def with_everything_encoded(secret):
    """The bytes by which a secret would be found: as it is, as in a URL, and in base 64."""
    plain = secret.encode()
    return {plain, urllib.parse.quote(secret, safe="").encode(), *in_base64(plain)}


def in_base64(plain):
    """The characters that hold nothing but these bytes, wherever among others they begin; in both alphabets."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + plain)
        whole = text[-(-before * 8 // 6):(before + len(plain)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


class Endpoint:
    """A web endpoint of a topic, which keeps what it is sent."""

    def __init__(self, case):
        self.posts = posts = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                posts.put(json.loads(body))

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        case.addCleanup(thread.join)
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)


class Secrets(DaemonTest):
    flags = ("--log-level", "debug", "--allow-private-endpoints")

    def setUp(self):
        self.secrets, self.answers = {"the owner's key": self.daemon.secret}, []

    def ask(self, method, path, body=b"", headers=None, host=None):
        """A request whose answer must hold none of the secrets."""
        status, told, text = ask(self.daemon, method, path, body, headers, host)
        self.answers.append((f"{method} {path[:40]}: {status}", repr(told).encode() + text))
        return status

    def tampered(self, signature):
        return signature[:-4] + ("0000" if not signature.endswith("0000") else "1111")

    def make_functions(self):
        client = self.daemon.client("lambda")
        password = self.secrets["a function's variable"] = canary("variable")
        for name, source in (("keeper", SOURCE), ("broken", BROKEN)):
            client.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler", Role=ROLE,
                                   Code={"ZipFile": zip_of({"app.py": source})},
                                   Environment={"Variables": {"DATABASE_PASSWORD": password}})
            self.addCleanup(client.delete_function, FunctionName=name)
        return client

    def use_functions(self, client):
        payload = self.secrets["a payload"] = canary("payload")
        for name, event in (("keeper", {}), ("keeper", {"fail": 1}), ("broken", {})):
            answer = client.invoke(FunctionName=name, Payload=json.dumps({**event, "note": payload}), LogType="Tail")
            tail = base64.b64decode(answer["LogResult"])
            self.answers.append((f"invoke {name} {event}", answer["Payload"].read() + tail))
        with self.assertRaises(ClientError) as refused:
            client.update_function_configuration(FunctionName="keeper", Timeout=100_000)
        self.answers.append(("a refused change", repr(refused.exception.response).encode()))

    def use_signatures(self):
        """Right signatures, and those that a wrong one should have been, are nowhere."""
        path = "/2015-03-31/functions/keeper"
        right = signed_headers(self.daemon, "GET", path)
        signature = self.secrets["a signature"] = right["Authorization"].rpartition("Signature=")[2]
        self.assertEqual(ask(self.daemon, "GET", path, headers=right)[0], 200)  # tells variables to who may read them
        wrong = {**right, "Authorization": right["Authorization"].replace(signature, self.tampered(signature))}
        self.assertEqual(self.ask("GET", path, headers=wrong), 403)
        other_key = self.secrets["another key"] = canary("key")
        self.assertEqual(self.ask("GET", path, headers=signed_headers(self.daemon, "GET", path, secret=other_key)), 403)
        session = self.secrets["a session token"] = canary("session")
        for secret in (None, other_key):
            headers = signed_headers(self.daemon, "GET", path + "/policy", secret=secret,
                                     headers={"X-Amz-Security-Token": session})
            self.assertIn(self.ask("GET", path + "/policy", headers=headers), (200, 403, 404))
        for scheme in ("Bearer", "Basic", "AWS4-HMAC-SHA256", ""):
            token = self.secrets[f"an Authorization of {scheme}"] = canary("authorization")
            self.assertIn(self.ask("GET", path, headers={"Authorization": f"{scheme} {token}"}), (400, 403))

    def use_presigned_urls(self):
        s3 = self.daemon.client("s3", signature_version="s3v4")
        s3.create_bucket(Bucket="vault")
        content = self.secrets["an object"] = canary("object")
        s3.put_object(Bucket="vault", Key="a", Body=content)
        for number, (operation, method) in enumerate((("get_object", "GET"), ("put_object", "PUT"))):
            url = urllib.parse.urlsplit(s3.generate_presigned_url(operation, {"Bucket": "vault", "Key": "a"}))
            query = dict(urllib.parse.parse_qsl(url.query))
            name = next(key for key in query if key.endswith("Signature"))
            signature = self.secrets[f"the signature of presigned URL {number}"] = query[name]
            target = f"{url.path}?{url.query}"
            self.assertEqual(ask(self.daemon, method, target, content.encode() if method == "PUT" else b"")[0], 200)
            self.assertEqual(self.ask("DELETE", target), 403)  # signed for something else
            escaped = urllib.parse.quote(signature, safe="")
            self.assertIn(escaped, target)
            self.assertEqual(self.ask(method, target.replace(escaped, self.tampered(signature))), 403)
            self.assertIn(self.ask(method, target + "&X-Amz-Date=never"), (400, 403))

    def use_bearer_tokens(self):
        client = self.daemon.client("apigatewayv2")
        api = client.create_api(Name="guarded", ProtocolType="HTTP")
        self.addCleanup(client.delete_api, ApiId=api["ApiId"])
        host = urllib.parse.urlsplit(api["ApiEndpoint"]).netloc
        for issuer in ("http://127.0.0.1:9/", "http://127.0.0.1:9/other"):
            authorizer = client.create_authorizer(
                ApiId=api["ApiId"], AuthorizerType="JWT", Name=issuer[-5:].strip("/:"),
                IdentitySource=["$request.header.Authorization"],
                JwtConfiguration={"Issuer": issuer, "Audience": ["shop"]})["AuthorizerId"]
        integration = client.create_integration(
            ApiId=api["ApiId"], IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
            IntegrationUri=self.daemon.client("lambda").get_function(FunctionName="keeper")["Configuration"]["FunctionArn"])
        client.create_route(ApiId=api["ApiId"], RouteKey="GET /mine", AuthorizationType="JWT", AuthorizerId=authorizer,
                            Target="integrations/" + integration["IntegrationId"])
        client.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True)
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (
            {"alg": "RS256", "kid": "k"}, {"iss": issuer, "aud": "shop", "sub": canary("subject")})]
        mark = self.secrets["a JWT's signature"] = canary("jwt")
        for token in (".".join([*parts, mark]), f"{mark}.{mark}.{mark}", mark):
            self.assertIn(self.ask("GET", "/mine", headers={"Authorization": f"Bearer {token}"}, host=host), (401, 500))

    def use_topics(self):
        sns, endpoint = self.daemon.client("sns"), Endpoint(self)
        topic = sns.create_topic(Name="web")["TopicArn"]
        self.addCleanup(sns.delete_topic, TopicArn=topic)
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{endpoint.port}/inbox")
        question = endpoint.posts.get(timeout=60)
        token = self.secrets["a subscription's token"] = question["Token"]
        with self.assertRaises(ClientError) as refused:
            sns.confirm_subscription(TopicArn=topic, Token=self.tampered(token))
        self.answers.append(("a wrong token", repr(refused.exception.response).encode()))
        sns.confirm_subscription(TopicArn=topic, Token=token)
        # Nobody listens there: what is said about it must not tell how one gets in.
        password = self.secrets["an endpoint's password"] = canary("password")
        with contextlib.suppress(ClientError):
            sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://user:{password}@127.0.0.1:9/?key={password}")

    def found_in(self, where, allowed=()):
        """The names of the secrets that these bytes hold, and should not."""
        return [name for name, secret in self.secrets.items()
                if name not in allowed and any(form in where for form in with_everything_encoded(secret))]

    def check_processes(self):
        for pid in family(self.daemon.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                self.assertEqual(self.found_in(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()), [], pid)
                environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                found = self.found_in(environment)
                # The variable may be where its functions are, and in no other process.
                inside = b"AWS_LAMBDA_FUNCTION_NAME=" in environment
                self.assertIn(found, ([], ["a function's variable"]) if inside else ([],), pid)

    def check_files(self):
        database = ("a function's variable", "a subscription's token", "an endpoint's password")
        allowed = {"credentials.json": ("the owner's key",), "lambent.db": database, "lambent.db-wal": database}
        seen = set()
        for folder, _, names in os.walk(self.daemon.data):  # the daemon lives: what is listed may be gone
            for path in (pathlib.Path(folder, name) for name in names):
                try:
                    told = path.read_bytes() if path.is_file() else b""
                except FileNotFoundError:
                    continue
                inside = "objects" in path.parts  # the objects themselves
                self.assertEqual(self.found_in(told, allowed.get(path.name, ("an object",) if inside else ())), [], path)
                seen.update(name for name in allowed if path.name == name and self.found_in(told))
        self.assertIn("credentials.json", seen)  # the search finds what is there
        self.assertTrue(seen & {"lambent.db", "lambent.db-wal"})

    def test_secrets_are_said_nowhere_and_kept_where_they_must_be(self):
        client = self.make_functions()
        self.use_functions(client)
        self.use_signatures()
        self.use_presigned_urls()
        self.use_bearer_tokens()
        self.use_topics()
        self.check_processes()
        for name, body in self.answers:
            self.assertEqual(self.found_in(body), [], name)
        # All lines are on disk when a query for them has been answered.
        self.daemon.client("logs").filter_log_events(logGroupName="/aws/lambda/keeper")
        self.check_files()
        said = eventually(lambda: (self.daemon.data.parent / "daemon.log").read_bytes(), what="the daemon's log")
        self.assertIn(b"request_refused", said)
        self.assertEqual(self.found_in(said), [])


if __name__ == "__main__":
    unittest.main()
