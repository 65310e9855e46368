#include "triggers/http/http_event.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::triggers;
using nlohmann::json;

namespace {

HttpRequest request_of(HttpFields fields, std::string body = "") {
    HttpRequest request;
    request.method = "POST";
    request.path = "/my/path";
    request.fields = std::move(fields);
    request.body = std::move(body);
    request.source_ip = "127.0.0.1";
    request.domain = "0123.lambda-url.us-east-1.localhost";
    request.domain_id = "0123";
    request.request_id = "id-1";
    request.time = from_unix_ms(1'583'348'638'390);
    return request;
}

json event_of(const HttpRequest& request) {
    return json::parse(http_event(request));
}

}  // namespace

TEST_CASE("A request becomes an event of payload format 2.0", "[triggers][http]") {
    HttpRequest request = request_of(
        {{"Host", "0123.lambda-url.us-east-1.localhost:4566"},
         {"User-Agent", "agent"},
         {"Header2", "value1"},
         {"header2", "value2"},
         {"Content-Type", "text/plain"}},
        "Hello from client!"
    );
    request.query = "parameter1=value1&parameter1=value2&parameter2=value";
    const json expected = json::parse(R"({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my/path",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "headers": {
            "host": "0123.lambda-url.us-east-1.localhost:4566",
            "user-agent": "agent",
            "header2": "value1,value2",
            "content-type": "text/plain"
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "0123",
            "domainName": "0123.lambda-url.us-east-1.localhost",
            "domainPrefix": "0123",
            "http": {
                "method": "POST",
                "path": "/my/path",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "agent"
            },
            "requestId": "id-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390
        },
        "body": "Hello from client!",
        "isBase64Encoded": false
    })");
    CHECK(event_of(request) == expected);
}

TEST_CASE("An event leaves out what a request has not", "[triggers][http]") {
    const json event = event_of(request_of({}));
    CHECK_FALSE(event.contains("cookies"));
    CHECK_FALSE(event.contains("body"));
    CHECK_FALSE(event.contains("queryStringParameters"));
    CHECK(event.at("headers") == json::object());
    CHECK(event.at("isBase64Encoded") == false);
    CHECK(event.at("rawQueryString") == "");
}

TEST_CASE("Cookies stand apart from the headers", "[triggers][http]") {
    const json event = event_of(request_of({{"Cookie", "a=1; b=2;; c=x y"}, {"cookie", "d=4"}}));
    CHECK(event.at("cookies") == json({"a=1", "b=2", "c=x y", "d=4"}));
    CHECK_FALSE(event.at("headers").contains("cookie"));
}

TEST_CASE("A body is text or base64 by its type", "[triggers][http]") {
    const auto [type, body, sent, is_base64] =
        GENERATE(table<std::string, std::string, std::string, bool>({
            {"application/json; charset=utf-8", "{\"a\":1}", "{\"a\":1}", false},
            {"TEXT/HTML", "<p>\xC3\xA9", "<p>\xC3\xA9", false},
            {"application/vnd.api+json", "{}", "{}", false},
            {"image/svg+xml", "<svg/>", "<svg/>", false},
            {"application/javascript", "1", "1", false},
            {"application/x-www-form-urlencoded", "a=1", "YT0x", true},
            {"application/octet-stream", std::string("\0\1", 2), "AAE=", true},
            {"image/png;note=text", "abc", "YWJj", true},
            {"", "abc", "YWJj", true},
            {"text/plain", "\xFF", "/w==", true},
            {"text/plain", "\xC0\x80", "wIA=", true},  // overlong: no UTF-8
        }));
    const json event = event_of(request_of({{"Content-Type", type}}, body));
    CHECK(event.at("body") == sent);
    CHECK(event.at("isBase64Encoded") == is_base64);
}

TEST_CASE("Query parameters are decoded once, the raw query not at all", "[triggers][http]") {
    HttpRequest request = request_of({});
    request.path = "/a%2Fb/%C3%A9";
    request.query = "q=%2541+b&e=&f&%C3%A9=%C3%A9";
    const json event = event_of(request);
    CHECK(event.at("rawPath") == "/a%2Fb/%C3%A9");
    CHECK(event.at("rawQueryString") == "q=%2541+b&e=&f&%C3%A9=%C3%A9");
    CHECK(
        event.at("queryStringParameters") ==
        json({{"q", "%41 b"}, {"e", ""}, {"f", ""}, {"\xC3\xA9", "\xC3\xA9"}})
    );
}

TEST_CASE("A signed request's event names who signed", "[triggers][http]") {
    HttpRequest request = request_of({});
    request.caller = HttpRequest::Caller{"AKIA1", "root"};
    request.account = "000000000000";
    const json context = event_of(request).at("requestContext");
    CHECK(context.at("accountId") == "000000000000");
    CHECK(context.at("authorizer").at("iam").at("accessKey") == "AKIA1");
    CHECK(context.at("authorizer").at("iam").at("userArn") == "arn:aws:iam::000000000000:root");
}

TEST_CASE("Bytes that are no text break no event", "[triggers][http]") {
    const json event = event_of(request_of({{"X-Odd", "a\xFFz\"\\"}}));
    CHECK(event.at("headers").at("x-odd") == "a\xEF\xBF\xBDz\"\\");
}
