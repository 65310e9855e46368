#include "sandbox/protocol/packet_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace lambent::sandbox {
namespace {

constexpr std::size_t kTextMax = 192 * 1024;  // below the default send buffer of a Unix socket
constexpr std::size_t kDescriptorsMax = 64;

struct ControlBuffer {
    alignas(cmsghdr) char bytes[CMSG_SPACE(kDescriptorsMax * sizeof(int))];
};

std::vector<UniqueFd> take_descriptors(msghdr& header) {
    std::vector<UniqueFd> taken;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
            taken.emplace_back(fd);
        }
    }
    return taken;
}

}  // namespace

Result<std::pair<PacketSocket, PacketSocket>> PacketSocket::pair() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        return errno_error("cannot make the launcher's socket", errno);
    }
    return std::pair(PacketSocket(UniqueFd(ends[0])), PacketSocket(UniqueFd(ends[1])));
}

Result<bool> PacketSocket::offer(Packet& packet) {
    iovec part{packet.text.data(), packet.text.size()};
    ControlBuffer control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!packet.descriptors.empty()) {
        const std::size_t bytes = packet.descriptors.size() * sizeof(int);
        header.msg_control = control.bytes;
        header.msg_controllen = CMSG_SPACE(bytes);
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(bytes);
        for (std::size_t i = 0; i < packet.descriptors.size(); ++i) {
            const int fd = packet.descriptors[i].get();
            std::memcpy(CMSG_DATA(rights) + i * sizeof(int), &fd, sizeof(int));
        }
    }
    while (::sendmsg(fd_.get(), &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno == EINTR) {
            continue;
        }
        if (errno == EAGAIN) {
            return false;
        }
        const int number = errno;
        return Error(Code::kUnavailable, "launcher", errno_error("send", number).message());
    }
    return true;
}

Result<void> PacketSocket::send(Packet packet) {
    if (packet.text.size() > kTextMax || packet.descriptors.size() > kDescriptorsMax) {
        return Error(Code::kTooLarge, "launch", "the request to the launcher is too large");
    }
    if (waiting_.empty()) {
        LAMBENT_TRY(const bool taken, offer(packet));
        if (taken) {
            return {};
        }
    }
    waiting_.push_back(std::move(packet));
    return {};
}

Result<void> PacketSocket::flush() {
    while (!waiting_.empty()) {
        LAMBENT_TRY(const bool taken, offer(waiting_.front()));
        if (!taken) {
            return {};
        }
        waiting_.pop_front();
    }
    return {};
}

Result<std::optional<Packet>> PacketSocket::receive() {
    if (!inbox_) {
        inbox_ = std::make_unique_for_overwrite<char[]>(kTextMax);
    }
    iovec part{inbox_.get(), kTextMax};
    ControlBuffer control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof(control.bytes);
    ssize_t size = 0;
    do {
        size = ::recvmsg(fd_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == EINTR);
    if (size < 0 && errno == EAGAIN) {
        return std::optional<Packet>();
    }
    if (size <= 0) {
        return Error(
            Code::kUnavailable, "launcher", "the other end of the launcher's socket closed"
        );
    }
    Packet packet;
    packet.descriptors = take_descriptors(header);
    // Fewer descriptors than were sent (this process has too many open) are for the receiver of the
    // message to notice: they concern one cell, not the connection.
    if ((header.msg_flags & MSG_TRUNC) != 0) {
        return Error(Code::kInternal, "launcher", "a message between daemon and launcher was cut");
    }
    packet.text.assign(inbox_.get(), static_cast<std::size_t>(size));
    return std::optional<Packet>(std::move(packet));
}

}  // namespace lambent::sandbox
