#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::sandbox {

// One message with the descriptors that travel beside it.
struct Packet {
    std::string text;
    std::vector<UniqueFd> descriptors;
};

// One end of the SOCK_SEQPACKET pair between daemon and launcher. Never blocks: what the kernel
// does not take at once waits in a queue until `flush` is called when the socket is writable, so
// that the two ends cannot wait for each other. One thread.
class PacketSocket {
  public:
    // A connected pair, both ends close-on-exec and non-blocking.
    static Result<std::pair<PacketSocket, PacketSocket>> pair();

    PacketSocket() = default;
    explicit PacketSocket(UniqueFd fd) : fd_(std::move(fd)) {}

    int native() const { return fd_.get(); }
    UniqueFd release() { return std::move(fd_); }
    bool wants_write() const { return !waiting_.empty(); }

    Result<void> send(Packet packet);
    Result<void> flush();

    // Nothing when no message waits. A closed peer is the error "unavailable".
    Result<std::optional<Packet>> receive();

  private:
    // True when the kernel took it, false when its buffer is full.
    Result<bool> offer(Packet& packet);

    UniqueFd fd_;
    std::unique_ptr<char[]> inbox_;  // for the largest message; made once, only touched where used
    std::deque<Packet> waiting_;
};

}  // namespace lambent::sandbox
