"""HTTP APIs of SAM templates: made as they are written, called as clients do, changed by another."""
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

from example_support import CommandTest

from support.issuer import Issuer
from support.raw_http import ask, signed_headers

QUICK_START = """AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 30
    Runtime: python3.11
    CodeUri: src/
Resources:
  HelloFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: hello
      Handler: app.echo
      Events:
        Hello:
          Type: HttpApi
          Properties:
            Path: /hello
            Method: get
        Rest:
          Type: HttpApi
Outputs:
  HelloApi:
    Description: Where it is
    Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/hello"
  HelloRole:
    Value: !GetAtt HelloFunctionRole.Arn
"""

SHOP = """AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Issuer: {Type: String}
Globals:
  Function:
    Runtime: python3.11
    CodeUri: src/
  HttpApi:
    CorsConfiguration: true
Resources:
  Shop:
    Type: AWS::Serverless::HttpApi
    Properties:
      Name: shop
      StageName: v1
      StageVariables: {tone: formal}
      Tags: {team: sales}
      Auth:
        EnableIamAuthorizer: true
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens:
            JwtConfiguration:
              issuer: !Ref Issuer
              audience: [shop]
          Guard:
            FunctionArn: !GetAtt GuardFunction.Arn
            AuthorizerPayloadFormatVersion: 2.0
            EnableSimpleResponses: true
            Identity:
              Headers: [X-Who]
  GuardFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: guard
      Handler: app.guard
      Environment:
        Variables:
          API: !Ref Shop
  ShopFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop
      Handler: app.echo
      Events:
        Mine:
          Type: HttpApi
          Properties: {Path: "/mine", Method: get, ApiId: !Ref Shop}
        Write:
          Type: HttpApi
          Properties:
            Path: /mine
            Method: put
            ApiId: !Ref Shop
            Auth: {AuthorizationScopes: [write]}
        Signed:
          Type: HttpApi
          Properties:
            Path: /signed
            Method: ANY
            ApiId: !Ref Shop
            Auth: {Authorizer: AWS_IAM}
        Guarded:
          Type: HttpApi
          Properties:
            Path: /guarded/{item}
            Method: get
            ApiId: !Ref Shop
            PayloadFormatVersion: "1.0"
            TimeoutInMillis: 29000
            Auth: {Authorizer: Guard}
        Open:
          Type: HttpApi
          Properties:
            Path: /open/{proxy+}
            Method: get
            ApiId: !Ref Shop
            Auth: {Authorizer: NONE}
"""

CODE = """import json
import os

def echo(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}

def guard(event, context):
    return {"isAuthorized": event["identitySource"] == ["friend"], "context": {"api": os.environ["API"]}}
"""

PAGE = {"Origin": "https://page.example"}


def allowed_origin(headers):
    return [value for name, value in headers if name.lower() == "access-control-allow-origin"]


class HttpApiTemplate(CommandTest):
    flags = ("--allow-private-endpoints",)  # where the issuer of the tests is

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "shop"
        (self.folder / "src").mkdir(parents=True)
        (self.folder / "src" / "app.py").write_text(CODE)
        self.gateway = self.daemon.client("apigatewayv2")

    def deploy(self, template, *words):
        """(action, host, path of the stage, the whole report) of its only API."""
        (self.folder / "template.yaml").write_text(template)
        report = self.lambent_json("deploy", self.folder, *words)
        self.assertEqual(1, len(report["apis"]), report)
        api = report["apis"][0]
        url = urllib.parse.urlsplit(api["url"])
        return api["action"], url.netloc, url.path, report

    def visit(self, method, path, **headers):
        status, fields, body = ask(self.daemon, method, path, host=self.host, headers=headers)
        return status, json.loads(body or b"{}"), fields

    def parts(self, api):
        """Routes by key, and how many integrations, authorizers and stages there are."""
        routes = {route["RouteKey"]: route for route in self.gateway.get_routes(ApiId=api)["Items"]}
        counts = [len(items(ApiId=api)["Items"]) for items in
                  (self.gateway.get_integrations, self.gateway.get_authorizers, self.gateway.get_stages)]
        return routes, counts

    def test_the_template_of_a_quick_start_is_served(self):
        action, self.host, stage, report = self.deploy(QUICK_START)
        self.assertEqual(("created", "/"), (action, stage))
        address = f"http://{self.host}/hello"
        self.assertEqual({"HelloApi": address}, report["outputs"])
        self.assertIn("HelloRole", "".join(report["notes"]))
        local = f"{self.host}:127.0.0.1"
        done = subprocess.run(["curl", "-sS", "--fail", "--max-time", "60", "--resolve", local, address + "?q=1"],
                              capture_output=True, text=True, check=True)
        event = json.loads(done.stdout)
        self.assertEqual(("2.0", "GET /hello", "q=1"), (event["version"], event["routeKey"], event["rawQueryString"]))
        status, event, _ = self.visit("PUT", "/else")
        self.assertEqual((200, "$default", "/else"), (status, event["routeKey"], event["rawPath"]))
        self.assertEqual("unchanged", self.deploy(QUICK_START)[0])
        without = QUICK_START.replace("        Rest:\n          Type: HttpApi\n", "").replace("/hello\n            Method", "/hi\n            Method")
        without = without.replace("Globals:\n", "Globals:\n  HttpApi: {StageVariables: {tone: warm}}\n").replace("    Timeout: 30\n", "    Timeout: 30\n    Tags: {team: sales}\n")
        action, host, _, _ = self.deploy(without)
        self.assertEqual(("updated", self.host), (action, host))
        tags = self.daemon.client("lambda").get_function(FunctionName="hello")["Tags"]
        self.assertEqual("sales", tags["team"])  # of a function that was there
        self.assertEqual({"tone": "warm"}, self.visit("GET", "/hi")[1]["stageVariables"])
        self.assertEqual([200, 404, 404], [self.visit("GET", path)[0] for path in ("/hi", "/hello", "/else")])

    def test_an_api_has_the_authorizers_and_rules_of_its_template(self):
        issuer = Issuer()
        self.addCleanup(issuer.close)
        words = ("--parameter", "Issuer=" + issuer.url)
        action, self.host, stage, _ = self.deploy(SHOP, *words)
        self.assertEqual(("created", "/v1/"), (action, stage))
        api = self.host.split(".")[0]
        self.assertEqual("sales", self.gateway.get_api(ApiId=api)["Tags"]["team"])

        def bearer(**claims):
            return "Bearer " + issuer.token(**claims)

        self.assertEqual(401, self.visit("GET", "/v1/mine")[0])
        status, event, headers = self.visit("GET", "/v1/mine", Authorization=bearer(sub="ada"), **PAGE)
        self.assertEqual((200, "ada", {"tone": "formal"}, ["*"]),
                         (status, event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"], event["stageVariables"],
                          allowed_origin(headers)))
        self.assertEqual(403, self.visit("PUT", "/v1/mine", Authorization=bearer())[0])
        self.assertEqual(200, self.visit("PUT", "/v1/mine", Authorization=bearer(scope="write"))[0])
        self.assertEqual(403, self.visit("POST", "/v1/signed")[0])
        good = signed_headers(self.daemon, "POST", "/v1/signed", service="execute-api", host=self.host)
        self.assertEqual(200, ask(self.daemon, "POST", "/v1/signed", headers=good)[0])
        self.assertEqual([401, 403], [self.visit("GET", "/v1/guarded/1", **who)[0] for who in ({}, {"X-Who": "foe"})])
        status, event, _ = self.visit("GET", "/v1/guarded/1", **{"X-Who": "friend"})
        self.assertEqual((200, "1.0", {"item": "1"}), (status, event["version"], event["pathParameters"]))
        self.assertIn(api, json.dumps(event["requestContext"]["authorizer"]))  # the guard knew the API's id
        self.assertEqual(200, self.visit("GET", "/v1/open/a/b")[0])
        before = self.parts(api)
        self.assertEqual([2, 2, 1], before[1])  # formats 2.0 and 1.0; tokens and guard
        self.assertEqual("unchanged", self.deploy(SHOP, *words)[0])
        self.assertEqual(before, self.parts(api))

        changed = (SHOP.replace("CorsConfiguration: true", "StageVariables: {mood: good}").replace("tone: formal", "tone: warm")
                   .replace("audience: [shop]", "audience: [club]").replace("StageName: v1", "StageName: v2")
                   .replace("            Auth: {Authorizer: NONE}\n", "").replace("29000", "28000")
                   .replace("Method: ANY", "Method: get"))
        action, host, stage, _ = self.deploy(changed, *words)
        self.assertEqual(("updated", self.host, "/v2/"), (action, host, stage))
        routes, counts = self.parts(api)
        self.assertEqual([2, 2, 1], counts)
        self.assertEqual({"GET /mine", "PUT /mine", "GET /signed", "GET /guarded/{item}", "GET /open/{proxy+}"}, set(routes))
        self.assertEqual("JWT", routes["GET /open/{proxy+}"]["AuthorizationType"])
        self.assertNotIn("CorsConfiguration", self.gateway.get_api(ApiId=api))
        self.assertEqual([401, 404], [self.visit("GET", path)[0] for path in ("/v2/open/a", "/v1/open/a")])
        self.assertEqual(401, self.visit("GET", "/v2/mine", Authorization=bearer(aud="shop"))[0])
        status, event, headers = self.visit("GET", "/v2/mine", Authorization=bearer(aud="club"), **PAGE)
        self.assertEqual((200, {"mood": "good", "tone": "warm"}, []), (status, event["stageVariables"], allowed_origin(headers)))

    def test_a_template_that_asks_too_much_makes_nothing(self):
        before = len(self.gateway.get_apis()["Items"])
        (self.folder / "template.yaml").write_text(SHOP.replace("      Name: shop", "      DefinitionBody: {openapi: 3.0.1}"))
        done = self.lambent("deploy", self.folder, "--parameter", "Issuer=https://issuer", code=2)
        self.assertIn("template.yaml:15: DefinitionBody is not supported yet (AWS::Serverless::HttpApi)", done.stderr)
        self.assertEqual(before, len(self.gateway.get_apis()["Items"]))


if __name__ == "__main__":
    unittest.main()
