#include "base/fetch/public_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace lambent {
namespace {

struct V4Block {
    std::uint32_t first;
    int bits;
};
// What IANA's registry of special addresses says is not reachable from everywhere.
constexpr std::array kSpecialV4 = {
    V4Block{0x00000000, 8},   // this network
    V4Block{0x0A000000, 8},   // private
    V4Block{0x64400000, 10},  // shared by carriers
    V4Block{0x7F000000, 8},   // loopback
    V4Block{0xA9FE0000, 16},  // link-local, and metadata services
    V4Block{0xAC100000, 12},  // private
    V4Block{0xC0000000, 24},  // protocol assignments
    V4Block{0xC0000200, 24},  // documentation
    V4Block{0xC0586300, 24},  // 6to4 relays
    V4Block{0xC0A80000, 16},  // private
    V4Block{0xC6120000, 15},  // benchmarks
    V4Block{0xC6336400, 24},  // documentation
    V4Block{0xCB007100, 24},  // documentation
    V4Block{0xE0000000, 3},   // multicast, reserved, broadcast
};

bool is_public_v4(std::uint32_t address) {
    return std::none_of(kSpecialV4.begin(), kSpecialV4.end(), [address](const V4Block& block) {
        return (address >> (32 - block.bits)) == (block.first >> (32 - block.bits));
    });
}

std::uint32_t v4_at(const std::uint8_t* bytes) {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
           (std::uint32_t{bytes[2]} << 8) | std::uint32_t{bytes[3]};
}

// Of 2000::/3, which is all of the internet's; the blocks in it that stand for IPv4 are judged by
// that, and those for tunnels, documentation and the like are none.
bool is_public_v6(const std::uint8_t* bytes) {
    const std::uint32_t first = v4_at(bytes);
    constexpr std::array<std::uint8_t, 12> kTranslated{0x00, 0x64, 0xFF, 0x9B};
    if (std::equal(kTranslated.begin(), kTranslated.end(), bytes)) {
        return is_public_v4(v4_at(bytes + 12));
    }
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (std::equal(kMapped.begin(), kMapped.end(), bytes)) {
        return is_public_v4(v4_at(bytes + 12));
    }
    if ((first >> 29) != 1) {
        return false;
    }
    if ((first >> 16) == 0x2002) {
        return is_public_v4(v4_at(bytes + 2));
    }
    const bool is_protocol = (first >> 9) == (0x20010000U >> 9);  // 2001::/23: Teredo and others
    return !is_protocol && first != 0x20010DB8 && (first >> 12) != (0x3FFF0000U >> 12);
}

}  // namespace

bool is_public_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof(v4));
        return is_public_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof(v6));
        return is_public_v6(v6.sin6_addr.s6_addr);
    }
    return false;
}

}  // namespace lambent
