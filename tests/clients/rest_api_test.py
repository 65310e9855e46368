#!/usr/bin/python3
"""REST APIs as boto3 and the AWS CLI manage them and as HTTP clients reach them."""
import base64
import json
import unittest

from botocore.exceptions import ClientError

from support.lambent_daemon import ROLE, DaemonTest, zip_of
from support.raw_http import ask, signed_headers

SOURCES = {
    "echo": ("import json\n"
             "def handler(event, context):\n"
             "    return {'statusCode': 200, 'body': json.dumps(event), 'headers': {'x-by': context.function_name},\n"
             "            'multiValueHeaders': {'x-many': ['1', '2']}}\n"),
    "bad": ("def handler(event, context):\n"
            "    if event['path'] == '/bad/raise':\n"
            "        raise ValueError('no')\n"
            "    return {'body': {'a': 1}}\n"),
    "slow": ("import time\n"
             "def handler(event, context):\n"
             "    time.sleep(2)\n"
             "    return {}\n"),
    "picture": ("import base64\n"
                "def handler(event, context):\n"
                "    sent = base64.b64decode(event['body']) if event['isBase64Encoded'] else b'text'\n"
                "    return {'body': base64.b64encode(b'\\xff' + sent).decode(), 'isBase64Encoded': True,\n"
                "            'headers': {'Content-Type': 'image/png'}}\n"),
    "guard": ("calls = 0\n"
              "def handler(event, context):\n"
              "    global calls\n"
              "    calls += 1\n"
              "    who = event.get('authorizationToken') or event['headers']['x-who']\n"
              "    if who == 'Bearer stranger':\n"
              "        raise Exception('Unauthorized')\n"
              "    if who == 'Bearer broken':\n"
              "        return {}\n"
              "    effect = 'Deny' if who == 'Bearer foe' else 'Allow'\n"
              "    arn = event['methodArn'].rsplit('/', 1)[0] + '/*' if who != 'Bearer elsewhere' else 'arn:other'\n"
              "    return {'principalId': who, 'context': {'calls': calls, 'kind': event['type']},\n"
              "            'policyDocument': {'Version': '2012-10-17', 'Statement': [\n"
              "                {'Action': 'execute-api:Invoke', 'Effect': effect, 'Resource': arn}]}}\n"),
}
MISSING = b'{"message":"Missing Authentication Token"}'
BROKEN = b'{"message": "Internal server error"}'


def values(headers, name):
    return [value for key, value in headers if key == name]


class RestApis(DaemonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        functions = cls.daemon.client("lambda")
        cls.client = cls.daemon.client("apigateway")
        cls.arns = {}
        for name, source in SOURCES.items():
            made = functions.create_function(FunctionName=name, Runtime="python3.11", Handler="app.handler",
                                             Role=ROLE, Code={"ZipFile": zip_of({"app.py": source})})
            cls.arns[name] = made["FunctionArn"]

    def make_api(self, **settings):
        """(id, id of the root resource) of a new API."""
        api = self.client.create_rest_api(name="shop", **settings)
        self.addCleanup(self.client.delete_rest_api, restApiId=api["id"])
        resources = self.client.get_resources(restApiId=api["id"])["items"]
        self.assertEqual(["/"], [one["path"] for one in resources])
        return api["id"], resources[0]["id"]

    def uri(self, function):
        return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{self.arns[function]}/invocations"

    def lead(self, api, parent, part, method="GET", function="echo", auth="NONE", timeout=29000, **settings):
        """The id of a new resource that leads to a function; of the parent itself without a part."""
        resource = parent
        if part:
            resource = self.client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
        named = {"restApiId": api, "resourceId": resource, "httpMethod": method}
        self.client.put_method(**named, authorizationType=auth, **settings)
        self.client.put_integration(**named, type="AWS_PROXY", integrationHttpMethod="POST",
                                    uri=self.uri(function), timeoutInMillis=timeout)
        return resource

    def deploy(self, api, stage="prod", **settings):
        return self.client.create_deployment(restApiId=api, stageName=stage, **settings)["id"]

    def visit(self, api, method, path, **settings):
        return ask(self.daemon, method, path, host=self.host(api), **settings)

    def host(self, api):
        return f"{api}.execute-api.{self.daemon.region}.localhost:{self.daemon.endpoint.rsplit(':', 1)[1]}"

    def refused(self, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        return caught.exception.response["Error"]["Code"]

    def test_a_request_reaches_a_function_as_format_1(self):
        api, root = self.make_api()
        pets = self.lead(api, root, "pets", "POST")
        pet = self.lead(api, pets, "{id}")
        deployment = self.deploy(api, variables={"tone": "blue"})
        status, headers, body = self.visit(api, "GET", "/prod/pets/a%20b?q=1&q=2", headers={"X-Mine": "yes", "User-Agent": "probe"})
        self.assertEqual(200, status, body)
        event = json.loads(body)
        self.assertEqual(("/pets/{id}", "/pets/a%20b", "GET", {"id": "a%20b"}, {"tone": "blue"}, {"q": "2"}, {"q": ["1", "2"]}, None, False),
                         tuple(event[name] for name in ("resource", "path", "httpMethod", "pathParameters", "stageVariables",
                                                        "queryStringParameters", "multiValueQueryStringParameters", "body",
                                                        "isBase64Encoded")))
        self.assertNotIn("version", event)
        self.assertEqual(("yes", ["yes"], "http"), (event["headers"]["X-Mine"], event["multiValueHeaders"]["X-Mine"],
                                                   event["headers"]["X-Forwarded-Proto"]))
        context = event["requestContext"]
        self.assertEqual((api, pet, "/pets/{id}", "/prod/pets/a%20b", "prod", deployment, "probe", "000000000000"),
                         (context["apiId"], context["resourceId"], context["resourcePath"], context["path"], context["stage"],
                          context["deploymentId"], context["identity"]["userAgent"], context["accountId"]))
        self.assertEqual((["echo"], ["1", "2"]), (values(headers, "x-by"), values(headers, "x-many")))
        self.assertTrue(values(headers, "x-amz-apigw-id"))
        status, headers, body = ask(self.daemon, "POST", f"/_api/{api}/prod/pets", b"hi")
        self.assertEqual((200, "hi"), (status, json.loads(body)["body"]))
        self.assertIn("sandbox", values(headers, "content-security-policy")[0])

    def test_paths_come_before_methods_and_literal_ones_first(self):
        api, root = self.make_api()
        pets = self.lead(api, root, "pets", "POST")
        self.lead(api, pets, "dog")
        self.lead(api, pets, "{id}", "ANY")
        self.lead(api, root, "{proxy+}", "ANY")
        self.deploy(api)
        for method, path, resource in (("GET", "/prod/pets/dog", "/pets/dog"), ("PUT", "/prod/pets/cat/", "/pets/{id}"),
                                       ("PUT", "/prod/pets/a/b", "/{proxy+}"), ("GET", "/prod/x", "/{proxy+}")):
            status, _, body = self.visit(api, method, path)
            self.assertEqual((200, resource), (status, json.loads(body)["resource"]), path)
        for method, path in (("GET", "/prod/pets"), ("POST", "/prod/pets/dog"), ("GET", "/prod")):
            self.assertEqual((403, MISSING), self.visit(api, method, path)[::2], path)
        self.assertEqual((403, b'{"message":"Forbidden"}'), self.visit(api, "GET", "/pets/dog")[::2])

    def test_failures_are_told_as_api_gateway_tells_them(self):
        api, root = self.make_api()
        self.lead(api, root, "bad", function="bad")
        bad = next(one["id"] for one in self.client.get_resources(restApiId=api)["items"] if one["path"] == "/bad")
        self.lead(api, bad, "raise", function="bad")
        self.lead(api, root, "slow", function="slow", timeout=50)
        self.deploy(api)
        for path in ("/prod/bad", "/prod/bad/raise"):
            self.assertEqual((502, BROKEN), self.visit(api, "GET", path)[::2])
        self.assertEqual((504, b'{"message": "Endpoint request timed out"}'), self.visit(api, "GET", "/prod/slow")[::2])

    def test_binary_types_go_both_ways(self):
        api, root = self.make_api(binaryMediaTypes=["image/png"])
        self.lead(api, root, "", "POST", function="picture")
        self.deploy(api)
        png = {"Content-Type": "image/png", "Accept": "image/png"}
        self.assertEqual((200, b"\xff\x00\x01"), self.visit(api, "POST", "/prod", body=b"\x00\x01", headers=png)[::2])
        text = base64.b64encode(b"\xfftext")
        self.assertEqual((200, text), self.visit(api, "POST", "/prod", body=b"x", headers={"Content-Type": "text/plain"})[::2])

    def test_a_token_authorizer_decides_who_passes(self):
        api, root = self.make_api()
        authorizer = self.client.create_authorizer(
            restApiId=api, name="guard", type="TOKEN", authorizerUri=self.uri("guard"),
            identitySource="method.request.header.Authorization", identityValidationExpression="Bearer .*")
        self.assertEqual(300, authorizer["authorizerResultTtlInSeconds"])
        for part in ("a", "b"):
            self.lead(api, root, part, auth="CUSTOM", authorizerId=authorizer["id"])
        self.deploy(api)

        def enter(who, path="/prod/a"):
            return self.visit(api, "GET", path, headers={"Authorization": who} if who else {})[::2]

        explicit = b'{"Message":"User is not authorized to access this resource with an explicit deny"}'
        silent = b'{"Message":"User is not authorized to access this resource"}'
        for who, answer in (("", (401, b'{"message":"Unauthorized"}')), ("nobody", (401, b'{"message":"Unauthorized"}')),
                            ("Bearer stranger", (401, b'{"message":"Unauthorized"}')), ("Bearer foe", (403, explicit)),
                            ("Bearer elsewhere", (403, silent)), ("Bearer broken", (500, b'{"message":null}'))):
            self.assertEqual(answer, enter(who), who)
        seen = []
        for path in ("/prod/a", "/prod/b"):
            status, body = enter("Bearer friend", path)
            self.assertEqual(200, status, body)
            seen.append(json.loads(body)["requestContext"]["authorizer"])
        self.assertEqual(("Bearer friend", "TOKEN"), (seen[0]["principalId"], seen[0]["kind"]))
        self.assertEqual(seen[0]["calls"], seen[1]["calls"])  # the second was not asked about
        self.assertIsInstance(seen[0]["calls"], str)

    def test_a_request_authorizer_sees_the_request(self):
        api, root = self.make_api()
        authorizer = self.client.create_authorizer(
            restApiId=api, name="guard", type="REQUEST", authorizerUri=self.uri("guard"),
            identitySource="method.request.header.x-who", authorizerResultTtlInSeconds=0)["id"]
        self.lead(api, root, "a", auth="CUSTOM", authorizerId=authorizer)
        self.deploy(api)
        self.assertEqual(401, self.visit(api, "GET", "/prod/a")[0])
        status, _, body = self.visit(api, "GET", "/prod/a", headers={"x-who": "ada"})
        self.assertEqual((200, "REQUEST"), (status, json.loads(body)["requestContext"]["authorizer"]["kind"]))
        self.assertEqual("ConflictException", self.refused(self.client.delete_authorizer, restApiId=api, authorizerId=authorizer))

    def test_a_signature_is_asked_for_where_it_is_wanted(self):
        api, root = self.make_api()
        self.lead(api, root, "a", auth="AWS_IAM")
        self.deploy(api)
        self.assertEqual((403, MISSING), self.visit(api, "GET", "/prod/a")[::2])
        good = signed_headers(self.daemon, "GET", "/prod/a", service="execute-api", host=self.host(api))
        status, _, body = ask(self.daemon, "GET", "/prod/a", headers=good)
        self.assertEqual(200, status, body)
        self.assertEqual(self.daemon.access_key, json.loads(body)["requestContext"]["identity"]["accessKey"])
        wrong = signed_headers(self.daemon, "GET", "/prod/a", service="execute-api", host=self.host(api), secret="x" * 40)
        self.assertEqual(403, ask(self.daemon, "GET", "/prod/a", headers=wrong)[0])

    def test_stages_serve_what_was_deployed(self):
        api, root = self.make_api()
        self.assertEqual("BadRequestException", self.refused(self.client.create_deployment, restApiId=api))
        resource = self.lead(api, root, "x")
        first = self.deploy(api)
        self.client.delete_method(restApiId=api, resourceId=resource, httpMethod="GET")
        self.lead(api, root, "y")
        self.assertEqual((200, 403), (self.visit(api, "GET", "/prod/x")[0], self.visit(api, "GET", "/prod/y")[0]))
        second = self.client.create_deployment(restApiId=api)["id"]
        self.client.create_stage(restApiId=api, stageName="test", deploymentId=second, variables={"a": "1"})
        self.assertEqual((403, 200), (self.visit(api, "GET", "/test/x")[0], self.visit(api, "GET", "/test/y")[0]))
        changed = self.client.update_stage(restApiId=api, stageName="prod", patchOperations=[
            {"op": "replace", "path": "/deploymentId", "value": second}, {"op": "replace", "path": "/variables/tone", "value": "red"}])
        self.assertEqual((second, {"tone": "red"}), (changed["deploymentId"], changed["variables"]))
        self.assertEqual(200, self.visit(api, "GET", "/prod/y")[0])
        self.client.delete_deployment(restApiId=api, deploymentId=first)
        self.assertEqual("BadRequestException", self.refused(self.client.delete_deployment, restApiId=api, deploymentId=second))
        self.assertEqual(["prod", "test"], [one["stageName"] for one in self.client.get_stages(restApiId=api)["item"]])
        self.client.delete_stage(restApiId=api, stageName="test")
        self.assertEqual("NotFoundException", self.refused(self.client.get_stage, restApiId=api, stageName="test"))

    def test_parts_are_refused_in_aws_words(self):
        api, root = self.make_api()
        made = self.client.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")
        self.assertEqual(("/{proxy+}", root), (made["path"], made["parentId"]))
        create = self.client.create_resource
        self.assertEqual("ConflictException", self.refused(create, restApiId=api, parentId=root, pathPart="{proxy+}"))
        for parent, part in ((root, "{other+}"), (made["id"], "below"), (root, "a b"), (root, "{}")):
            self.assertEqual("BadRequestException", self.refused(create, restApiId=api, parentId=parent, pathPart=part), part)
        self.assertEqual("NotFoundException", self.refused(create, restApiId=api, parentId="none", pathPart="a"))
        named = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
        self.client.put_method(**named, authorizationType="NONE")
        self.assertEqual("ConflictException", self.refused(self.client.put_method, **named, authorizationType="NONE"))
        self.assertEqual("BadRequestException", self.refused(self.client.put_integration, **named, type="MOCK"))
        self.assertEqual("NotFoundException", self.refused(self.client.get_integration, **named))
        for settings in ({"authorizationType": "CUSTOM", "authorizerId": "none"}, {"authorizationType": "NONE", "apiKeyRequired": True}):
            self.assertEqual("BadRequestException", self.refused(
                self.client.put_method, **{**named, "httpMethod": "PUT"}, **settings))
        self.assertEqual("NotFoundException", self.refused(self.client.get_rest_api, restApiId="0123456789"))
        self.assertEqual("BadRequestException", self.refused(self.client.update_rest_api, restApiId=api, patchOperations=[
            {"op": "replace", "path": "/policy", "value": "{}"}]))

    def test_an_api_is_read_changed_and_tagged(self):
        api, root = self.make_api(description="first", tags={"a": "1"})
        changed = self.client.update_rest_api(restApiId=api, patchOperations=[
            {"op": "replace", "path": "/name", "value": "other"}, {"op": "add", "path": "/binaryMediaTypes/image~1png"}])
        self.assertEqual(("other", "first", ["image/png"]), (changed["name"], changed["description"], changed["binaryMediaTypes"]))
        arn = f"arn:aws:apigateway:us-east-1::/restapis/{api}"
        self.client.tag_resource(resourceArn=arn, tags={"b": "2"})
        self.client.untag_resource(resourceArn=arn, tagKeys=["a"])
        self.assertEqual({"b": "2"}, self.client.get_tags(resourceArn=arn)["tags"])
        for part in ("a", "b", "c"):
            self.lead(api, root, part)
        found = [one["path"] for page in self.client.get_paginator("get_resources").paginate(restApiId=api, PaginationConfig={"PageSize": 2})
                 for one in page["items"]]
        self.assertEqual(["/", "/a", "/b", "/c"], sorted(found))
        whole = self.client.get_resources(restApiId=api, embed=["methods"])["items"]
        method = next(one for one in whole if one["path"] == "/a")["resourceMethods"]["GET"]
        self.assertEqual(("AWS_PROXY", self.uri("echo")), (method["methodIntegration"]["type"], method["methodIntegration"]["uri"]))

    def test_the_aws_cli_builds_an_api(self):
        def aws(*words):
            return json.loads(self.daemon.aws("apigateway", *words) or "null")

        api = aws("create-rest-api", "--name", "cli")["id"]
        root = aws("get-resources", "--rest-api-id", api)["items"][0]["id"]
        proxy = aws("create-resource", "--rest-api-id", api, "--parent-id", root, "--path-part", "{proxy+}")["id"]
        named = ("--rest-api-id", api, "--resource-id", proxy, "--http-method", "ANY")
        aws("put-method", *named, "--authorization-type", "NONE")
        made = aws("put-integration", *named, "--type", "AWS_PROXY", "--integration-http-method", "POST", "--uri", self.uri("echo"))
        self.assertEqual(29000, made["timeoutInMillis"])
        aws("create-deployment", "--rest-api-id", api, "--stage-name", "v1")
        self.assertIn(api, [one["id"] for one in aws("get-rest-apis")["items"]])
        status, _, body = self.visit(api, "DELETE", "/v1/a/b")
        self.assertEqual((200, {"proxy": "a/b"}), (status, json.loads(body)["pathParameters"]))
        self.daemon.aws("apigateway", "delete-rest-api", "--rest-api-id", api)
        self.assertEqual(404, self.visit(api, "GET", "/v1/a")[0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
