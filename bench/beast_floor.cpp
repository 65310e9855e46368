// A floor under any FaaS, with a library: a plain Boost.Beast server on one thread that hands each
// request body over a pipe to a second process, which echoes it back. No routing, no signature, no
// sandbox, no record. What lambent adds to a warm call is measured against this.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

namespace {

bool read_all(int fd, void* into, std::size_t size) {
    auto* at = static_cast<char*>(into);
    while (size > 0) {
        const ssize_t got = ::read(fd, at, size);
        if (got <= 0) {
            return false;
        }
        at += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

// The second process: length, bytes -> the same length and bytes.
[[noreturn]] void echo_for_ever(int in, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::string message;
    for (;;) {
        std::uint32_t size = 0;
        if (!read_all(in, &size, sizeof(size))) {
            ::_exit(0);
        }
        message.resize(sizeof(size) + size);
        std::copy_n(reinterpret_cast<const char*>(&size), sizeof(size), message.data());
        if (!read_all(in, message.data() + sizeof(size), size) ||
            ::write(out, message.data(), message.size()) < 0) {
            ::_exit(0);
        }
    }
}

// The pipe pair, with answers handed out in the order of the questions.
class Worker {
  public:
    Worker(asio::io_context& loop, int to, int from) : to_(loop, to), from_(loop, from) {}

    asio::awaitable<std::string> call(std::string body) {
        const auto size = static_cast<std::uint32_t>(body.size());
        std::string message(reinterpret_cast<const char*>(&size), sizeof(size));
        message += body;
        asio::steady_timer mine(to_.get_executor(), asio::steady_timer::time_point::max());
        waiting_.push_back(&mine);
        co_await asio::async_write(to_, asio::buffer(message), use_awaitable);
        if (waiting_.front() != &mine) {
            boost::system::error_code turn;
            co_await mine.async_wait(asio::redirect_error(use_awaitable, turn));
        }
        std::uint32_t answer_size = 0;
        co_await asio::async_read(
            from_, asio::buffer(&answer_size, sizeof(answer_size)), use_awaitable
        );
        std::string answer(answer_size, '\0');
        co_await asio::async_read(from_, asio::buffer(answer), use_awaitable);
        waiting_.pop_front();
        if (!waiting_.empty()) {
            waiting_.front()->cancel();
        }
        co_return answer;
    }

  private:
    asio::writable_pipe to_;
    asio::readable_pipe from_;
    std::deque<asio::steady_timer*> waiting_;
};

asio::awaitable<void> serve(asio::ip::tcp::socket socket, Worker& worker) {
    beast::flat_buffer buffer;
    try {
        for (;;) {
            http::request<http::string_body> request;
            co_await http::async_read(socket, buffer, request, use_awaitable);
            http::response<http::string_body> response(http::status::ok, 11);
            response.body() = co_await worker.call(std::move(request.body()));
            response.prepare_payload();
            co_await http::async_write(socket, response, use_awaitable);
        }
    } catch (const boost::system::system_error&) {
        // the client has gone
    }
}

asio::awaitable<void> accept(asio::ip::tcp::acceptor& acceptor, Worker& worker) {
    for (;;) {
        asio::ip::tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        socket.set_option(asio::ip::tcp::no_delay(true));
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), worker), asio::detached);
    }
}

}  // namespace

int main() {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    int to[2];
    int from[2];
    if (::pipe(to) != 0 || ::pipe(from) != 0) {
        return 1;
    }
    if (::fork() == 0) {
        ::close(to[1]);
        ::close(from[0]);
        echo_for_ever(to[0], from[1]);
    }
    ::close(to[0]);
    ::close(from[1]);
    asio::io_context loop(1);
    Worker worker(loop, to[1], from[0]);
    asio::ip::tcp::acceptor acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0});
    std::printf("%u\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    asio::co_spawn(loop, accept(acceptor, worker), asio::detached);
    loop.run();
}
