#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <vector>

namespace lambent::sandbox {

// A network namespace in which only loopback exists, made ahead because that takes the kernel half
// a millisecond. Listeners made in it work from outside: whoever holds the socket accepts there.
// The namespace goes with the last descriptor and process that use it.
class NetworkSlot {
  public:
    static Result<NetworkSlot> make();

    int native() const { return space_.get(); }
    // What a cell talks through.
    struct Sockets {
        std::vector<UniqueFd> listeners;  // on 127.0.0.1, non-blocking, in the order of the ports
        UniqueFd channel;                 // of a Unix stream pair, non-blocking
        UniqueFd guest_channel;           // its other end
    };
    Result<Sockets> open(const std::vector<std::uint16_t>& ports, bool with_channel) const;

  private:
    explicit NetworkSlot(UniqueFd space) : space_(std::move(space)) {}
    UniqueFd space_;
};

}  // namespace lambent::sandbox
