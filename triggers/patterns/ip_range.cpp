#include "triggers/patterns/ip_range.h"

#include "triggers/patterns/value_test.h"

#include <arpa/inet.h>

#include <charconv>

namespace lambent::triggers {
namespace {

// Whether it has at least the shape of an address: EventBridge words the two faults differently.
bool has_shape_of_address(const std::string& text) {
    const bool v4 = !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos;
    const bool v6 = text.find(':') != std::string::npos &&
                    text.find_first_not_of("0123456789abcdefABCDEF:") == std::string::npos;
    return v4 || v6;
}

Result<int> mask_of(const std::string& text, std::size_t address_bytes) {
    int bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size()) {
        return pattern_fault("Malformed CIDR, mask bits must be an integer");
    }
    if (bits < 0) {
        return pattern_fault("Malformed CIDR, mask bits must not be negative");
    }
    if (address_bytes == 4 && bits > 31) {
        return pattern_fault("IPv4 mask bits must be < 32");
    }
    if (bits > 127) {
        return pattern_fault("IPv6 mask bits must be < 128");
    }
    return bits;
}

}  // namespace

std::optional<std::string> ip_address(const std::string& text) {
    std::string bytes(16, '\0');
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        bytes.resize(4);
        return bytes;
    }
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        return bytes;
    }
    return std::nullopt;
}

Result<IpRange> IpRange::parse(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos || slash + 1 == text.size() ||
        text.find('/', slash + 1) != std::string::npos) {
        return pattern_fault("Malformed CIDR, one '/' required");
    }
    const std::string named = text.substr(0, slash);
    const auto address = ip_address(named);
    if (!address) {
        return pattern_fault(
            (has_shape_of_address(named) ? "Invalid IP address: " : "Nonstandard IP address: ") +
            named
        );
    }
    LAMBENT_TRY(const int bits, mask_of(text.substr(slash + 1), address->size()));
    IpRange range;
    range.first_ = *address;
    range.last_ = *address;
    for (std::size_t bit = static_cast<std::size_t>(bits); bit < address->size() * 8; ++bit) {
        char& byte = range.last_[bit / 8];
        byte = static_cast<char>(static_cast<unsigned char>(byte) | (0x80U >> (bit % 8)));
    }
    return range;
}

bool IpRange::contains(const std::string& text) const {
    const auto address = ip_address(text);
    // std::string compares bytes as unsigned.
    return address && address->size() == first_.size() && *address >= first_ && *address <= last_;
}

}  // namespace lambent::triggers
