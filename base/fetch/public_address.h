#pragma once

struct sockaddr;

namespace lambent {

// Whether an address is one of the internet's: none of this machine, its links, private networks,
// the metadata services of clouds, multicast or what is reserved; in IPv6 also none that stands for
// such an IPv4 address. Pure.
bool is_public_address(const sockaddr& address);

}  // namespace lambent
