#include "base/async/one_shot.h"
#include "base/async/task_scope.h"
#include "tests/support/loopback_http.h"

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>

using namespace lambent;
using namespace lambent::http;
using lambent::tests::echo;
using lambent::tests::FunctionHandler;
using lambent::tests::LoopbackServer;
using lambent::tests::RawClient;
using lambent::tests::run_flow;
using std::chrono::milliseconds;

namespace {

ServerConfig impatient() {
    ServerConfig config;
    config.head_timeout = config.idle_timeout = config.body_timeout = milliseconds(300);
    return config;
}

// Says `bytes`, keeps its side open, and waits for the server to end.
Task<std::string> say_and_wait(std::uint16_t port, std::string bytes) {
    RawClient client(co_await boost::asio::this_coro::executor);
    co_await client.connect(port);
    co_await client.send(std::move(bytes));
    co_return co_await client.read_to_close();
}

Task<Response> never(RequestHead, BodyReader&) {
    OneShot<int> nothing(co_await boost::asio::this_coro::executor);
    co_await nothing.wait();
    co_return Response();
}

}  // namespace

TEST_CASE("Server answers 408 to a head that does not end", "[base][Server]") {
    LoopbackServer server(echo, impatient());
    const std::string answer = run_flow(server.loop, say_and_wait(server.port, "GET / HT"));
    CHECK(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(server.handler.seen.empty());
}

TEST_CASE("Server does not extend a head's deadline with every byte", "[base][Server]") {
    LoopbackServer server(echo, impatient());
    auto drip = [](std::uint16_t port) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        RawClient client(executor);
        co_await client.connect(port);
        boost::asio::steady_timer timer(executor);
        const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(200, 'x');
        for (const char c : head) {
            co_await client.send(std::string(1, c));
            timer.expires_after(milliseconds(5));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return co_await client.read_to_close();
    };
    CHECK(run_flow(server.loop, drip(server.port)).starts_with("HTTP/1.1 408"));
}

TEST_CASE("Server closes idle connections without a word", "[base][Server]") {
    LoopbackServer server(echo, impatient());
    CHECK(run_flow(server.loop, say_and_wait(server.port, "")).empty());
    const std::string answer =
        run_flow(server.loop, say_and_wait(server.port, "GET /once HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(answer.ends_with("GET /once? "));
}

TEST_CASE("Server tells a handler that a body stopped coming", "[base][Server]") {
    LoopbackServer server(echo, impatient());
    const std::string answer = run_flow(
        server.loop,
        say_and_wait(server.port, "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")
    );
    CHECK(answer.starts_with("HTTP/1.1 400"));
    CHECK(answer.find("silent for too long") != std::string::npos);
}

TEST_CASE("Server does not wait for a body that comes in drops", "[base][Server]") {
    LoopbackServer server(echo, impatient());
    auto drip = [](std::uint16_t port) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        RawClient client(executor);
        co_await client.connect(port);
        co_await client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
        boost::asio::steady_timer timer(executor);
        for (int sent = 0; sent < 60; ++sent) {  // fifty bytes a second, never silent for long
            co_await client.send("x");
            timer.expires_after(milliseconds(20));
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        co_return co_await client.read_to_close();
    };
    const std::string answer = run_flow(server.loop, drip(server.port));
    CHECK(answer.find("silent for too long") != std::string::npos);
}

TEST_CASE("Server accepts again when descriptors were short", "[base][Server]") {
    LoopbackServer server(echo);
    auto play = [](std::uint16_t port) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        RawClient client(executor);
        co_await client.connect(port);
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &none);
        boost::asio::steady_timer timer(executor, milliseconds(50));
        co_await timer.async_wait(boost::asio::use_awaitable);
        ::setrlimit(RLIMIT_NOFILE, &before);
        co_await client.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
        co_return co_await client.read_until("GET /late? ");
    };
    CHECK(run_flow(server.loop, play(server.port)).ends_with("GET /late? "));
}

TEST_CASE("Server gives up on a client that takes no answer", "[base][Server]") {
    LoopbackServer server(
        [](RequestHead, BodyReader&) -> Task<Response> {
            Response response;
            response.body = std::string(50'000'000, 'x');
            co_return response;
        },
        impatient()
    );
    auto talk = [](std::uint16_t port, Server* observed) -> Task<bool> {
        const auto executor = co_await boost::asio::this_coro::executor;
        RawClient client(executor);
        co_await client.connect(port);
        co_await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        boost::asio::steady_timer timer(executor);
        do {
            timer.expires_after(milliseconds(5));
            co_await timer.async_wait(boost::asio::use_awaitable);
        } while (observed->connections() > 0);
        co_return true;
    };
    CHECK(run_flow(server.loop, talk(server.port, &server.server)));
}

namespace {

// Answers with the path; "/held" not before it is told to.
struct HoldingServer {
    explicit HoldingServer(std::uint32_t connections_max)
        : server(
              [this](RequestHead head, BodyReader&) -> Task<Response> {
                  if (head.path == "/held") {
                      co_await release->wait();
                  }
                  Response response;
                  response.body = head.path;
                  co_return response;
              },
              at_most(connections_max)
          ) {
        release.emplace(server.loop.get_executor());
    }
    static ServerConfig at_most(std::uint32_t connections) {
        ServerConfig config;
        config.connections_max = connections;
        config.idle_timeout = std::chrono::hours(1);
        return config;
    }
    static Task<std::string> ask(RawClient& client, std::string path) {
        co_await client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
        std::string answer = co_await client.read_until("\r\n\r\n" + path);
        co_return answer.ends_with(path) ? "served" : "closed";
    }

    std::optional<OneShot<int>> release;
    LoopbackServer server;
};

}  // namespace

TEST_CASE("Server takes no more connections than it may", "[base][Server]") {
    HoldingServer holding(1);
    auto play = [](HoldingServer* s) -> Task<std::size_t> {
        RawClient first(co_await boost::asio::this_coro::executor);
        RawClient second(co_await boost::asio::this_coro::executor);
        co_await first.connect(s->server.port);
        co_await first.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
        while (s->server.handler.seen.empty()) {
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        co_await second.connect(s->server.port);
        co_await second.send("GET /free HTTP/1.1\r\nHost: h\r\n\r\n");
        // Long enough for a second one to be let in, if it were.
        std::size_t at_most = 0;
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
        for (int looks = 0; looks < 20; ++looks) {
            timer.expires_after(milliseconds(10));
            co_await timer.async_wait(boost::asio::use_awaitable);
            at_most = std::max(at_most, s->server.server.connections());
        }
        s->release->set(1);
        co_await first.read_until("\r\n\r\n/held");
        co_await second.read_until("\r\n\r\n/free");
        co_return at_most;
    };
    CHECK(run_flow(holding.server.loop, play(&holding)) == 1);
    CHECK(holding.server.handler.seen == std::vector<std::string>{"GET /held", "GET /free"});
}

TEST_CASE("Server that is full closes what has been idle for longest", "[base][Server]") {
    HoldingServer holding(3);
    auto play = [](HoldingServer* s) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        std::array<RawClient, 4> clients{
            RawClient(executor), RawClient(executor), RawClient(executor), RawClient(executor)};
        std::string heard;
        for (RawClient& client : clients) {
            co_await client.connect(s->server.port);
            heard += co_await HoldingServer::ask(client, "/one") + " ";
        }
        heard += (co_await clients[0].read_to_close()).empty() ? "cut " : "talking ";
        for (std::size_t i = 1; i < clients.size(); ++i) {
            heard += co_await HoldingServer::ask(clients[i], "/two") + " ";
        }
        co_return heard;
    };
    const std::string heard = run_flow(holding.server.loop, play(&holding));
    CHECK(heard == "served served served served cut served served served ");
}

TEST_CASE("Server that is full does not close what has just come", "[base][Server]") {
    HoldingServer holding(3);
    auto play = [](HoldingServer* s) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        std::array<RawClient, 4> clients{
            RawClient(executor), RawClient(executor), RawClient(executor), RawClient(executor)};
        for (RawClient& client : clients) {
            co_await client.connect(s->server.port);
        }
        boost::asio::steady_timer timer(executor, milliseconds(300));
        co_await timer.async_wait(boost::asio::use_awaitable);
        std::string heard;
        for (RawClient& client : clients) {
            heard += co_await HoldingServer::ask(client, "/one") + " ";
        }
        co_return heard;
    };
    const std::string heard = run_flow(holding.server.loop, play(&holding));
    CHECK(heard == "served served served served ");
}

TEST_CASE("Server out of descriptors closes what has been idle", "[base][Server]") {
    HoldingServer holding(100);
    auto play = [](HoldingServer* s) -> Task<std::string> {
        const auto executor = co_await boost::asio::this_coro::executor;
        RawClient first(executor);
        RawClient second(executor);
        co_await first.connect(s->server.port);
        std::string heard = co_await HoldingServer::ask(first, "/one") + " ";
        boost::asio::steady_timer timer(executor, milliseconds(50));
        co_await timer.async_wait(boost::asio::use_awaitable);
        // One more than are open, and that one is for the second client's side.
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit few = before;
        const int next = ::dup(STDERR_FILENO);
        ::close(next);
        few.rlim_cur = static_cast<rlim_t>(next) + 1;
        ::setrlimit(RLIMIT_NOFILE, &few);
        co_await second.connect(s->server.port);
        heard += co_await HoldingServer::ask(second, "/two") + " ";
        ::setrlimit(RLIMIT_NOFILE, &before);
        heard += (co_await first.read_to_close()).empty() ? "cut" : "talking";
        co_return heard;
    };
    CHECK(run_flow(holding.server.loop, play(&holding)) == "served served cut");
}

TEST_CASE("Server lets a running request end before it stops", "[base][Server]") {
    boost::asio::io_context loop;
    OneShot<int> release(loop.get_executor());
    FunctionHandler handler([&release](RequestHead, BodyReader&) -> Task<Response> {
        co_await release.wait();
        Response response;
        response.body = std::string("late");
        co_return response;
    });
    Server server(loop.get_executor(), ServerConfig(), handler, Logger::silent());
    UniqueFd listener = listen_tcp("127.0.0.1", 0).value();
    const std::uint16_t port = bound_port(listener).value();
    server.accept_on(std::move(listener), "");
    struct Scene {
        std::uint16_t port;
        Server& server;
        FunctionHandler& handler;
        OneShot<int>& release;
    } scene{port, server, handler, release};
    auto play = [](Scene* s) -> Task<std::string> {
        RawClient idle(co_await boost::asio::this_coro::executor);
        RawClient busy(co_await boost::asio::this_coro::executor);
        co_await idle.connect(s->port);
        co_await busy.connect(s->port);
        co_await busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        while (s->handler.seen.empty()) {
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        auto stopping = [](Server* stopped) -> Task<> {
            co_await stopped->stop(std::chrono::seconds(20));
        };
        TaskScope scope(co_await boost::asio::this_coro::executor, Logger::silent());
        scope.spawn("stop", stopping(&s->server));
        const std::string of_idle = co_await idle.read_to_close();
        s->release.set(1);
        const std::string of_busy = co_await busy.read_to_close();
        co_await scope.join();
        co_return of_idle + "|" + of_busy;
    };
    const std::string heard = run_flow(loop, play(&scene));
    CHECK(heard.starts_with("|HTTP/1.1 200"));
    CHECK(heard.find("Connection: close") != std::string::npos);
    CHECK(heard.ends_with("late"));
    CHECK(server.connections() == 0);
}

TEST_CASE("Server cuts what has not ended when the drain is over", "[base][Server]") {
    LoopbackServer server(never);
    auto play = [](LoopbackServer* s) -> Task<std::string> {
        RawClient client(co_await boost::asio::this_coro::executor);
        co_await client.connect(s->port);
        co_await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        while (s->handler.seen.empty()) {
            co_await boost::asio::post(boost::asio::use_awaitable);
        }
        co_await s->server.stop(milliseconds(1));
        co_return co_await client.read_to_close();
    };
    CHECK(run_flow(server.loop, play(&server)).empty());
    CHECK(server.server.connections() == 0);
}

TEST_CASE("Server closes a door with its connections and keeps the others", "[base][Server]") {
    LoopbackServer server([](RequestHead head, BodyReader&) -> Task<Response> {
        Response response;
        response.body = head.entrance + " " + head.peer;
        co_return response;
    });
    UniqueFd listener = listen_tcp("127.0.0.1", 0).value();
    const std::uint16_t port = bound_port(listener).value();
    auto door = server.server.open_door(std::move(listener), "function:f");
    auto play = [](std::uint16_t at, std::unique_ptr<Server::Door> held) -> Task<std::string> {
        RawClient client(co_await boost::asio::this_coro::executor);
        co_await client.connect(at);
        co_await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        std::string heard = co_await client.read_until("function:f cell");
        held.reset();
        co_return co_await client.read_to_close() + (heard.empty() ? "" : "served, then closed");
    };
    CHECK(run_flow(server.loop, play(port, std::move(door))) == "served, then closed");
    const std::string other = server.exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(other.find(" 127.0.0.1:") != std::string::npos);
    auto connects = [](std::uint16_t at) -> Task<bool> {
        RawClient client(co_await boost::asio::this_coro::executor);
        try {
            co_await client.connect(at);
        } catch (const boost::system::system_error&) {
            co_return false;
        }
        co_return true;
    };
    CHECK_FALSE(run_flow(server.loop, connects(port)));
}

TEST_CASE("Server survives clients that leave at every phase", "[base][Server]") {
    LoopbackServer server(echo);
    auto play = [](std::uint16_t port) -> Task<bool> {
        const std::string request = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
        for (std::size_t cut = 0; cut <= request.size(); ++cut) {
            for (int again = 0; again < 5; ++again) {
                RawClient client(co_await boost::asio::this_coro::executor);
                co_await client.connect(port);
                co_await client.send(request.substr(0, cut));
            }
        }
        co_return true;
    };
    CHECK(run_flow(server.loop, play(server.port)));
    const std::string answer = server.exchange("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answer.ends_with("GET /alive? "));
}

TEST_CASE("listen_tcp speaks both families and refuses names", "[base][listen_tcp]") {
    CHECK(bound_port(listen_tcp("127.0.0.1", 0).value()).value() > 0);
    CHECK(bound_port(listen_tcp("::1", 0).value()).value() > 0);
    CHECK(listen_tcp("localhost", 0).error().code() == Code::kInvalidArgument);
    const UniqueFd taken = listen_tcp("127.0.0.1", 0).value();
    CHECK(listen_tcp("127.0.0.1", bound_port(taken).value()).has_error());
}
