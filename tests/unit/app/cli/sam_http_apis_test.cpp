#include "app/cli/template/sam_template.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

using Texts = std::vector<std::string>;

TemplateSource source_of(const std::string& text) {
    TemplateSource source;
    source.text = text;
    source.stack_name = "Shop";
    return source;
}

SamTemplate read_apis(const std::string& text) {
    auto result = read_template(source_of(text));
    INFO((result.has_error() ? result.error().message() : std::string()));
    REQUIRE(result.has_value());
    return *std::move(result);
}

std::string refusal_of(const std::string& text) {
    const auto result = read_template(source_of(text));
    REQUIRE(result.has_error());
    CHECK(result.error().code() == Code::kInvalidArgument);
    return result.error().message();
}

// A function with an event E of type HttpApi on line 9.
std::string with_event(const std::string& properties, const std::string& rest = "") {
    return "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
           "      CodeUri: src/\n      Handler: a.b\n      Runtime: python3.12\n      Events:\n"
           "        E: {Type: HttpApi" +
           (properties.empty() ? "" : ", Properties: " + properties) + "}\n" + rest;
}

// The same on an API of its own, whose properties are on line 12.
std::string with_api(const std::string& properties, const std::string& event = "") {
    return with_event(
        "{Path: /a, Method: get, ApiId: !Ref Own" + event + "}",
        "  Own:\n    Type: AWS::Serverless::HttpApi\n    Properties: " + properties + "\n"
    );
}

constexpr char kGuarded[] =
    "{Auth: {EnableIamAuthorizer: true, DefaultAuthorizer: Tokens, Authorizers: {"
    "Tokens: {AuthorizationScopes: [read], JwtConfiguration: {issuer: 'https://i', audience: "
    "[shop]}}, "
    "Guard: {FunctionArn: !GetAtt F.Arn, AuthorizerPayloadFormatVersion: 2.0, "
    "EnableSimpleResponses: true, Identity: {Headers: [X-Who], QueryStrings: [who], "
    "StageVariables: [v], Context: [path], ReauthorizeEvery: 60}}, "
    "Plain: {FunctionArn: 'arn:x', AuthorizerPayloadFormatVersion: '2.0'}}}}";

TEST_CASE("HttpApi events make the implicit HTTP API", "[cli][template]") {
    const SamTemplate sam = read_apis(with_event("{Path: '/a/{id}', Method: get}"));
    REQUIRE(sam.http_apis.size() == 1);
    const TemplateHttpApi& api = sam.http_apis[0];
    CHECK(api.logical_id == "ServerlessHttpApi");
    CHECK(api.settings.name == "Shop");
    CHECK(api.stage == "$default");
    CHECK_FALSE(api.settings.cors.has_value());
    const HttpApiTrigger& route = sam.functions[0].http_routes.at(0);
    CHECK(route.api_id == "ServerlessHttpApi");
    CHECK(route.route_key == "GET /a/{id}");
    CHECK(route.payload_version == "2.0");
    CHECK(route.timeout_ms == 30'000);
    CHECK(route.authorizer == "NONE");
}

TEST_CASE("An HttpApi event names its route, or takes every request", "[cli][template]") {
    const auto [event, key] = GENERATE(table<std::string, std::string>({
        {"", "$default"},
        {"{}", "$default"},
        {"{ApiId: !Ref ServerlessHttpApi}", "$default"},
        {"{Path: $default, Method: x-amazon-apigateway-any-method}", "$default"},
        {"{Path: /, Method: x-amazon-apigateway-any-method}", "ANY /"},
        {"{Path: '/{proxy+}', Method: any}", "ANY /{proxy+}"},
        {"{Path: /a, Method: Post}", "POST /a"},
    }));
    std::string text = with_event(event);
    if (event.find("ServerlessHttpApi") != std::string::npos) {
        text += "  ServerlessHttpApi: {Type: AWS::Serverless::HttpApi}\n";
    }
    const SamTemplate sam = read_apis(text);
    CHECK(sam.functions[0].http_routes.at(0).route_key == key);
    CHECK(sam.http_apis.size() == 1);
}

TEST_CASE("An HttpApi event's format and limit are read", "[cli][template]") {
    const SamTemplate sam =
        read_apis(with_event("{PayloadFormatVersion: '1.0', TimeoutInMillis: 1500}"));
    CHECK(sam.functions[0].http_routes.at(0).payload_version == "1.0");
    CHECK(sam.functions[0].http_routes.at(0).timeout_ms == 1'500);
}

TEST_CASE("An HTTP API of a template is read with what it says", "[cli][template]") {
    const SamTemplate sam = read_apis(with_api(
        "{Name: shop, StageName: v1, Description: d, StageVariables: {a: b}, Tags: {t: u}, "
        "FailOnWarnings: true, DisableExecuteApiEndpoint: false, "
        "CorsConfiguration: {AllowOrigins: [https://a], AllowMethods: [GET, PUT], "
        "AllowHeaders: [x], ExposeHeaders: [y], MaxAge: 60, AllowCredentials: true}}"
    ));
    REQUIRE(sam.http_apis.size() == 1);
    const TemplateHttpApi& api = sam.http_apis[0];
    CHECK(api.settings.name == "shop");
    CHECK(api.settings.description == "d");
    CHECK(api.settings.tags.at("t") == "u");
    CHECK(api.stage == "v1");
    CHECK(api.variables.at("a") == "b");
    const HttpApiCors cors{true, {"https://a"}, {"GET", "PUT"}, {"x"}, {"y"}, 60};
    CHECK(api.settings.cors == cors);
    REQUIRE(sam.notes.size() == 1);
    CHECK(sam.notes[0] == "template.yaml:12: FailOnWarnings has no effect here");
}

TEST_CASE("CorsConfiguration may be true for every origin, or false", "[cli][template]") {
    const SamTemplate open = read_apis(with_api("{CorsConfiguration: true}"));
    REQUIRE(open.http_apis[0].settings.cors.has_value());
    CHECK(open.http_apis[0].settings.cors->allow_origins == Texts{"*"});
    const SamTemplate closed = read_apis(with_api("{CorsConfiguration: False}"));
    CHECK_FALSE(closed.http_apis[0].settings.cors.has_value());
}

TEST_CASE("An HTTP API's authorizers are read as SAM writes them", "[cli][template]") {
    const SamTemplate sam = read_apis(with_api(kGuarded));
    const auto& authorizers = sam.http_apis[0].authorizers;
    REQUIRE(authorizers.size() == 3);
    const HttpAuthorizer tokens{
        "Tokens", "https://i", {"shop"}, "", {"$request.header.Authorization"}, false, 0};
    CHECK(authorizers[0].settings == tokens);
    const HttpAuthorizer guard{
        "Guard",
        "",
        {},
        "arn:aws:lambda:us-east-1:000000000000:function:F",
        {"$request.header.X-Who", "$request.querystring.who", "$stageVariables.v", "$context.path"},
        true,
        60};
    CHECK(authorizers[1].settings == guard);
    CHECK(authorizers[2].settings.ttl_s == 0);
    CHECK(authorizers[2].settings.identity_sources.empty());
}

TEST_CASE("A route has its own authorizer, or the API's", "[cli][template]") {
    const auto [auth, authorizer, scopes] = GENERATE(table<std::string, std::string, Texts>({
        {"", "Tokens", {"read"}},
        {", Auth: {AuthorizationScopes: [write]}", "Tokens", {"write"}},
        {", Auth: {Authorizer: Guard}", "Guard", {}},
        {", Auth: {Authorizer: AWS_IAM}", "AWS_IAM", {}},
        {", Auth: {Authorizer: NONE}", "NONE", {}},
    }));
    const SamTemplate sam = read_apis(with_api(kGuarded, auth));
    CHECK(sam.functions[0].http_routes.at(0).authorizer == authorizer);
    CHECK(sam.functions[0].http_routes.at(0).scopes == scopes);
}

TEST_CASE("Globals give to all HTTP APIs, also to the implicit one", "[cli][template]") {
    const std::string globals =
        "Globals:\n  HttpApi:\n    StageVariables: {a: all, b: all}\n"
        "    CorsConfiguration: {AllowOrigins: [https://a], MaxAge: 5}\n"
        "    Auth: {EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM}\n";
    const SamTemplate implicit = read_apis(globals + with_event("{}"));
    CHECK(implicit.http_apis[0].variables.at("a") == "all");
    CHECK(implicit.functions[0].http_routes.at(0).authorizer == "AWS_IAM");
    const SamTemplate own = read_apis(
        globals + with_api("{StageVariables: {b: own}, CorsConfiguration: {AllowOrigins: [c]}}")
    );
    const TemplateHttpApi& api = own.http_apis.at(0);
    CHECK(api.variables == std::map<std::string, std::string>{{"a", "all"}, {"b", "own"}});
    CHECK(api.settings.cors->allow_origins == Texts{"https://a", "c"});
    CHECK(api.settings.cors->max_age_s == 5U);
    CHECK(own.functions[0].http_routes.at(0).authorizer == "AWS_IAM");
    CHECK(
        refusal_of("Globals:\n  Functoin: {}\n" + with_event("{}")) ==
        "template.yaml:2: Globals.Functoin is not supported yet"
    );
}

TEST_CASE("Globals of REST APIs are read as their own properties are", "[cli][template]") {
    const std::string rest =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      CodeUri: src/\n      Handler: a.b\n      Runtime: python3.12\n      Events:\n"
        "        E: {Type: Api, Properties: {Path: /a, Method: get}}\n";
    const SamTemplate sam = read_apis("Globals:\n  Api: {Variables: {a: b}}\n" + rest);
    CHECK(sam.apis.at(0).variables.at("a") == "b");
    CHECK(sam.apis.at(0).stage == "Prod");
    CHECK(
        refusal_of("Globals:\n  Api: {Cors: \"'*'\"}\n" + rest) ==
        "template.yaml:2: Cors is not supported yet (AWS::Serverless::Api)"
    );
}

TEST_CASE("References to APIs mean their ids, and outputs their addresses", "[cli][template]") {
    TemplateSource source = source_of(with_event(
        "{}",
        "      Environment: {Variables: {API: !Ref ServerlessHttpApi}}\n"
        "Outputs:\n"
        "  There: {Value: !Sub 'https://${ServerlessHttpApi}.execute-api.${AWS::Region}."
        "amazonaws.com/x'}\n"
        "  Here: {Value: !GetAtt ServerlessHttpApi.ApiEndpoint}\n"
        "  Id: {Value: !Ref ServerlessHttpApi, Description: d}\n"
        "  Role: {Value: !GetAtt FRole.Arn}\n"
    ));
    source.api_ids["ServerlessHttpApi"] = "abc123";
    const auto sam = read_template(source);
    REQUIRE(sam.has_value());
    const std::string address = "http://abc123.execute-api.us-east-1.localhost:4566";
    CHECK(sam->functions[0].settings.environment.at("API") == "abc123");
    REQUIRE(sam->outputs.size() == 3);
    CHECK(sam->outputs[0].value == address + "/x");
    CHECK(sam->outputs[1].value == address);
    CHECK(sam->outputs[2].name == "Id");
    CHECK(sam->outputs[2].value == "abc123");
    REQUIRE(sam->notes.size() == 1);
    CHECK(sam->notes[0].find("output Role is left out: template.yaml:15") == 0);
}

TEST_CASE("Nothing refers to an implicit API that there is not", "[cli][template]") {
    const std::string message = refusal_of(with_api("{Tags: {a: !Ref ServerlessHttpApi}}"));
    CHECK(message.find("!Ref ServerlessHttpApi: there is no such") != std::string::npos);
}

TEST_CASE("HttpApi events that say too little or too much are refused", "[cli][template]") {
    const auto [event, why] = GENERATE(table<std::string, std::string>({
        {"{Path: /a}", "needs both Path and Method, or neither"},
        {"{Method: get}", "needs both Path and Method, or neither"},
        {"{Path: /a, Method: fetch}", "FETCH is not an HTTP method"},
        {"{Path: a, Method: get}", "begins with a slash"},
        {"{ApiId: !Ref F}", "ApiId must be a !Ref to an AWS::Serverless::HttpApi"},
        {"{ApiId: abc123}", "ApiId must be a !Ref to an AWS::Serverless::HttpApi"},
        {"{PayloadFormatVersion: '3.0'}", "PayloadFormatVersion is"},
        {"{TimeoutInMillis: 40}", "TimeoutInMillis is between 50 and 30000"},
        {"{TimeoutInMillis: 30001}", "TimeoutInMillis is between 50 and 30000"},
        {"{RouteSettings: {ThrottlingRateLimit: 1}}", "RouteSettings is not supported yet"},
        {"{Auth: NONE}", "Auth must be names with values"},
        {"{Auth: {Authorizer: Who}}", "ServerlessHttpApi has no authorizer Who"},
        {"{Auth: {Authorizer: AWS_IAM}}", "AWS_IAM needs EnableIamAuthorizer: true"},
        {"{Auth: {AuthorizationScopes: [a]}}", "AuthorizationScopes need an authorizer"},
        {"{Auth: {InvokeRole: NONE}}", "InvokeRole is not supported yet"},
    }));
    const std::string message = refusal_of(with_event(event));
    CHECK(message.find("template.yaml:9") == 0);
    CHECK(message.find(why) != std::string::npos);
}

TEST_CASE("HTTP APIs that lambent cannot serve are refused by the property", "[cli][template]") {
    const auto [properties, why] = GENERATE(table<std::string, std::string>({
        {"{DefinitionBody: {openapi: 3.0.1}}", "DefinitionBody is not supported yet"},
        {"{DefinitionUri: a.yaml}", "DefinitionUri is not supported yet"},
        {"{DefaultRouteSettings: {ThrottlingBurstLimit: 1}}", "DefaultRouteSettings is not"},
        {"{RouteSettings: {}}", "RouteSettings is not supported yet"},
        {"{Domain: {DomainName: a}}", "Domain is not supported yet"},
        {"{DisableExecuteApiEndpoint: true}", "DisableExecuteApiEndpoint is not supported yet"},
        {"{CorsConfiguration: {AllowEverything: 1}}", "not a property of CorsConfiguration"},
        {"{CorsConfiguration: maybe}", "CorsConfiguration is true or false"},
        {"{Auth: true}", "Auth must be names with values"},
        {"{Auth: {DefaultAuthorizer: Who}}", "Own has no authorizer Who"},
        {"{Auth: {DefaultAuthorizer: AWS_IAM}}", "AWS_IAM needs EnableIamAuthorizer: true"},
        {"{Auth: {Who: 1}}", "Who is not supported yet (Auth)"},
        {"{Auth: {Authorizers: {A: {FunctionArn: x}}}}", "AuthorizerPayloadFormatVersion"},
        {"{Auth: {Authorizers: {A: {FunctionArn: x, AuthorizerPayloadFormatVersion: '1.0'}}}}",
         "AuthorizerPayloadFormatVersion 1.0 is not supported yet"},
        {"{Auth: {Authorizers: {A: {JwtConfiguration: {issuer: x}}}}}",
         "needs issuer and audience"},
        {"{Auth: {Authorizers: {A: {JwtConfiguration: {issuer: x, audience: [y], z: 1}}}}}",
         "z is not a property of JwtConfiguration"},
        {"{Auth: {Authorizers: {A: {UserPoolArn: x}}}}", "UserPoolArn is not supported yet"},
        {"{Auth: {Authorizers: {A: {FunctionArn: x, Identity: {Cookies: [a]}}}}}",
         "Cookies is not a property of Identity"},
        {"{Auth: {Authorizers: {A: {FunctionArn: x, Identity: {ReauthorizeEvery: 5}}}}}",
         "Identity needs a source"},
    }));
    const std::string message = refusal_of(with_api(properties));
    CHECK(message.find("template.yaml:12") == 0);
    CHECK(message.find(why) != std::string::npos);
}

TEST_CASE("An HTTP API has each route once", "[cli][template]") {
    const std::string message = refusal_of(with_event(
        "{Path: /a, Method: get}",
        "        Again: {Type: HttpApi, Properties: {Path: /a, Method: GET}}\n"
    ));
    CHECK(message == "template.yaml:10: ServerlessHttpApi has two routes GET /a");
}

}  // namespace
}  // namespace lambent::cli
