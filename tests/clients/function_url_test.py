#!/usr/bin/python3
"""Function URLs as boto3 configures them and as HTTP clients, browsers among them, reach them."""
import json
import unittest
import urllib.parse

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, zip_of
from support.raw_http import ask, call_api, connected, signed_headers

ECHO = "def handler(event, context):\n    return {'event': event, 'arn': context.invoked_function_arn}\n"
ANSWER = "import json\ndef handler(event, context):\n    return json.loads(event['body'])\n"
HERE = "https://here.example"


def header(headers, name):
    return [value for key, value in headers if key == name]


class FunctionUrls(DaemonTest):
    def url(self, name, auth="NONE", **settings):
        """The host of a new URL of a function."""
        client = self.daemon.client("lambda")
        made = client.create_function_url_config(FunctionName=name, AuthType=auth, **settings)
        return urllib.parse.urlsplit(made["FunctionUrl"]).netloc

    def test_a_configuration_is_made_read_changed_and_removed(self):
        client = self.make_function("configured", ECHO)
        made = client.create_function_url_config(
            FunctionName="configured", AuthType="AWS_IAM", Cors={"AllowOrigins": [HERE], "MaxAge": 60})
        arn = f"arn:aws:lambda:{self.daemon.region}:000000000000:function:configured"
        self.assertEqual(201, made["ResponseMetadata"]["HTTPStatusCode"])
        port = urllib.parse.urlsplit(self.daemon.endpoint).port
        self.assertRegex(made["FunctionUrl"],
                         rf"^http://[0-9a-z]{{32}}\.lambda-url\.{self.daemon.region}\.localhost:{port}/$")
        self.assertEqual((arn, "AWS_IAM"), (made["FunctionArn"], made["AuthType"]))
        self.assertEqual({"AllowOrigins": [HERE], "MaxAge": 60}, made["Cors"])
        with self.assertRaises(ClientError) as caught:
            client.create_function_url_config(FunctionName="configured", AuthType="NONE")
        self.assertEqual("ResourceConflictException", caught.exception.response["Error"]["Code"])
        changed = client.update_function_url_config(FunctionName="configured", AuthType="NONE", Cors={})
        self.assertEqual((made["FunctionUrl"], "NONE"), (changed["FunctionUrl"], changed["AuthType"]))
        self.assertNotIn("Cors", changed)
        got = client.get_function_url_config(FunctionName="configured")
        self.assertEqual(made["CreationTime"], got["CreationTime"])
        client.publish_version(FunctionName="configured")
        client.create_alias(FunctionName="configured", Name="live", FunctionVersion="1")
        aliased = client.create_function_url_config(FunctionName="configured", Qualifier="live", AuthType="NONE")
        self.assertEqual(arn + ":live", aliased["FunctionArn"])
        listed = client.list_function_url_configs(FunctionName="configured", MaxItems=1)
        more = client.list_function_url_configs(FunctionName="configured", Marker=listed["NextMarker"])
        self.assertEqual([arn, arn + ":live"], [one["FunctionArn"] for one in
                                                listed["FunctionUrlConfigs"] + more["FunctionUrlConfigs"]])
        client.delete_function_url_config(FunctionName="configured")
        with self.assertRaises(client.exceptions.ResourceNotFoundException):
            client.get_function_url_config(FunctionName="configured")
        client.delete_alias(FunctionName="configured", Name="live")
        self.assertEqual([], client.list_function_url_configs(FunctionName="configured")["FunctionUrlConfigs"])

    def test_wrong_configurations_are_refused_in_aws_words(self):
        client = self.make_function("refusing", ECHO)
        client.publish_version(FunctionName="refusing")
        path = "/2021-10-31/functions/refusing/url"
        for query, document, code in (
            ("", {"AuthType": "SOME"}, 400), ("", {}, 400), ("", {"AuthType": 1}, 400),
            ("", {"AuthType": "NONE", "InvokeMode": "FAST"}, 400),
            ("", {"AuthType": "NONE", "Cors": {"MaxAge": 86401}}, 400),
            ("", {"AuthType": "NONE", "Cors": {"AllowMethods": ["OPTIONS"]}}, 400),
            ("?Qualifier=1", {"AuthType": "NONE"}, 400), ("?Qualifier=none", {"AuthType": "NONE"}, 404),
        ):
            status, said = call_api(self.daemon, "POST", path + query, document)
            self.assertEqual(code, status, (query, document, said))
        self.assertEqual((404, "The resource you requested does not exist."),
                         (lambda s, d: (s, d["message"]))(*call_api(self.daemon, "PUT", path, {"AuthType": "NONE"})))

    def test_a_request_becomes_an_event_of_format_2(self):
        self.make_function("echo-url", ECHO)
        host = self.url("echo-url")
        status, headers, body = ask(
            self.daemon, "POST", "/a%2Fb/c?q=1&q=2&r=%20x", b'{"n":1}', host=host,
            headers={"Content-Type": "application/json", "Cookie": "a=1; b=2", "X-Forwarded-For": "10.0.0.1",
                     "User-Agent": "test", "Authorization": "Bearer of good news"})
        self.assertEqual(200, status, body)
        self.assertEqual(["application/json"], header(headers, "content-type"))
        self.assertRegex(header(headers, "x-amzn-trace-id")[0], "^Root=1-")
        told = json.loads(body)
        event = told["event"]
        self.assertEqual(("2.0", "$default", "/a%2Fb/c", "q=1&q=2&r=%20x"),
                         (event["version"], event["routeKey"], event["rawPath"], event["rawQueryString"]))
        self.assertEqual({"q": "1,2", "r": " x"}, event["queryStringParameters"])
        self.assertEqual(["a=1", "b=2"], event["cookies"])
        self.assertEqual(('{"n":1}', False), (event["body"], event["isBase64Encoded"]))
        self.assertEqual("10.0.0.1, 127.0.0.1", event["headers"]["x-forwarded-for"])
        self.assertEqual("Bearer of good news", event["headers"]["authorization"])
        context = event["requestContext"]
        self.assertEqual(host.split(":")[0], context["domainName"])
        self.assertEqual(host.split(".")[0], context["domainPrefix"])
        self.assertEqual({"method": "POST", "path": "/a%2Fb/c", "protocol": "HTTP/1.1",
                          "sourceIp": "127.0.0.1", "userAgent": "test"}, context["http"])
        self.assertEqual(header(headers, "x-amzn-requestid"), [context["requestId"]])
        self.assertTrue(told["arn"].endswith(":function:echo-url"))

    def test_bytes_go_both_ways(self):
        self.make_function("bytes-url", "def handler(event, context):\n"
                           "    return {'statusCode': 200, 'isBase64Encoded': True, 'body': event['body'],\n"
                           "            'headers': {'Content-Type': 'image/png'}}\n")
        host = self.url("bytes-url")
        sent = bytes(range(256)) * 1000
        status, headers, body = ask(self.daemon, "PUT", "/", sent, host=host, headers={"Content-Type": "image/png"})
        self.assertEqual((200, ["image/png"]), (status, header(headers, "content-type")))
        self.assertEqual(sent, body)

    def test_answers_say_status_headers_and_cookies(self):
        self.make_function("answers-url", ANSWER)
        host = self.url("answers-url")
        for answer, status, fields, body in (
            ({"statusCode": 201, "headers": {"X-A": "1"}, "cookies": ["a=1", "b=2"], "body": "made"}, 201,
             {"x-a": ["1"], "set-cookie": ["a=1", "b=2"], "content-type": ["application/json"]}, b"made"),
            ({"statusCode": 302, "headers": {"Location": "/x"}}, 302, {"location": ["/x"]}, b""),
            ("text", 200, {"content-type": ["application/json"]}, b"text"),
            ({"a": 1}, 200, {}, b'{"a": 1}'),
            ({"statusCode": "no"}, 502, {}, b'{"message":"Internal Server Error"}'),
            ({"statusCode": 200, "headers": {"A": "x\r\nSet-Cookie: evil=1"}}, 502, {"set-cookie": []}, None),
        ):
            got, headers, text = ask(self.daemon, "POST", "/", json.dumps(answer).encode(), host=host,
                                     headers={"Content-Type": "application/json"})
            self.assertEqual(status, got, answer)
            for name, values in fields.items():
                self.assertEqual(values, header(headers, name), answer)
            if body is not None:
                self.assertEqual(body, text, answer)

    def test_failures_are_502_throttles_429_large_bodies_413(self):
        client = self.make_function("failing-url", "def handler(event, context):\n    raise ValueError('secret')\n")
        host = self.url("failing-url")
        status, _, body = ask(self.daemon, "GET", "/", host=host)
        self.assertEqual((502, b'{"message":"Internal Server Error"}'), (status, body))
        client.put_function_concurrency(FunctionName="failing-url", ReservedConcurrentExecutions=0)
        status, headers, body = ask(self.daemon, "GET", "/", host=host)
        self.assertEqual(429, status)
        self.assertEqual("Rate Exceeded.", json.loads(body)["message"])
        for size in (6 * 1024 * 1024 + 1, 6 * 1024 * 1024 - 10):  # with its envelope too large as well
            self.assertEqual(413, ask(self.daemon, "POST", "/", b"x" * size, host=host)[0])

    def test_an_alias_has_an_address_of_its_own(self):
        client = self.make_function("versioned", "def handler(event, context):\n    return 'one'\n")
        client.publish_version(FunctionName="versioned")
        client.update_function_code(FunctionName="versioned", ZipFile=zip_of(
            {"app.py": "def handler(event, context):\n    return 'two'\n"}))
        client.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1")
        latest, live = self.url("versioned"), self.url("versioned", Qualifier="live")
        self.assertEqual(b"two", ask(self.daemon, "GET", "/", host=latest)[2])
        self.assertEqual(b"one", ask(self.daemon, "GET", "/", host=live)[2])
        self.assertEqual(b"two", ask(self.daemon, "GET", "/_url/versioned/")[2])
        self.assertEqual(b"one", ask(self.daemon, "GET", "/_url/versioned:live")[2])

    def test_an_address_by_path_hides_its_prefix_and_isolates_its_pages(self):
        self.make_function("by-path", ECHO)
        self.url("by-path")
        status, headers, body = ask(self.daemon, "GET", "/_url/by-path/a/b?c=1")
        self.assertEqual(200, status)
        self.assertEqual("/a/b", json.loads(body)["event"]["rawPath"])
        self.assertIn("sandbox", header(headers, "content-security-policy")[0])
        self.assertEqual(403, ask(self.daemon, "GET", "/_url/by-path/", headers={"Origin": HERE})[0])

    def test_a_signature_is_asked_for_where_it_is_wanted(self):
        self.make_function("signed-url", ECHO)
        host = self.url("signed-url", auth="AWS_IAM")
        path, body = "/x?a=1", b"hello"
        status, _, text = ask(self.daemon, "POST", path, body, host=host)
        self.assertEqual((403, {"Message": "Forbidden"}), (status, json.loads(text)))
        good = signed_headers(self.daemon, "POST", path, body, host=host, headers={"Content-Type": "text/plain"})
        status, _, text = ask(self.daemon, "POST", path, body, good)
        self.assertEqual(200, status, text)
        event = json.loads(text)["event"]
        self.assertEqual(self.daemon.access_key, event["requestContext"]["authorizer"]["iam"]["accessKey"])
        self.assertEqual("hello", event["body"])
        self.assertNotIn("authorization", event["headers"])
        other = self.daemon.endpoint.split("//")[1]
        for what, change in (
            ("body", lambda: ask(self.daemon, "POST", path, b"hallo", good)),
            ("path", lambda: ask(self.daemon, "POST", "/y?a=1", body, good)),
            ("secret", lambda: ask(self.daemon, "POST", path, body, signed_headers(
                self.daemon, "POST", path, body, host=host, secret="wrong"))),
            ("service", lambda: ask(self.daemon, "POST", path, body, signed_headers(
                self.daemon, "POST", path, body, host=host, service="s3"))),
            ("host", lambda: ask(self.daemon, "POST", "/_url/signed-url" + path, body, {**good, "Host": other})),
            ("garbage", lambda: ask(self.daemon, "POST", path, body, {"Authorization": "Bearer x"}, host=host)),
        ):
            self.assertEqual(403, change()[0], what)

    def test_browsers_are_told_what_the_rules_say(self):
        self.make_function("cors-url", "def handler(event, context):\n    return {'statusCode': 200,\n"
                           "        'headers': {'Access-Control-Allow-Origin': 'https://mine.example'}}\n")
        host = self.url("cors-url", auth="AWS_IAM", Cors={
            "AllowOrigins": [HERE], "AllowMethods": ["POST"], "AllowHeaders": ["x-a"], "MaxAge": 5})
        question = {"Origin": HERE, "Access-Control-Request-Method": "POST"}
        status, headers, _ = ask(self.daemon, "OPTIONS", "/", headers=question, host=host)
        self.assertEqual(204, status)
        self.assertEqual(([HERE], ["POST"], ["x-a"], ["5"]), tuple(
            header(headers, "access-control-" + name)
            for name in ("allow-origin", "allow-methods", "allow-headers", "max-age")))
        status, headers, _ = ask(self.daemon, "OPTIONS", "/", host=host,
                                 headers={**question, "Origin": "https://evil.example"})
        self.assertEqual((204, []), (status, header(headers, "access-control-allow-origin")))
        client = self.daemon.client("lambda")
        client.update_function_url_config(FunctionName="cors-url", AuthType="NONE")
        _, headers, _ = ask(self.daemon, "GET", "/", headers={"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, host=host)
        self.assertEqual([HERE], header(headers, "access-control-allow-origin"))
        client.update_function_url_config(FunctionName="cors-url", Cors={})
        status, headers, _ = ask(self.daemon, "OPTIONS", "/", headers=question, host=host)
        self.assertEqual((200, ["https://mine.example"]),
                         (status, header(headers, "access-control-allow-origin")))

    def test_an_address_opens_nothing_of_the_platform(self):
        self.make_function("closed", ECHO)
        host = self.url("closed")
        for path in ("/2015-03-31/functions", "/_lambent/environments", "/_lambent/health", "/bucket/key"):
            status, _, body = ask(self.daemon, "GET", path, host=host)
            self.assertEqual((200, path), (status, json.loads(body)["event"]["rawPath"]))
        good = signed_headers(self.daemon, "GET", "/2015-03-31/functions", host=host)
        self.assertIn(b"rawPath", ask(self.daemon, "GET", "/2015-03-31/functions", headers=good)[2])
        page = {"Origin": f"http://{host}", "Sec-Fetch-Site": "cross-site"}
        self.assertEqual(403, ask(self.daemon, "GET", "/_lambent/health", headers=page)[0])
        for other in ("evil.example", f"{host.split('.')[0]}.lambda-url.us-east-1.on.aws",
                      f"{host.split(':')[0]}.evil.example", host.split(":")[0] + ":1"):
            self.assertEqual(403, ask(self.daemon, "GET", "/", host=other)[0], other)
        region = self.daemon.region
        for unknown in ("0" * 32, host.split(".")[0][::-1]):
            other = f"{unknown}.lambda-url.{region}.localhost:{host.split(':')[1]}"
            self.assertEqual(404, ask(self.daemon, "GET", "/", host=other)[0])
        self.assertEqual(404, ask(self.daemon, "GET", "/_url/nobody/")[0])

    def test_hostile_requests_are_refused_or_passed_on_raw(self):
        self.make_function("hostile", ECHO)
        host = self.url("hostile")
        for path in ("//", "/./x", "/../x", "/%2e%2e/x", "/a%252Fb", "/%C0%AE"):
            status, _, body = ask(self.daemon, "GET", path, host=host)
            self.assertEqual((200, path), (status, json.loads(body)["event"]["rawPath"]))
        for path in ("/%00", "/%", "/%zz", "/?a=%00", "/?a=%f"):
            self.assertEqual(400, ask(self.daemon, "GET", path, host=host)[0], path)
        for lines in ("Content-Length: 1\r\nTransfer-Encoding: chunked", "Content-Length: +1", " X: 1", "X : 1",
                      "Host: 127.0.0.1", "X: a\x00b"):
            with connected(self.daemon) as connection:
                connection.connect()
                connection.sock.sendall(f"POST / HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n".encode())
                self.assertTrue(connection.sock.recv(100).startswith(b"HTTP/1.1 400"), lines)

    def test_addresses_outlive_the_daemon(self):
        self.daemon.client("lambda").create_function(
            FunctionName="lasting", Runtime="python3.11", Handler="app.handler", Role=ROLE,
            Code={"ZipFile": zip_of({"app.py": ECHO})})
        host = self.url("lasting")
        self.daemon.stop()
        self.daemon.start()
        name = host.split(":")[0] + ":" + self.daemon.endpoint.rsplit(":", 1)[1]
        self.assertEqual(200, ask(self.daemon, "GET", "/", host=name)[0])
        self.daemon.client("lambda").delete_function(FunctionName="lasting")
        self.assertEqual(404, ask(self.daemon, "GET", "/", host=name)[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
