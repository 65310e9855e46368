#pragma once

#include "base/http/server.h"
#include "tests/support/run_flow.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// A client that speaks bytes, not HTTP, so that it can say what no HTTP library would.
class RawClient {
  public:
    explicit RawClient(const boost::asio::any_io_executor& executor) : socket_(executor) {}

    Task<> connect(std::uint16_t port) {
        const boost::asio::ip::tcp::endpoint to(boost::asio::ip::address_v4::loopback(), port);
        co_await socket_.async_connect(to, boost::asio::use_awaitable);
    }
    // A server may have ended the connection already: what it answered is what counts.
    Task<> send(std::string bytes) {
        boost::system::error_code ignored;
        co_await boost::asio::async_write(
            socket_,
            boost::asio::buffer(bytes),
            boost::asio::redirect_error(boost::asio::use_awaitable, ignored)
        );
    }
    void end_sending() {
        boost::system::error_code ignored;
        socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }
    // Everything up to and including `end`, or up to the end of the connection.
    Task<std::string> read_until(std::string end) {
        std::array<char, 16384> piece;
        for (;;) {
            if (const auto at = received_.find(end); at != std::string::npos) {
                std::string found = received_.substr(0, at + end.size());
                received_.erase(0, at + end.size());
                co_return found;
            }
            boost::system::error_code ended;
            const std::size_t bytes = co_await socket_.async_read_some(
                boost::asio::buffer(piece),
                boost::asio::redirect_error(boost::asio::use_awaitable, ended)
            );
            if (ended) {
                co_return std::exchange(received_, {});
            }
            received_.append(piece.data(), bytes);
        }
    }
    // The next `bytes`, or fewer at the end of the connection.
    Task<std::string> read_exactly(std::size_t bytes) {
        std::array<char, 16384> piece;
        while (received_.size() < bytes) {
            boost::system::error_code ended;
            const std::size_t more = co_await socket_.async_read_some(
                boost::asio::buffer(piece),
                boost::asio::redirect_error(boost::asio::use_awaitable, ended)
            );
            if (ended) {
                co_return std::exchange(received_, {});
            }
            received_.append(piece.data(), more);
        }
        std::string found = received_.substr(0, bytes);
        received_.erase(0, bytes);
        co_return found;
    }
    Task<std::string> read_to_close() {
        std::string never("\0never\0", 7);
        co_return co_await read_until(std::move(never));
    }

  private:
    boost::asio::ip::tcp::socket socket_;
    std::string received_;
};

// A handler made of a function, which remembers what it was asked.
class FunctionHandler final : public http::Handler {
  public:
    using Serve = std::function<Task<http::Response>(http::RequestHead, http::BodyReader&)>;
    explicit FunctionHandler(Serve serve) : serve_(std::move(serve)) {}

    Task<http::Response> handle(http::RequestHead head, http::BodyReader& body) override {
        seen.push_back(head.method + " " + head.path);
        co_return co_await serve_(std::move(head), body);
    }
    std::vector<std::string> seen;

  private:
    Serve serve_;
};

// Answers with what was asked, and the body.
inline Task<http::Response> echo(http::RequestHead head, http::BodyReader& body) {
    const auto bytes = co_await body.read_all(std::uint64_t{1} << 30U);
    http::Response response;
    response.status = bytes.has_error() ? 400 : 200;
    response.body = head.method + " " + head.path + "?" + head.query + " " +
                    (bytes.has_error() ? bytes.error().message() : *bytes);
    co_return response;
}

// A server on a free port of loopback, and the loop it runs on.
struct LoopbackServer {
    explicit LoopbackServer(FunctionHandler::Serve serve, http::ServerConfig config = {})
        : handler(std::move(serve)),
          server(loop.get_executor(), config, handler, Logger::silent()) {
        UniqueFd listener = http::listen_tcp("127.0.0.1", 0).value();
        port = http::bound_port(listener).value();
        server.accept_on(std::move(listener), "");
    }
    ~LoopbackServer() { run_flow(loop, server.stop(std::chrono::milliseconds(0))); }

    // Sends, ends its side, and returns all that comes back.
    std::string exchange(std::string bytes) {
        return run_flow(loop, exchange_flow(loop.get_executor(), port, std::move(bytes)));
    }
    static Task<std::string> exchange_flow(
        boost::asio::any_io_executor executor, std::uint16_t port, std::string bytes
    ) {
        RawClient client(executor);
        co_await client.connect(port);
        co_await client.send(std::move(bytes));
        client.end_sending();
        co_return co_await client.read_to_close();
    }

    boost::asio::io_context loop;
    FunctionHandler handler;
    http::Server server;
    std::uint16_t port = 0;
};

}  // namespace lambent::tests
