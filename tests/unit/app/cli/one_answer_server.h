#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <thread>

namespace lambent::tests {

// Listens on a free loopback port, takes one request, answers it with the given bytes and keeps
// what it was sent.
class OneAnswerServer {
  public:
    explicit OneAnswerServer(std::string answer)
        : acceptor_(loop_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          answer_(std::move(answer)),
          thread_([this] { serve(); }) {}
    ~OneAnswerServer() { wait(); }
    OneAnswerServer(const OneAnswerServer&) = delete;
    OneAnswerServer& operator=(const OneAnswerServer&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    // The request's head, whole, and its body; after the client has its answer.
    const std::string& head() { return wait(), head_; }
    const std::string& body() { return wait(), body_; }

  private:
    void wait() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    void serve() {
        namespace asio = boost::asio;
        asio::ip::tcp::socket socket = acceptor_.accept();
        std::string bytes;
        const std::size_t end = asio::read_until(socket, asio::dynamic_buffer(bytes), "\r\n\r\n");
        head_ = bytes.substr(0, end);
        body_ = bytes.substr(end);
        const auto at = head_.find("Content-Length: ");
        const std::size_t length = at == std::string::npos ? 0 : std::stoul(head_.substr(at + 16));
        if (head_.find("Expect: 100-continue") != std::string::npos) {
            asio::write(socket, asio::buffer(std::string("HTTP/1.1 100 Continue\r\n\r\n")));
        }
        std::string rest(length - body_.size(), '\0');
        asio::read(socket, asio::buffer(rest));
        body_ += rest;
        asio::write(socket, asio::buffer(answer_));
    }

    boost::asio::io_context loop_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::string answer_;
    std::string head_;
    std::string body_;
    std::thread thread_;
};

}  // namespace lambent::tests
