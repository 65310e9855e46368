// Bodies that are made while they are sent, over real loopback connections.
#include "base/async/one_shot.h"
#include "tests/support/loopback_http.h"

#include <catch2/catch.hpp>

#include <deque>

using namespace lambent;
using namespace lambent::http;
using lambent::tests::LoopbackServer;
using lambent::tests::RawClient;
using lambent::tests::run_flow;

namespace {

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// What a source does, and what became of it.
struct Script {
    std::deque<Result<std::string>> pieces;  // then the end
    bool is_endless = false;
    OneShot<bool>* gate = nullptr;  // before the last piece
    int living = 0;
};

class ScriptedSource final : public BodySource {
  public:
    explicit ScriptedSource(Script& script) : script_(script) { ++script_.living; }
    ~ScriptedSource() override { --script_.living; }
    ScriptedSource(const ScriptedSource&) = delete;
    ScriptedSource& operator=(const ScriptedSource&) = delete;

    Task<Result<std::string>> read_some() override {
        if (script_.is_endless) {
            co_return std::string(64 * 1024, 'x');
        }
        if (script_.pieces.empty()) {
            co_return std::string();
        }
        if (script_.pieces.size() == 1 && script_.gate != nullptr) {
            co_await script_.gate->wait();
        }
        Result<std::string> piece = std::move(script_.pieces.front());
        script_.pieces.pop_front();
        co_return piece;
    }

  private:
    Script& script_;
};

tests::FunctionHandler::Serve serve(Script& script) {
    return [&script](RequestHead, BodyReader&) -> Task<Response> {
        Response response;
        response.headers.add("Content-Type", "text/plain");
        response.body = StreamBody{std::make_unique<ScriptedSource>(script)};
        co_return response;
    };
}

std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

Task<std::string> open_gate_after_first(
    boost::asio::any_io_executor executor, std::uint16_t port, OneShot<bool>& gate
) {
    RawClient client(executor);
    co_await client.connect(port);
    co_await client.send(kGet);
    std::string first_chunk = "5\r\nfirst\r\n";
    std::string seen = co_await client.read_until(std::move(first_chunk));
    gate.set(true);
    std::string last_chunk = "0\r\n\r\n";
    seen += co_await client.read_until(std::move(last_chunk));
    co_return seen;
}

Task<std::string> leave_after_head(boost::asio::any_io_executor executor, std::uint16_t port) {
    RawClient client(executor);
    co_await client.connect(port);
    co_await client.send(kGet);
    std::string end_of_head = "\r\n\r\n";
    std::string head = co_await client.read_until(std::move(end_of_head));
    client.close();
    co_return head;
}

}  // namespace

TEST_CASE("Server sends a stream's pieces when they come", "[base][Server]") {
    Script script;
    script.pieces = {std::string("first"), std::string("last")};
    LoopbackServer server(serve(script));
    OneShot<bool> gate(server.loop.get_executor());
    script.gate = &gate;
    // The second piece is only made once the client has the first one.
    const std::string seen =
        run_flow(server.loop, open_gate_after_first(server.loop.get_executor(), server.port, gate));
    CHECK(seen.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(seen.find("Content-Length") == std::string::npos);
    CHECK(body_of(seen) == "5\r\nfirst\r\n4\r\nlast\r\n0\r\n\r\n");
    CHECK(script.living == 0);
}

TEST_CASE("Server serves the next request behind a stream", "[base][Server]") {
    Script script;
    script.pieces = {std::string("one")};
    LoopbackServer server(serve(script));
    const std::string answer = server.exchange(kGet + kGet);
    CHECK(body_of(answer).starts_with("3\r\none\r\n0\r\n\r\nHTTP/1.1 200"));
    CHECK(server.handler.seen.size() == 2);
}

TEST_CASE("Server streams to HTTP/1.0 until it closes", "[base][Server]") {
    Script script;
    script.pieces = {std::string("one"), std::string("two")};
    LoopbackServer server(serve(script));
    const std::string answer = server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(answer.find("Transfer-Encoding") == std::string::npos);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(body_of(answer) == "onetwo");
}

TEST_CASE("Server drops the stream of an answer without a body", "[base][Server]") {
    Script script;
    script.is_endless = true;
    LoopbackServer server(serve(script));
    const std::string answer = server.exchange("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(body_of(answer).empty());
    CHECK(script.living == 0);
}

TEST_CASE("Server cuts the connection of a stream that fails", "[base][Server]") {
    Script script;
    script.pieces = {std::string("part"), Error(Code::kInternal, "the function failed")};
    LoopbackServer server(serve(script));
    const std::string answer = server.exchange(kGet + kGet);
    CHECK(body_of(answer) == "4\r\npart\r\n");
    CHECK(server.handler.seen.size() == 1);
    CHECK(script.living == 0);
}

TEST_CASE("Server drops a stream whose client has gone", "[base][Server]") {
    Script script;
    script.is_endless = true;
    LoopbackServer server(serve(script));
    run_flow(server.loop, leave_after_head(server.loop.get_executor(), server.port));
    server.loop.restart();
    while (script.living > 0) {
        server.loop.run_one();
    }
    CHECK(script.living == 0);
}

TEST_CASE("A body's trailers are kept apart from its head", "[base][Server]") {
    std::string told;
    LoopbackServer server([&told](RequestHead head, BodyReader& body) -> Task<Response> {
        const auto bytes = co_await body.read_all(1024);
        const Headers trailers = body.trailers();
        told = *bytes + "|" + std::string(trailers.find("x-sum").value_or("none")) + "|" +
               std::string(trailers.find("host").value_or("none")) + "|" +
               std::string(head.headers.find("host").value_or("none"));
        co_return Response();
    });
    server.exchange(
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\nX-Sum:  12 \r\nHost: evil\r\n\r\n"
    );
    CHECK(told == "abc|12|evil|h");
}
