#include "app/cli/client/http_client.h"

#include "base/files/content_hash.h"
#include "tests/unit/app/cli/one_answer_server.h"

#include <catch2/catch.hpp>

#include <sstream>

namespace lambent::cli {
namespace {

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Thing:  a b \r\n\r\nhi";

Endpoint endpoint_at(const std::string& url) {
    Endpoint endpoint;
    endpoint.url = url;
    endpoint.region = "eu-west-1";
    endpoint.access_key = "AKLAMBENT";
    endpoint.secret_key = "secret/+key";
    return endpoint;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    REQUIRE(begin != std::string::npos);
    const auto at = begin + from.size();
    return text.substr(at, text.find(to, at) - at);
}

std::string header_of(const std::string& head, const std::string& name) {
    std::istringstream lines(head);
    for (std::string line; std::getline(lines, line);) {
        std::string start = line.substr(0, line.find(':'));
        std::transform(start.begin(), start.end(), start.begin(), ::tolower);
        if (start == name) {
            std::string value = line.substr(line.find(':') + 1);
            value.erase(0, value.find_first_not_of(' '));
            value.erase(value.find_last_not_of(" \r") + 1);
            return value;
        }
    }
    return "";
}

// The signature that AWS's specification gives for the request as it arrived.
std::string expected_signature(
    const std::string& head, const std::string& body, const std::string& service
) {
    std::istringstream first(head);
    std::string method;
    std::string target;
    first >> method >> target;
    const auto question = target.find('?');
    std::string path = target.substr(0, question);
    if (service != "s3") {  // escaped once more
        for (std::size_t at = path.find('%'); at != std::string::npos;
             at = path.find('%', at + 1)) {
            path.replace(at, 1, "%25");
        }
    }
    const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
    const std::string signed_headers = between(head, "SignedHeaders=", ",");
    std::string canonical_headers;
    std::istringstream names(signed_headers);
    for (std::string name; std::getline(names, name, ';');) {
        canonical_headers += name + ":" + header_of(head, name) + "\n";
    }
    const std::string canonical = method + "\n" + path + "\n" + query + "\n" + canonical_headers +
                                  "\n" + signed_headers + "\n" +
                                  to_hex(digest(HashKind::kSha256, body));
    const std::string date = header_of(head, "x-amz-date");
    const std::string day = date.substr(0, 8);
    const std::string scope = day + "/eu-west-1/" + service + "/aws4_request";
    const std::string to_sign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" +
                                to_hex(digest(HashKind::kSha256, canonical));
    std::string key = hmac_sha256("AWS4secret/+key", day);
    for (const std::string& part :
         {std::string("eu-west-1"), service, std::string("aws4_request")}) {
        key = hmac_sha256(key, part);
    }
    return to_hex(hmac_sha256(key, to_sign));
}

TEST_CASE("HttpClient signs a request as the specification says", "[app][HttpClient]") {
    HttpCall call;
    SECTION("a plain GET") {
        call.service = "lambda";
        call.path = "/2015-03-31/functions/";
    }
    SECTION("a PUT of an object with a name that needs encoding, and a body") {
        call.service = "s3";
        call.method = "PUT";
        call.path = "/photos/a b/größe+1.jpg";
        call.body = std::string(3'000'000, 'x');
        call.headers = {{"Content-Type", "image/jpeg"}};
    }
    SECTION("a query that is not in order and has an empty value") {
        call.service = "s3";
        call.path = "/photos";
        call.query = {{"prefix", "a/b c"}, {"list-type", "2"}, {"delimiter", ""}};
    }
    SECTION("a path of another service with what needs encoding") {
        call.service = "apigateway";
        call.method = "PATCH";
        call.path = "/v2/apis/a1/stages/$default/a:b c";
        call.body = "{}";
    }
    SECTION("own headers of the platform") {
        call.service = "lambda";
        call.method = "POST";
        call.path = "/2015-03-31/functions/f/invocations";
        call.body = "{}";
        call.headers = {{"X-Lambent-Cold", "1"}, {"X-Amz-Log-Type", "Tail"}};
    }
    SECTION("a POST without a body") {
        call.service = "lambent";
        call.method = "POST";
        call.path = "/_lambent/functions/f/evict";
    }
    tests::OneAnswerServer server(kOk);
    HttpClient client(endpoint_at(server.url()));
    const auto reply = client.send(call);
    REQUIRE(reply.has_value());
    CHECK(server.body() == call.body);
    INFO(server.head());
    CHECK(server.head().find("Credential=AKLAMBENT/") != std::string::npos);
    CHECK(
        between(server.head(), "Signature=", "\r\n") ==
        expected_signature(server.head(), server.body(), call.service)
    );
}

TEST_CASE(
    "HttpClient's reply has the status, headers in lower case, and the body", "[app][HttpClient]"
) {
    tests::OneAnswerServer server(kOk);
    HttpClient client(endpoint_at(server.url()));
    HttpCall call;
    call.service = "s3";
    call.path = "/";
    const auto reply = client.send(call);
    REQUIRE(reply.has_value());
    CHECK(reply->status == 200);
    CHECK(reply->ok());
    CHECK(reply->header("x-thing") == "a b");
    CHECK(reply->header("x-other").empty());
    CHECK(reply->body == "hi");
    CHECK(reply->elapsed.count() > 0);
}

TEST_CASE("HttpClient takes any status as a reply, also to HEAD", "[app][HttpClient]") {
    tests::OneAnswerServer server("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n");
    HttpClient client(endpoint_at(server.url()));
    HttpCall call;
    call.service = "s3";
    call.method = "HEAD";
    call.path = "/nowhere";
    const auto reply = client.send(call);
    REQUIRE(reply.has_value());
    CHECK(reply->status == 404);
    CHECK_FALSE(reply->ok());
}

TEST_CASE("HttpClient says that nobody listens, and what to do", "[app][HttpClient]") {
    std::string url;
    {
        boost::asio::io_context loop;
        boost::asio::ip::tcp::acceptor taken(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
        url = "http://127.0.0.1:" + std::to_string(taken.local_endpoint().port());
    }
    HttpClient client(endpoint_at(url));
    HttpCall call;
    call.service = "s3";
    call.path = "/";
    const auto reply = client.send(call);
    REQUIRE(reply.has_error());
    CHECK(reply.error().code() == Code::kUnavailable);
    CHECK(reply.error().message() == "no daemon at " + url + " — start it with: lambent up");
}

TEST_CASE("Paths and queries are encoded as the signature wants them", "[app][HttpClient]") {
    CHECK(encode_path("/a b/ü~-._") == "/a%20b/%C3%BC~-._");
    CHECK(encode_path("/a//b/") == "/a//b/");
    CHECK(encode_query({{"b", "1"}, {"a", "x y/"}, {"c", ""}}) == "a=x%20y%2F&b=1&c=");
    CHECK(encode_query({}).empty());
}

}  // namespace
}  // namespace lambent::cli
