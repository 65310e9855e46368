#include "base/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace lambent::http {
namespace {

constexpr int kBacklog = 4096;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<Address> make_address(const std::string& text, std::uint16_t port) {
    Address address;
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        std::memcpy(&address.storage, &v4, sizeof v4);
        address.size = sizeof v4;
        return address;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        std::memcpy(&address.storage, &v6, sizeof v6);
        address.size = sizeof v6;
        return address;
    }
    return Error(Code::kInvalidArgument, "address", "\"" + text + "\" is not an IP address");
}

}  // namespace

Result<UniqueFd> listen_tcp(const std::string& address, std::uint16_t port) {
    LAMBENT_TRY(const Address at, make_address(address, port));
    UniqueFd listener(::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
    );
    if (!listener) {
        return errno_error("socket", errno);
    }
    const int on = 1;
    if (::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return errno_error("setsockopt", errno);
    }
    if (at.storage.ss_family == AF_INET6) {
        ::setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    const std::string name = address + " port " + std::to_string(port);
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at.storage), at.size) != 0) {
        return errno_error("bind to " + name, errno);
    }
    if (::listen(listener.get(), kBacklog) != 0) {
        return errno_error("listen on " + name, errno);
    }
    return listener;
}

Result<std::uint16_t> bound_port(const UniqueFd& listener) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
        return errno_error("getsockname", errno);
    }
    if (storage.ss_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
    }
    if (storage.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
    }
    return Error(Code::kInvalidArgument, "address", "the socket has no port");
}

}  // namespace lambent::http
