#include "base/http/listener.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace lambent::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string describe(const sockaddr_storage& peer) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (peer.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return std::string(text.data()) + ":" + std::to_string(ntohs(v4.sin_port));
    }
    if (peer.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
    }
    return "local";
}

bool is_for_want_of_room(int error_number) {
    return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
           error_number == ENOMEM;
}

}  // namespace

Listener::Listener(
    const asio::any_io_executor& executor,
    UniqueFd socket,
    std::string entrance,
    std::shared_ptr<const TlsContext> tls
)
    : socket_(executor, socket.get()), entrance_(std::move(entrance)), tls_(std::move(tls)) {
    static_cast<void>(socket.release());  // socket_ owns it now
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

Task<Result<Accepted>> Listener::accept() {
    for (;;) {
        if (is_closed_) {
            co_return Error(Code::kNotFound, "the listener is closed");
        }
        if (auto accepted = accept_now()) {
            co_return std::move(*accepted);
        }
        error_code woken;
        co_await socket_.async_wait(
            asio::posix::stream_descriptor::wait_read,
            asio::redirect_error(asio::use_awaitable, woken)
        );
    }
}

// A connection, a failure worth a pause, or nothing when there is nobody to accept. Connections
// that broke while they waited are passed over.
std::optional<Result<Accepted>> Listener::accept_now() {
    for (;;) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        UniqueFd connection(::accept4(
            socket_.native_handle(),
            reinterpret_cast<sockaddr*>(&peer),
            &size,
            SOCK_CLOEXEC | SOCK_NONBLOCK
        ));
        if (connection) {
            // Not inherited from the listener: a connection may be older than our hold of it, and
            // a second small write on one that waits takes 40 ms.
            const int on = 1;
            ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            Accepted accepted{std::move(connection), entrance_.empty() ? describe(peer) : "cell"};
            return Result<Accepted>(std::move(accepted));
        }
        if (errno == EAGAIN) {
            return std::nullopt;
        }
        if (is_for_want_of_room(errno)) {
            return Result<Accepted>(errno_error("accept", errno));
        }
        if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) {
            is_closed_ = true;
            return Result<Accepted>(Error(Code::kNotFound, "the listener is closed"));
        }
    }
}

void Listener::close() {
    is_closed_ = true;
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace lambent::http
