#include "tests/support/loopback_http.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdio>

using namespace lambent;
using namespace lambent::http;
using lambent::tests::echo;
using lambent::tests::LoopbackServer;
using lambent::tests::RawClient;
using lambent::tests::run_flow;

namespace {

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (std::size_t at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) {
        ++count;
    }
    return count;
}

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Task<Response> refuse_unread(RequestHead, BodyReader&) {
    Response response;
    response.status = 403;
    response.body = "no";
    co_return response;
}

UniqueFd file_of(const std::string& bytes) {
    std::FILE* file = std::tmpfile();
    REQUIRE(file != nullptr);
    REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
    std::fflush(file);
    UniqueFd own(::dup(::fileno(file)));
    std::fclose(file);
    return own;
}

}  // namespace

TEST_CASE("Server answers requests of one connection in order", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string answer = server.exchange(
        "GET /one?a=1 HTTP/1.1\r\nHost: h\r\n\r\n"
        "PUT /two HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
        "POST /three HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
    );
    CHECK(occurrences(answer, "HTTP/1.1 200 OK\r\n") == 3);
    const auto one = answer.find("GET /one?a=1 ");
    const auto two = answer.find("PUT /two? abc");
    const auto three = answer.find("POST /three? def");
    CHECK(one < two);
    CHECK(two < three);
    CHECK(three != std::string::npos);
    CHECK(occurrences(answer, "Date: ") == 3);
    CHECK(occurrences(answer, "Connection: close") == 0);
}

TEST_CASE("Server serves a thousand pipelined requests in order", "[base][Server]") {
    LoopbackServer server(echo);
    std::string requests;
    for (int i = 0; i < 1000; ++i) {
        requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }
    const std::string answer = server.exchange(requests);
    CHECK(occurrences(answer, "HTTP/1.1 200 OK") == 1000);
    std::size_t at = 0;
    for (int i = 0; i < 1000; ++i) {
        at = answer.find("GET /" + std::to_string(i) + "? ", at);
        REQUIRE(at != std::string::npos);
    }
}

TEST_CASE("Server executes nothing after a malformed request", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string answer = server.exchange(
        "GET /before HTTP/1.1\r\nHost: h\r\n\r\n"
        "GET /bad HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"
        "GET /after HTTP/1.1\r\nHost: h\r\n\r\n"
    );
    CHECK(server.handler.seen == std::vector<std::string>{"GET /before"});
    CHECK(answer.find("HTTP/1.1 400 Bad Request\r\n") != std::string::npos);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("Server refuses a chunked body that breaks in the middle", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string answer = server.exchange(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"
        "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
    );
    CHECK(answer.starts_with("HTTP/1.1 400"));
    CHECK(server.handler.seen.size() == 1);
}

TEST_CASE("Server tells a handler when the body is cut short", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string answer =
        server.exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    CHECK(answer.starts_with("HTTP/1.1 400"));
    CHECK(answer.find("left its body unsent") != std::string::npos);
}

TEST_CASE("Server answers HEAD with the length and without the body", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        response.body = std::string("12345");
        co_return response;
    });
    const std::string answer = server.exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.find("Content-Length: 5\r\n") != std::string::npos);
    CHECK(ends_with(answer, "\r\n\r\n"));
}

TEST_CASE("Server lets a HEAD answer tell a length of its own", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        response.headers.add("Content-Length", "1234567");
        co_return response;
    });
    const std::string head = server.exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(head.find("Content-Length: 1234567\r\n") != std::string::npos);
    const std::string get = server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(get.find("Content-Length: 0\r\n") != std::string::npos);
    CHECK(occurrences(get, "Content-Length") == 1);
}

TEST_CASE("Server sends no length with a 204", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        response.status = 204;
        co_return response;
    });
    const std::string answer = server.exchange("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 204 No Content\r\n"));
    CHECK(answer.find("Content-Length") == std::string::npos);
}

TEST_CASE("Server keeps a value of a handler from forging fields", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        response.headers.add("X-Value", "a\r\nX-Forged: 1");
        response.headers.add("Transfer-Encoding", "chunked");
        co_return response;
    });
    const std::string answer = server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.find("X-Value: a  X-Forged: 1\r\n") != std::string::npos);
    CHECK(answer.find("Transfer-Encoding") == std::string::npos);
}

TEST_CASE("Server turns an exception of a handler into 500", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        throw std::runtime_error("secret");
        co_return Response();
    });
    const std::string answer = server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    CHECK(answer.find("secret") == std::string::npos);
}

TEST_CASE("Server says 100 Continue when a handler reads, and only then", "[base][Server]") {
    const std::string head =
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    auto talk = [](std::uint16_t port, std::string head_bytes) -> Task<std::string> {
        RawClient client(co_await boost::asio::this_coro::executor);
        co_await client.connect(port);
        co_await client.send(head_bytes);
        std::string first = co_await client.read_until("\r\n\r\n");
        if (first.starts_with("HTTP/1.1 100")) {
            co_await client.send("abc");
            client.end_sending();
        }
        first += co_await client.read_to_close();
        co_return first;
    };
    LoopbackServer reads(echo);
    const std::string asked = run_flow(reads.loop, talk(reads.port, head));
    CHECK(asked.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    CHECK(ends_with(asked, "PUT /? abc"));

    LoopbackServer refuses(refuse_unread);
    const std::string refused = run_flow(refuses.loop, talk(refuses.port, head));
    CHECK(refused.starts_with("HTTP/1.1 403"));
    CHECK(refused.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("Server does not ask for a body that is already here", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string answer = server.exchange(
        "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"
    );
    CHECK(answer.starts_with("HTTP/1.1 200"));
}

TEST_CASE("Server skips a short body that nobody read", "[base][Server]") {
    LoopbackServer server(refuse_unread);
    const std::string body(100'000, 'x');
    const std::string answer = server.exchange(
        "PUT /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + body +
        "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
    );
    CHECK(server.handler.seen == std::vector<std::string>{"PUT /1", "GET /2"});
    CHECK(occurrences(answer, "HTTP/1.1 403") == 2);
}

TEST_CASE("Server's refusal of a large body reaches a client that sends first", "[base][Server]") {
    LoopbackServer server(refuse_unread);
    const std::string body(20'000'000, 'x');
    const std::string answer = server.exchange(
        "PUT /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n" + body +
        "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
    );
    CHECK(server.handler.seen == std::vector<std::string>{"PUT /1"});
    CHECK(answer.starts_with("HTTP/1.1 403"));
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("Server reads and echoes bodies larger than its buffers", "[base][Server]") {
    LoopbackServer server(echo);
    std::string body(3'000'000, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) {
        body[i] = static_cast<char>('a' + i % 23);
    }
    const std::string answer =
        server.exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" + body);
    CHECK(ends_with(answer, "PUT /? " + body));
}

TEST_CASE("Server sends parts of files", "[base][Server]") {
    std::string bytes(1'500'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i * 31 % 251);
    }
    LoopbackServer server([&bytes](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        FileBody file;
        file.file = file_of(bytes);
        file.offset = 1000;
        file.length = bytes.size() - 1000;
        response.body = std::move(file);
        co_return response;
    });
    const std::string answer = server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.find("Content-Length: 1499000\r\n") != std::string::npos);
    CHECK(ends_with(answer, "\r\n\r\n" + bytes.substr(1000)));
    const std::string head = server.exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(head.find("Content-Length: 1499000\r\n") != std::string::npos);
    CHECK(ends_with(head, "\r\n\r\n"));
}

TEST_CASE("Server ends the connection when a file is shorter than promised", "[base][Server]") {
    LoopbackServer server([](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        FileBody file;
        file.file = file_of("12345");
        file.length = 10;
        response.body = std::move(file);
        co_return response;
    });
    const std::string answer =
        server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(ends_with(answer, "12345"));
    CHECK(server.handler.seen.size() == 1);
}

TEST_CASE("Server tells HTTP/1.0 clients whether the connection stays", "[base][Server]") {
    LoopbackServer server(echo);
    const std::string stays = server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(stays.find("Connection: keep-alive\r\n") != std::string::npos);
    const std::string ends = server.exchange("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    CHECK(occurrences(ends, "HTTP/1.1 200") == 1);
    CHECK(ends.find("Connection: close\r\n") != std::string::npos);
}
