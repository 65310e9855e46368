#include "triggers/gateway/proxy_event.h"
#include "triggers/gateway/rest_authorizer.h"
#include "triggers/http/http_answer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::triggers;
using nlohmann::json;

namespace {

const std::string kArn = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/pets/1";

HttpRequest rest_visit() {
    HttpRequest request;
    request.method = "POST";
    request.path = "/prod/pets/a%20b";
    request.query = "q=1&q=2&e=";
    request.fields = {
        {"Accept", "*/*"},
        {"X-Two", "a"},
        {"X-Two", "b"},
        {"user-agent", "probe"},
        {"content-length", "2"},
        {"Content-Type", "text/plain"},
        {"x-forwarded-for", "127.0.0.1"}};
    request.body = "hi";
    request.source_ip = "127.0.0.1";
    request.account = "000000000000";
    request.domain = "abc.execute-api.us-east-1.localhost";
    request.domain_id = "abc";
    request.request_id = "0a1b2c3d-0000-4000-8000-000000000000";
    request.route.stage = "prod";
    request.route.parameters = {{"id", "a%20b"}};
    request.time = from_unix_ms(1'583'348'638'390);
    return request;
}

RestPlace place() {
    RestPlace at;
    at.resource = "/pets/{id}";
    at.resource_id = "pet";
    at.path = "/pets/a%20b";
    at.deployment_id = "d1";
    return at;
}

std::string decision(const std::string& policy, const std::string& context) {
    return R"({"principalId":"ada","policyDocument":)" + policy + R"(,"context":)" + context + "}";
}

std::string statement(const std::string& effect, const std::string& resource) {
    return R"({"Statement":[{"Action":"execute-api:Invoke","Effect":")" + effect +
           R"(","Resource":")" + resource + R"("}]})";
}

}  // namespace

TEST_CASE("A REST API's event is of format 1.0", "[triggers][gateway]") {
    const json event = json::parse(rest_event(rest_visit(), place()));
    CHECK_FALSE(event.contains("version"));
    CHECK(event.at("resource") == "/pets/{id}");
    CHECK(event.at("path") == "/pets/a%20b");
    CHECK(event.at("httpMethod") == "POST");
    CHECK(event.at("headers").at("X-Two") == "b");
    CHECK(event.at("multiValueHeaders").at("X-Two") == json{"a", "b"});
    CHECK(event.at("headers").at("User-Agent") == "probe");
    CHECK(event.at("headers").at("X-Forwarded-For") == "127.0.0.1");
    CHECK_FALSE(event.at("headers").contains("content-length"));
    CHECK(event.at("queryStringParameters") == json{{"q", "2"}, {"e", ""}});
    CHECK(event.at("multiValueQueryStringParameters").at("q") == json{"1", "2"});
    CHECK(event.at("pathParameters") == json{{"id", "a%20b"}});
    CHECK(event.at("stageVariables").is_null());
    CHECK(event.at("body") == "hi");
    CHECK(event.at("isBase64Encoded") == false);
    const json& context = event.at("requestContext");
    CHECK(context.at("path") == "/prod/pets/a%20b");
    CHECK(context.at("resourceId") == "pet");
    CHECK(context.at("resourcePath") == "/pets/{id}");
    CHECK(context.at("deploymentId") == "d1");
    CHECK(context.at("identity").at("userAgent") == "probe");
    CHECK(context.at("identity").at("accessKey").is_null());
    CHECK(context.at("requestTime") == "04/Mar/2020:19:03:58 +0000");
    CHECK(context.at("extendedRequestId").get<std::string>().size() == 16);
    CHECK_FALSE(context.contains("authorizer"));
}

TEST_CASE("What a request lacks is null in a REST API's event", "[triggers][gateway]") {
    HttpRequest bare;
    bare.method = "GET";
    const json event = json::parse(rest_event(bare, RestPlace()));
    for (const char* name :
         {"headers", "queryStringParameters", "pathParameters", "stageVariables", "body"}) {
        CHECK(event.at(name).is_null());
    }
}

TEST_CASE("A REST API's binary types reach functions as base64", "[triggers][gateway]") {
    HttpRequest request = rest_visit();
    request.body = std::string("\xFF\x00", 2);
    RestPlace at = place();
    CHECK(json::parse(rest_event(request, at)).at("isBase64Encoded") == false);
    at.binary_types = {"text/*"};
    const json event = json::parse(rest_event(request, at));
    CHECK(event.at("isBase64Encoded") == true);
    CHECK(event.at("body") == "/wA=");
    CHECK(is_binary_type({"image/png"}, "Image/PNG;q=1, text/html"));
    CHECK_FALSE(is_binary_type({"image/png"}, "text/html, image/png"));
    CHECK(is_binary_type({"*/*"}, ""));
    CHECK_FALSE(is_binary_type({"image/*"}, "imagery"));
}

TEST_CASE("A signer stands in the identity of a REST API's event", "[triggers][gateway]") {
    HttpRequest request = rest_visit();
    request.caller.emplace();
    request.caller->access_key = "AKIA";
    request.caller->name = "root";
    const json identity =
        json::parse(rest_event(request, place())).at("requestContext").at("identity");
    CHECK(identity.at("accessKey") == "AKIA");
    CHECK(identity.at("userArn") == "arn:aws:iam::000000000000:root");
}

TEST_CASE("Authorizers of REST APIs are asked in their own way", "[triggers][gateway]") {
    const json token = json::parse(rest_token_event("secret", kArn));
    CHECK(token == json{{"type", "TOKEN"}, {"methodArn", kArn}, {"authorizationToken", "secret"}});
    const json request = json::parse(rest_request_event(rest_visit(), place(), kArn));
    CHECK(request.at("type") == "REQUEST");
    CHECK(request.at("methodArn") == kArn);
    CHECK(request.at("requestContext").at("resourceId") == "pet");
    CHECK_FALSE(request.contains("body"));
}

TEST_CASE("A policy is asked about each address of a REST API", "[triggers][gateway]") {
    const auto verdict = rest_verdict_of(
        decision(statement("Allow", "*/prod/GET/pets/*"), R"({"n":1,"b":true,"s":"x"})")
    );
    REQUIRE(verdict);
    CHECK(
        json::parse(verdict->context) ==
        json{{"principalId", "ada"}, {"n", "1"}, {"b", "true"}, {"s", "x"}}
    );
    CHECK(rest_ruling(*verdict, kArn) == Ruling::kAllowed);
    CHECK(rest_ruling(*verdict, kArn + "0") == Ruling::kAllowed);
    CHECK(rest_ruling(*verdict, "arn:x/prod/PUT/pets/1") == Ruling::kSilent);
    const auto denied = rest_verdict_of(decision(statement("Deny", "*"), "null"));
    CHECK(rest_ruling(*denied, kArn) == Ruling::kDenied);
}

TEST_CASE("Answers that decide nothing are no verdicts", "[triggers][gateway]") {
    const auto answer = GENERATE(
        as<std::string>{},
        "{}",
        "null",
        R"({"principalId":"a"})",
        R"({"policyDocument":{}})",
        R"({"principalId":"a","policyDocument":{},"context":{"l":[1]}})",
        R"({"principalId":"a","policyDocument":"x"})"
    );
    CHECK_FALSE(rest_verdict_of(answer));
}

TEST_CASE("Tokens of another form are not asked about", "[triggers][gateway]") {
    ApiAuthorizer authorizer;
    CHECK(has_valid_form(authorizer, "anything"));
    authorizer.validation = "Bearer [a-z]+";
    CHECK(has_valid_form(authorizer, "Bearer abc"));
    CHECK_FALSE(has_valid_form(authorizer, "Bearer abc1"));
    CHECK(is_token_form("a+"));
    CHECK_FALSE(is_token_form("(a"));
    authorizer.validation = "(a+)+";  // takes for ever where it is tried in all ways
    CHECK_FALSE(has_valid_form(authorizer, std::string(4000, 'a') + "b"));
}

TEST_CASE("Tokens too long for the form that is asked for are refused", "[triggers][gateway]") {
    ApiAuthorizer authorizer;
    authorizer.validation = "[" + std::string(97, 'a') + "]+";  // 100 bytes
    CHECK(has_valid_form(authorizer, std::string(500, 'a')));
    CHECK_FALSE(has_valid_form(authorizer, std::string(501, 'a')));
    authorizer.validation = "Bearer [a-z]+";
    CHECK(has_valid_form(authorizer, "Bearer " + std::string(8000, 'a')));
}

TEST_CASE("A REST API takes answers of five members and nothing else", "[triggers][gateway]") {
    const auto said = rest_answer(
        R"({"statusCode":201,"headers":{"A":"1","B":"2","C":true},)"
        R"("multiValueHeaders":{"A":["1","3"]},"body":"x"})",
        Base64::kKeep
    );
    REQUIRE(said);
    CHECK(said->status == 201);
    const HttpFields fields{
        {"B", "2"}, {"C", "true"}, {"A", "1"}, {"A", "3"}, {"Content-Type", "application/json"}};
    CHECK(said->fields == fields);
    CHECK(rest_answer("{}", Base64::kKeep)->status == 200);
    const std::string binary = R"({"body":"aGk=","isBase64Encoded":true})";
    CHECK(rest_answer(binary, Base64::kDecode)->body == "hi");
    CHECK(rest_answer(binary, Base64::kKeep)->body == "aGk=");
    for (const char* wrong :
         {"null",
          "\"x\"",
          R"({"body":{"a":1}})",
          R"({"statusCode":"ok"})",
          R"({"cookies":[]})",
          R"({"headers":{"A":1}})",
          R"({"errorMessage":"x"})"}) {
        CHECK_FALSE(rest_answer(wrong, Base64::kKeep));
    }
}
