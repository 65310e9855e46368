"""An issuer of tokens, for authorizers that trust one."""
import base64
import http.server
import json
import pathlib
import subprocess
import tempfile
import threading
import time


class Issuer:
    """An issuer of tokens: an OpenID Connect description, one key, and whatever is signed with it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lambent-issuer-")
        self.key = pathlib.Path(self.folder.name, "key.pem")
        self.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", str(self.key))
        modulus = self.openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().split("=")[1]
        documents = {}
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                text = json.dumps(documents[self.path]).encode() if self.path in documents else b""
                self.send_response(200 if text else 404)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        documents["/.well-known/openid-configuration"] = {"jwks_uri": self.url + "/keys"}
        documents["/keys"] = {"keys": [{"kty": "RSA", "kid": "k1", "e": "AQAB", "n": self.encode(bytes.fromhex(modulus))}]}
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.folder.cleanup()

    def openssl(self, *words, stdin=b""):
        return subprocess.run(["openssl", *words], input=stdin, check=True, capture_output=True).stdout

    def encode(self, data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def token(self, **claims):
        claims = {"iss": self.url, "aud": "shop", "exp": int(time.time()) + 600, **claims}
        text = ".".join(self.encode(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k1"}, claims))
        return text + "." + self.encode(self.openssl("dgst", "-sha256", "-sign", str(self.key), stdin=text.encode()))
