#include "base/http/head_parser.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent::http;

namespace {

constexpr HeadLimits kLimits{64 * 1024, 8 * 1024, 100};

std::string head(const std::string& fields, const std::string& line = "GET / HTTP/1.1") {
    return line + "\r\nHost: localhost\r\n" + fields + "\r\n";
}

// 0 when the head is accepted, else the status that refuses it.
unsigned verdict(const std::string& bytes) {
    HeadScanner scanner(kLimits);
    const auto scanned = scanner.scan(bytes);
    if (scanned.has_error()) {
        return scanned.error().status();
    }
    if (!scanned->has_value()) {
        return 1;  // wants more
    }
    const auto parsed = parse_head(std::string_view(bytes).substr(0, **scanned), kLimits);
    return parsed.has_error() ? parsed.error().status() : 0;
}

}  // namespace

TEST_CASE("parse_head keeps path, query and fields as they arrived", "[base][parse_head]") {
    const std::string bytes =
        "PUT /a%2Fb/%20c?x=%31&y HTTP/1.1\r\nHost: h\r\nX-A:  one two \t\r\nx-b:\r\n\r\n";
    const ParsedHead parsed = *parse_head(bytes, kLimits);
    CHECK(parsed.head.method == "PUT");
    CHECK(parsed.head.path == "/a%2Fb/%20c");
    CHECK(parsed.head.query == "x=%31&y");
    REQUIRE(parsed.head.headers.all().size() == 3);
    CHECK(parsed.head.headers.all()[1] == Headers::Field("X-A", "one two"));
    CHECK(parsed.head.headers.all()[2] == Headers::Field("x-b", ""));
    CHECK(parsed.framing.keep_alive);
    CHECK_FALSE(parsed.framing.content_length);
}

TEST_CASE("parse_head reads the framing", "[base][parse_head]") {
    const auto framing = [](const std::string& bytes) {
        return parse_head(bytes, kLimits)->framing;
    };
    CHECK(framing(head("Content-Length: 12\r\n")).content_length == 12);
    CHECK(framing(head("Content-Length: 0\r\n")).content_length == 0);
    CHECK(framing(head("Transfer-Encoding: Chunked\r\n")).is_chunked);
    CHECK(framing(head("Expect: 100-Continue\r\n")).awaits_continue);
    CHECK_FALSE(framing(head("Connection: close\r\n")).keep_alive);
    CHECK_FALSE(framing(head("", "GET / HTTP/1.0")).keep_alive);
    CHECK(framing(head("Connection: keep-alive\r\n", "GET / HTTP/1.0")).keep_alive);
}

TEST_CASE("A head whose length could be read in two ways is refused", "[base][parse_head]") {
    const std::string fields = GENERATE(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5,\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Content-Length: 05\r\n",
        "Content-Length: 00\r\n",
        "Content-Length: 5 5\r\n",
        "Content-Length: 5a\r\n",
        "Content-Length:\r\n",
        "Content-Length: 9223372036854775808\r\n",
        "Content-Length: 18446744073709551617\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: \x0b"
        "chunked\r\n"
    );
    CAPTURE(fields);
    CHECK(verdict(head(fields)) == 400);
    CHECK(verdict(head(fields, "POST / HTTP/1.1")) == 400);
}

TEST_CASE("A transfer encoding in HTTP/1.0 is refused", "[base][parse_head]") {
    CHECK(verdict(head("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0")) == 400);
}

TEST_CASE("A head that breaks the grammar is refused", "[base][parse_head]") {
    using namespace std::string_literals;
    const std::string bytes = GENERATE(
        "GET / HTTP/1.1\nHost: h\n\n"s,
        "GET / HTTP/1.1\r\nHost: h\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n"s,
        "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\n folded: x\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\r\n\r\n"s,
        "GET / HTTP/1.1\r\n Host: h\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost\t: h\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\n: empty\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA\0: b\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\x01\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA: b\x7f\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: h\r\nA(x): b\r\n\r\n"s,
        "GET / HTTP/1.1\r\n\r\n"s,
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"s,
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET /  HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET /\tx HTTP/1.1\r\nHost: h\r\n\r\n"s,
        " GET / HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"s,
        "GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET /#x HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET http://localhost/ HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET * HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "GET /\r\n\r\n"s,
        "GET / HTTP/2.0\r\nHost: h\r\n\r\n"s,
        "GET / HTTP/1.2\r\nHost: h\r\n\r\n"s,
        "GET / HTTP/0.9\r\nHost: h\r\n\r\n"s,
        "GET / http/1.1\r\nHost: h\r\n\r\n"s,
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s,
        "G\"T / HTTP/1.1\r\nHost: h\r\n\r\n"s,
        "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"s
    );
    CAPTURE(bytes);
    CHECK(verdict(bytes) == 400);
}

TEST_CASE(
    "A proxy request and an unknown expectation have their own statuses", "[base][parse_head]"
) {
    CHECK(verdict("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n") == 501);
    CHECK(verdict(head("Expect: 200-ok\r\n")) == 417);
}

TEST_CASE("HeadScanner refuses what is too long before it is complete", "[base][HeadScanner]") {
    CHECK(verdict("GET /" + std::string(8 * 1024, 'a')) == 414);
    CHECK(verdict("GET / HTTP/1.1\r\nX: " + std::string(8 * 1024, 'a')) == 431);
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 100; ++i) {
        many += "X: y\r\n";
    }
    CHECK(verdict(many) == 431);
    std::string large = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 9; ++i) {
        large += "X: " + std::string(8000, 'a') + "\r\n";
    }
    CHECK(verdict(large) == 431);
}

TEST_CASE("HeadScanner finds the same end however the bytes come", "[base][HeadScanner]") {
    const std::string bytes = head("A: b\r\nC: d\r\n") + "body";
    HeadScanner whole(kLimits);
    const auto end = *whole.scan(bytes);
    REQUIRE(end == bytes.size() - 4);
    HeadScanner piecewise(kLimits);
    for (std::size_t size = 0; size < *end; ++size) {
        REQUIRE_FALSE(piecewise.scan(std::string_view(bytes).substr(0, size))->has_value());
    }
    CHECK(*piecewise.scan(std::string_view(bytes).substr(0, *end)) == end);
}
