"""The echo for uWSGI."""
import json


def application(environment, start_response):
    event = json.loads(environment["wsgi.input"].read(int(environment["CONTENT_LENGTH"])))
    body = json.dumps({"echo": event}).encode()
    start_response("200 OK", [("Content-Type", "application/json"),
                              ("Content-Length", str(len(body)))])
    return [body]
