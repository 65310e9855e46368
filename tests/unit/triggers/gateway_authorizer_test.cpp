#include "triggers/gateway/authorizer.h"
#include "triggers/gateway/proxy_event.h"
#include "triggers/gateway/rest_authorizer.h"
#include "triggers/http/http_answer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::triggers;
using nlohmann::json;

namespace {

const std::string kArn = "arn:aws:execute-api:us-east-1:000000000000:abc/$default/GET/pets/1";

HttpRequest visit() {
    HttpRequest request;
    request.method = "GET";
    request.path = "/pets/1";
    request.query = "q=1&q=2&r=1";
    request.fields = {
        {"Authorization", "secret"}, {"X-Two", "a"}, {"x-two", "b"}, {"Cookie", "c=1"}};
    request.source_ip = "127.0.0.1";
    request.account = "000000000000";
    request.route.key = "GET /pets/{id}";
    request.route.stage_variables = {{"tone", "blue"}};
    request.route.parameters = {{"id", "1"}};
    request.time = from_unix_ms(1'583'348'638'390);
    return request;
}

std::string verdict(const std::string& payload, bool simple = false) {
    ApiAuthorizer authorizer;
    authorizer.simple_responses = simple;
    const auto decided = verdict_of(authorizer, payload, kArn);
    return !decided ? "none" : (decided->is_allowed ? "allowed " : "denied ") + decided->context;
}

std::string policy(const std::string& effect, const std::string& resource) {
    return R"({"principalId":"p","policyDocument":{"Statement":[{"Action":"execute-api:Invoke",)"
           R"("Effect":")" +
           effect + R"(","Resource":)" + resource + R"(}]},"context":{"k":1}})";
}

}  // namespace

TEST_CASE("An authorizer is asked with what identifies the caller", "[triggers][gateway]") {
    ApiAuthorizer authorizer;
    authorizer.identity_sources = {
        "$request.header.authorization",
        "$request.querystring.r",
        "$stageVariables.tone",
        "$context.routeKey"};
    const auto identity = identity_of(authorizer, visit());
    CHECK(identity == std::vector<std::string>{"secret", "1", "blue", "GET /pets/{id}"});
    const json event = json::parse(authorizer_event(visit(), *identity, kArn));
    CHECK(event.at("type") == "REQUEST");
    CHECK(event.at("routeArn") == kArn);
    CHECK(event.at("identitySource").size() == 4);
    CHECK(event.at("pathParameters") == json{{"id", "1"}});
    CHECK_FALSE(event.contains("body"));
    authorizer.identity_sources.push_back("$request.header.absent");
    CHECK_FALSE(identity_of(authorizer, visit()));
    CHECK_FALSE(is_identity_source("$request.body.x"));
    CHECK_FALSE(is_identity_source("$request.header."));
}

TEST_CASE("Who identifies twice is not identified", "[triggers][gateway]") {
    const auto identity = [](const std::string& source, const HttpRequest& request) {
        ApiAuthorizer authorizer;
        authorizer.identity_sources = {source};
        const auto found = identity_of(authorizer, request);
        return found ? found->front() : "none";
    };
    HttpRequest request = visit();
    CHECK(identity("$request.header.Authorization", request) == "secret");
    CHECK(identity("$request.header.x-two", request) == "none");
    request.fields.emplace_back("AUTHORIZATION", "");
    CHECK(identity("$request.header.Authorization", request) == "none");
    CHECK(identity("$request.querystring.q", request) == "none");
    CHECK(identity("$request.querystring.r", request) == "1");
    request.query = "token=good&%54oken=forged";
    CHECK(identity("$request.querystring.token", request) == "none");
    request.query = "Token=good";
    CHECK(identity("$request.querystring.token", request) == "none");
}

TEST_CASE("An authorizer's simple answer decides", "[triggers][gateway]") {
    CHECK(verdict(R"({"isAuthorized":true,"context":{"a":1}})", true) == R"(allowed {"a":1})");
    CHECK(verdict(R"({"isAuthorized":false})", true) == "denied {}");
    for (const char* wrong : {"", "null", "[]", "{}", R"({"isAuthorized":"true"})"}) {
        CHECK(verdict(wrong, true) == "none");
    }
}

TEST_CASE("An authorizer's policy decides", "[triggers][gateway]") {
    const auto [effect, resource, decided] = GENERATE(table<std::string, std::string, std::string>({
        {"Allow", "\"*\"", R"(allowed {"k":1})"},
        {"Allow", "\"arn:aws:execute-api:*:*:abc/*/GET/pets/?\"", R"(allowed {"k":1})"},
        {"Allow", "[\"arn:other\",\"" + kArn + "\"]", R"(allowed {"k":1})"},
        {"Allow", "\"arn:aws:execute-api:*:*:abc/*/POST/*\"", R"(denied {"k":1})"},
        {"Deny", "\"*\"", R"(denied {"k":1})"},
    }));
    CHECK(verdict(policy(effect, resource)) == decided);
    CHECK(verdict(R"({"policyDocument":{"Statement":[
            {"Action":"*","Effect":"Allow","Resource":"*"},
            {"Action":["execute-api:*"],"Effect":"Deny","Resource":"*pets*"}]}})") == "denied {}");
    CHECK(verdict(R"({"isAuthorized":true})") == "none");
}

TEST_CASE("What is not understood of a policy opens nothing", "[triggers][gateway]") {
    const auto decided = [](const std::string& effect, const std::string& rest) {
        return verdict(
            R"({"policyDocument":{"Statement":[
                {"Action":"Execute-API:INVOKE","Effect":"Allow","Resource":")" +
            std::string(effect == "Deny" ? "*" : "arn:other") + R"("},{"Effect":")" + effect +
            "\"," + rest + "}]}}"
        );
    };
    const std::string whole = R"("Action":"execute-api:Invoke","Resource":"*")";
    CHECK(decided("Allow", whole) == "allowed {}");
    CHECK(decided("Deny", R"("Action":"*","Resource":"arn:other")") == "allowed {}");
    CHECK(decided("Deny", R"("Action":"EXECUTE-API:invoke","Resource":"*")") == "denied {}");
    for (const char* more :
         {R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.1"}})",
          R"(,"NotAction":"s3:*")",
          R"(,"NotResource":"arn:other")"}) {
        CHECK(decided("Allow", whole + more) == "denied {}");
        CHECK(decided("Deny", R"("Resource":"arn:other")" + std::string(more)) == "denied {}");
    }
    CHECK(decided("Deny", R"("NotAction":"s3:*","Resource":"*")") == "denied {}");
    CHECK(decided("Deny", R"("Action":"*")") == "denied {}");
    CHECK(decided("Allow", R"("Action":"*","Resource":["*",1])") == "denied {}");
    CHECK(decided("Allow", R"("Action":"*","Resource":{"a":"*"})") == "denied {}");
    CHECK(decided("Deny", R"("Action":"*","NotResource":"arn:other")") == "denied {}");
}

TEST_CASE("A policy is bounded, and so are its patterns", "[triggers][gateway]") {
    const auto of_resources = [](std::size_t count, std::size_t bytes) {
        return policy("Allow", json(std::vector(count, std::string(bytes, '*'))).dump());
    };
    CHECK(verdict(of_resources(1, 512)).starts_with("allowed"));
    CHECK(verdict(of_resources(1, 513)) == "none");
    CHECK(verdict(of_resources(15, 512)).starts_with("allowed"));
    CHECK(verdict(of_resources(16, 512)) == "none");
    CHECK(rest_verdict_of(of_resources(15, 512)));
    CHECK_FALSE(rest_verdict_of(of_resources(16, 512)));
    CHECK_FALSE(rest_verdict_of(of_resources(1, 513)));
}

TEST_CASE("An authorizer's answer is bounded", "[triggers][gateway]") {
    const auto with_context = [](const std::string& context) {
        return R"({"isAuthorized":true,"context":)" + context + "}";
    };
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    CHECK(verdict(with_context(R"({"a":)" + deep + "}"), true) == "none");
    const auto text_of_size = [](std::size_t bytes) {
        return R"({"a":")" + std::string(bytes, 'x') + R"("})";
    };
    CHECK(verdict(with_context(text_of_size(8'000)), true).starts_with("allowed"));
    CHECK(verdict(with_context(text_of_size(8'192)), true) == "none");
}

TEST_CASE("A request becomes an event of format 1.0", "[triggers][gateway]") {
    const json event = json::parse(proxy_event(visit(), "/pets/{id}"));
    CHECK(event.at("version") == "1.0");
    CHECK(event.at("resource") == "/pets/{id}");
    CHECK(event.at("httpMethod") == "GET");
    CHECK(event.at("queryStringParameters") == json{{"q", "2"}, {"r", "1"}});
    CHECK(
        event.at("multiValueQueryStringParameters") ==
        json{{"q", {"1", "2"}}, {"r", json::array({"1"})}}
    );
    CHECK(event.at("headers").at("Cookie") == "c=1");
    CHECK(event.at("pathParameters") == json{{"id", "1"}});
    CHECK(event.at("stageVariables") == json{{"tone", "blue"}});
    CHECK(event.at("body").is_null());
    const json& context = event.at("requestContext");
    CHECK(context.at("resourcePath") == "/pets/{id}");
    CHECK(context.at("identity").at("sourceIp") == "127.0.0.1");
    CHECK(context.at("requestTime") == "04/Mar/2020:19:03:58 +0000");
    CHECK(context.at("accountId") == "000000000000");
}

TEST_CASE("An answer of format 1.0 must say its status", "[triggers][gateway]") {
    CHECK_FALSE(proxy_answer(R"("text")"));
    CHECK_FALSE(proxy_answer(R"({"body":"x"})"));
    CHECK_FALSE(proxy_answer(R"({"statusCode":200,"multiValueHeaders":{"a":"x"}})"));
    const auto answer = proxy_answer(
        R"({"statusCode":201,"headers":{"x-a":"1"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]},
            "body":"aGk=","isBase64Encoded":true})"
    );
    REQUIRE(answer);
    CHECK(answer->status == 201);
    CHECK(answer->body == "hi");
    HttpFields expected{
        {"x-a", "1"},
        {"Set-Cookie", "a=1"},
        {"Set-Cookie", "b=2"},
        {"Content-Type", "application/json"}};
    CHECK(answer->fields == expected);
}
