#include "sandbox/launcher/network_slot.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace lambent::sandbox {
namespace {

constexpr int kBacklog = 128;

Result<UniqueFd> open_current() {
    UniqueFd space(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!space) {
        return errno_error("cannot open the network namespace", errno);
    }
    return space;
}

// Brings the thread back to the network namespace it came from.
class Home {
  public:
    explicit Home(UniqueFd space) : space_(std::move(space)) {}
    ~Home() { LAMBENT_ASSERT(::setns(space_.get(), CLONE_NEWNET) == 0); }
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

  private:
    UniqueFd space_;
};

Result<void> raise_loopback() {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
        return errno_error("cannot bring up loopback in a cell", errno);
    }
    return {};
}

Result<UniqueFd> listen_on(std::uint16_t port) {
    UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket ||
        ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(socket.get(), kBacklog) != 0) {
        return errno_error("cannot listen inside a cell", errno);
    }
    return socket;
}

// Made inside the cell's namespace too: a Unix socket answers questions about the interfaces of the
// namespace that it was made in, and can take a name there.
Result<void> open_channel(NetworkSlot::Sockets& sockets) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return errno_error("cannot make a cell's channel", errno);
    }
    sockets.channel = UniqueFd(ends[0]);
    sockets.guest_channel = UniqueFd(ends[1]);
    if (::fcntl(sockets.channel.get(), F_SETFL, O_NONBLOCK) != 0) {
        return errno_error("cannot make a cell's channel", errno);
    }
    return {};
}

}  // namespace

Result<NetworkSlot> NetworkSlot::make() {
    LAMBENT_TRY(UniqueFd home, open_current());
    if (::unshare(CLONE_NEWNET) != 0) {
        return errno_error("cannot make a network namespace", errno);
    }
    const Home back(std::move(home));
    LAMBENT_TRY(UniqueFd space, open_current());
    LAMBENT_TRY(raise_loopback());
    return NetworkSlot(std::move(space));
}

Result<NetworkSlot::Sockets> NetworkSlot::open(
    const std::vector<std::uint16_t>& ports, bool with_channel
) const {
    Sockets sockets;
    if (ports.empty() && !with_channel) {
        return sockets;
    }
    LAMBENT_TRY(UniqueFd home, open_current());
    if (::setns(space_.get(), CLONE_NEWNET) != 0) {
        return errno_error("cannot enter a cell's network namespace", errno);
    }
    const Home back(std::move(home));
    for (const std::uint16_t port : ports) {
        LAMBENT_TRY(UniqueFd listener, listen_on(port));
        sockets.listeners.push_back(std::move(listener));
    }
    if (with_channel) {
        LAMBENT_TRY(open_channel(sockets));
    }
    return sockets;
}

}  // namespace lambent::sandbox
