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
    // One socket on 127.0.0.1 per port, non-blocking, in the order given.
    Result<std::vector<UniqueFd>> listen(const std::vector<std::uint16_t>& ports) const;

  private:
    explicit NetworkSlot(UniqueFd space) : space_(std::move(space)) {}
    UniqueFd space_;
};

}  // namespace lambent::sandbox
