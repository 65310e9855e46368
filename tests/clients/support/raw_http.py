"""Requests as bytes on a socket's way, signed or not, for what SDKs of this machine do not offer."""
import contextlib
import http.client
import json
import ssl
import urllib.parse


@contextlib.contextmanager
def connected(daemon):
    """An HTTP connection to the daemon's port."""
    at = urllib.parse.urlsplit(daemon.endpoint)
    if at.scheme == "https":
        trust = ssl.create_default_context(cafile=daemon.ca)
        connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=60, context=trust)
    else:
        connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    try:
        yield connection
    finally:
        connection.close()


def ask(daemon, method, path, body=b"", headers=None, host=None):
    """(status, [(name in lower case, value)…], body) of one request."""
    with connected(daemon) as connection:
        headers = {"Host": host, **(headers or {})} if host else (headers or {})
        connection.request(method, path, body=body or None, headers=headers)
        answer = connection.getresponse()
        return answer.status, [(name.lower(), value) for name, value in answer.getheaders()], answer.read()


def signed_headers(daemon, method, path, body=b"", service="lambda", host=None, headers=None, secret=None):
    """The headers of a request with botocore's signature."""
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    host = host or urllib.parse.urlsplit(daemon.endpoint).netloc
    keys = botocore.credentials.Credentials(daemon.access_key, secret or daemon.secret)
    request = botocore.awsrequest.AWSRequest(method, f"http://{host}{path}", data=body,
                                             headers={"Host": host, **(headers or {})})
    botocore.auth.SigV4Auth(keys, service, daemon.region).add_auth(request)
    return dict(request.headers.items())


def call_api(daemon, method, path, document=None):
    """A signed call of Lambda's API; (status, document)."""
    body = json.dumps(document).encode() if document is not None else b""
    status, _, text = ask(daemon, method, path, body, signed_headers(daemon, method, path, body))
    return status, json.loads(text) if text else None
