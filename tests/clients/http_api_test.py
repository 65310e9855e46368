#!/usr/bin/python3
"""HTTP APIs as boto3 manages them and as HTTP clients reach them."""
import json
import unittest
import urllib.parse

from botocore.exceptions import ClientError

from support.issuer import Issuer
from support.lambent_daemon import ROLE, DaemonTest, zip_of
from support.raw_http import ask, signed_headers

ECHO = ("import json\n"
        "def handler(event, context):\n"
        "    return {'statusCode': 200, 'body': json.dumps(event), 'headers': {'x-by': context.function_name}}\n")
GUARD = ("calls = 0\n"
         "def handler(event, context):\n"
         "    global calls\n"
         "    calls += 1\n"
         "    if event['identitySource'][0] == 'broken':\n"
         "        raise ValueError()\n"
         "    return {'isAuthorized': event['identitySource'][0] == 'friend',\n"
         "            'context': {'calls': calls, 'arn': event['routeArn']}}\n")


def header(headers, name):
    return [value for key, value in headers if key == name]


class HttpApis(DaemonTest):
    flags = ("--allow-private-endpoints",)  # where the issuer of the tests is

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.functions = cls.daemon.client("lambda")
        cls.client = cls.daemon.client("apigatewayv2")
        cls.arns = {}
        for name, source in (("echo", ECHO), ("guard", GUARD), ("plain", "def handler(event, context):\n    return event['q']\n")):
            made = cls.functions.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler",
                                                 Role=ROLE, Code={"ZipFile": zip_of({"app.py": source})})
            cls.arns[name] = made["FunctionArn"]

    def make_api(self, **settings):
        """(id, host) of a new API."""
        api = self.client.create_api(Name="shop", ProtocolType="HTTP", **settings)
        self.addCleanup(self.client.delete_api, ApiId=api["ApiId"])
        return api["ApiId"], urllib.parse.urlsplit(api["ApiEndpoint"]).netloc

    def route(self, api, key, function="echo", version="2.0", **settings):
        integration = self.client.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion=version,
            IntegrationUri=self.arns.get(function, function))
        return self.client.create_route(ApiId=api, RouteKey=key, Target="integrations/" + integration["IntegrationId"], **settings)

    def stage(self, api, name="$default", **settings):
        return self.client.create_stage(ApiId=api, StageName=name, AutoDeploy=True, **settings)

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"]

    def test_quick_create_puts_a_function_behind_an_address(self):
        api, host = self.make_api(Target=self.arns["echo"])
        status, headers, body = ask(self.daemon, "POST", "/a/b?q=1", b"hi", host=host, headers={"Content-Type": "text/plain", "Cookie": "c=1"})
        self.assertEqual(200, status, body)
        event = json.loads(body)
        self.assertEqual(("2.0", "$default", "/a/b", "hi", ["c=1"]),
                         tuple(event[name] for name in ("version", "routeKey", "rawPath", "body", "cookies")))
        context = event["requestContext"]
        self.assertEqual((api, "000000000000", host.split(":")[0], "$default"),
                         tuple(context[name] for name in ("apiId", "accountId", "domainName", "stage")))
        self.assertEqual(["echo"], header(headers, "x-by"))
        status, headers, body = ask(self.daemon, "GET", f"/_api/{api}/x")
        self.assertEqual((200, "/x"), (status, json.loads(body)["rawPath"]))
        self.assertIn("sandbox", header(headers, "content-security-policy")[0])
        page = {"Origin": "https://evil.example"}
        self.assertEqual(403, ask(self.daemon, "GET", f"/_api/{api}/x", headers=page)[0])

    def test_routes_lead_to_functions_with_their_parameters(self):
        api, host = self.make_api()
        self.route(api, "GET /pets/{id}")
        self.route(api, "ANY /files/{proxy+}")
        self.stage(api, StageVariables={"tone": "blue"})
        for method, path, key, parameters in (("GET", "/pets/a%20b", "GET /pets/{id}", {"id": "a b"}),
                                              ("PUT", "/files/x/y", "ANY /files/{proxy+}", {"proxy": "x/y"})):
            status, _, body = ask(self.daemon, method, path, host=host)
            event = json.loads(body)
            self.assertEqual((200, key, parameters, {"tone": "blue"}),
                             (status, event["routeKey"], event["pathParameters"], event["stageVariables"]))
        for method, path in (("POST", "/pets/1"), ("GET", "/"), ("GET", "/files")):
            self.assertEqual((404, b'{"message":"Not Found"}'), ask(self.daemon, method, path, host=host)[::2])

    def test_stages_serve_what_was_deployed(self):
        api, host = self.make_api()
        self.client.create_stage(ApiId=api, StageName="dev", StageVariables={"fn": "echo"})
        self.route(api, "GET /x", self.arns["echo"].replace(":echo", ":${stageVariables.fn}"))
        self.assertEqual(404, ask(self.daemon, "GET", "/dev/x", host=host)[0])
        deployment = self.client.create_deployment(ApiId=api, StageName="dev")
        self.assertEqual("DEPLOYED", deployment["DeploymentStatus"])
        status, _, body = ask(self.daemon, "GET", "/dev/x", host=host)
        self.assertEqual(("/dev/x", "dev"), (json.loads(body)["rawPath"], json.loads(body)["requestContext"]["stage"]))
        self.route(api, "GET /y")
        self.assertEqual(404, ask(self.daemon, "GET", "/dev/y", host=host)[0])
        self.client.update_stage(ApiId=api, StageName="dev", AutoDeploy=True)
        self.assertEqual(200, ask(self.daemon, "GET", "/dev/y", host=host)[0])

    def test_format_1_is_spoken_where_it_is_wanted(self):
        api, host = self.make_api()
        self.route(api, "GET /old/{id}", version="1.0")
        self.route(api, "GET /bad", "plain", version="1.0")
        self.stage(api)
        status, _, body = ask(self.daemon, "GET", "/old/7?a=1&a=2", host=host)
        event = json.loads(body)
        self.assertEqual((200, "1.0", "/old/{id}", {"a": ["1", "2"]}, {"id": "7"}),
                         (status, event["version"], event["resource"], event["multiValueQueryStringParameters"],
                          event["pathParameters"]))
        self.assertEqual((500, b'{"message":"Internal Server Error"}'), ask(self.daemon, "GET", "/bad", host=host)[::2])

    def test_an_authorizer_decides_who_passes(self):
        api, host = self.make_api()
        authorizer = self.client.create_authorizer(
            ApiId=api, AuthorizerType="REQUEST", Name="guard", AuthorizerPayloadFormatVersion="2.0",
            EnableSimpleResponses=True, IdentitySource=["$request.header.Authorization"], AuthorizerResultTtlInSeconds=60,
            AuthorizerUri="arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + self.arns["guard"] + "/invocations")
        self.route(api, "GET /secret", AuthorizationType="CUSTOM", AuthorizerId=authorizer["AuthorizerId"])
        self.stage(api)
        for sent, status in (({}, 401), ({"Authorization": "foe"}, 403), ({"Authorization": "broken"}, 500)):
            self.assertEqual(status, ask(self.daemon, "GET", "/secret", headers=sent, host=host)[0], sent)
        seen = []
        for _ in range(2):
            status, _, body = ask(self.daemon, "GET", "/secret", headers={"Authorization": "friend"}, host=host)
            self.assertEqual(200, status)
            seen.append(json.loads(body)["requestContext"]["authorizer"]["lambda"])
        self.assertEqual(seen[0], seen[1])  # the second was not asked about
        self.assertTrue(seen[0]["arn"].endswith(f":{api}/$default/GET/secret"))

    def test_a_signature_is_asked_for_where_it_is_wanted(self):
        api, host = self.make_api()
        self.route(api, "GET /signed", AuthorizationType="AWS_IAM")
        self.stage(api)
        self.assertEqual(403, ask(self.daemon, "GET", "/signed", host=host)[0])
        good = signed_headers(self.daemon, "GET", "/signed", service="execute-api", host=host)
        status, _, body = ask(self.daemon, "GET", "/signed", headers=good)
        self.assertEqual((200, self.daemon.access_key),
                         (status, json.loads(body)["requestContext"]["authorizer"]["iam"]["accessKey"]))
        wrong = signed_headers(self.daemon, "GET", "/signed", service="lambda", host=host)
        self.assertEqual(403, ask(self.daemon, "GET", "/signed", headers=wrong)[0])

    def test_a_token_of_the_issuer_opens_a_route(self):
        issuer = Issuer()
        self.addCleanup(issuer.close)
        api, host = self.make_api()
        authorizer = self.client.create_authorizer(
            ApiId=api, AuthorizerType="JWT", Name="tokens", IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": issuer.url, "Audience": ["shop"]})["AuthorizerId"]
        self.route(api, "GET /mine", AuthorizationType="JWT", AuthorizerId=authorizer)
        self.route(api, "PUT /mine", AuthorizationType="JWT", AuthorizerId=authorizer, AuthorizationScopes=["write"])
        self.stage(api)

        def visit(method, token):
            return ask(self.daemon, method, "/mine", headers={"Authorization": token} if token else {}, host=host)

        status, headers, body = visit("GET", "")
        self.assertEqual((401, b'{"message":"Unauthorized"}'), (status, body))
        self.assertTrue(header(headers, "www-authenticate"))
        good = issuer.token(sub="ada")
        status, _, body = visit("GET", "Bearer " + good)
        self.assertEqual(200, status, body)
        jwt = json.loads(body)["requestContext"]["authorizer"]["jwt"]
        self.assertEqual(("ada", None), (jwt["claims"]["sub"], jwt["scopes"]))
        for wrong in (good[:-4] + "AAAA", issuer.token(aud="other"), issuer.token(exp=1), "x.y.z"):
            self.assertEqual(401, visit("GET", "Bearer " + wrong)[0])
        self.assertEqual(403, visit("PUT", "Bearer " + good)[0])
        self.assertEqual(200, visit("PUT", "Bearer " + issuer.token(scope="read write"))[0])

    def test_rules_tell_browsers_what_they_may(self):
        api, host = self.make_api(CorsConfiguration={"AllowOrigins": ["https://here.example"], "AllowMethods": ["GET"]})
        question = {"Origin": "https://here.example", "Access-Control-Request-Method": "GET"}
        status, headers, _ = ask(self.daemon, "OPTIONS", "/x", headers=question, host=host)
        self.assertEqual((204, ["https://here.example"], ["GET"]),
                         (status, header(headers, "access-control-allow-origin"), header(headers, "access-control-allow-methods")))
        self.client.delete_cors_configuration(ApiId=api)
        self.assertNotIn("CorsConfiguration", self.client.get_api(ApiId=api))
        status, headers, _ = ask(self.daemon, "OPTIONS", "/x", headers=question, host=host)
        self.assertEqual((404, []), (status, header(headers, "access-control-allow-origin")))
        self.assertEqual("NotFoundException", self.refused(self.client.delete_cors_configuration, ApiId="0123456789"))

    def test_an_api_is_read_changed_and_removed(self):
        api, host = self.make_api(Description="first")
        changed = self.client.update_api(ApiId=api, Name="other")
        self.assertEqual(("other", "first"), (changed["Name"], changed["Description"]))
        self.assertIn(api, [one["ApiId"] for one in self.client.get_apis()["Items"]])
        made = self.route(api, "GET /x")
        self.assertEqual("ConflictException", self.refused(self.route, api=api, key="GET /x"))
        self.assertEqual("BadRequestException", self.refused(self.route, api=api, key="FETCH /x"))
        used = made["Target"].split("/")[1]
        self.assertEqual("ConflictException", self.refused(self.client.delete_integration, ApiId=api, IntegrationId=used))
        self.client.update_route(ApiId=api, RouteId=made["RouteId"], RouteKey="GET /y")
        self.assertEqual("GET /y", self.client.get_route(ApiId=api, RouteId=made["RouteId"])["RouteKey"])
        self.client.delete_route(ApiId=api, RouteId=made["RouteId"])
        self.client.delete_integration(ApiId=api, IntegrationId=used)
        self.assertEqual([], self.client.get_routes(ApiId=api)["Items"])
        self.assertEqual("NotFoundException", self.refused(self.client.get_integration, ApiId=api, IntegrationId=used))
        self.assertEqual("NotFoundException", self.refused(self.client.get_api, ApiId="0123456789"))
        self.assertEqual(404, ask(self.daemon, "GET", "/", host="0123456789" + host[10:])[0])


class Guarded(DaemonTest):
    def test_an_issuer_at_a_private_address_is_not_asked(self):
        issuer = Issuer()
        self.addCleanup(issuer.close)
        self.make_function("echo", ECHO)
        client = self.daemon.client("apigatewayv2")
        made = client.create_api(Name="shop", ProtocolType="HTTP")
        api, host = made["ApiId"], urllib.parse.urlsplit(made["ApiEndpoint"]).netloc
        authorizer = client.create_authorizer(
            ApiId=api, AuthorizerType="JWT", Name="tokens", IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": issuer.url, "Audience": ["shop"]})["AuthorizerId"]
        integration = client.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
            IntegrationUri="arn:aws:lambda:us-east-1:000000000000:function:echo")["IntegrationId"]
        client.create_route(ApiId=api, RouteKey="GET /mine", Target="integrations/" + integration,
                            AuthorizationType="JWT", AuthorizerId=authorizer)
        client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        status, _, body = ask(self.daemon, "GET", "/mine", host=host,
                              headers={"Authorization": "Bearer " + issuer.token(sub="ada")})
        self.assertEqual((500, b'{"message":"Internal Server Error"}'), (status, body))
        self.assertEqual([], issuer.asked)


if __name__ == "__main__":
    unittest.main(verbosity=2)
