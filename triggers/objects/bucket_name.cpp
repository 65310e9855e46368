#include "triggers/objects/bucket_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace lambent::triggers {
namespace {

constexpr std::size_t kKeyBytesMax = 1024;
constexpr std::array<std::string_view, 3> kReservedPrefixes = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::array<std::string_view, 5> kReservedSuffixes = {
    "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool looks_like_ipv4(std::string_view name) {
    const auto dots = std::count(name.begin(), name.end(), '.');
    const bool only_numbers = std::all_of(name.begin(), name.end(), [](char c) {
        return c == '.' || (c >= '0' && c <= '9');
    });
    return dots == 3 && only_numbers;
}

// How many bytes a sequence that begins with `lead` has, and the smallest code point that needs
// them (anything smaller is an overlong form).
struct Sequence {
    std::size_t bytes;
    std::uint32_t smallest;
    std::uint32_t bits;
};

Sequence sequence_of(unsigned char lead) {
    if (lead < 0x80) {
        return {1, 0, lead};
    }
    if ((lead & 0xE0U) == 0xC0U) {
        return {2, 0x80, lead & 0x1FU};
    }
    if ((lead & 0xF0U) == 0xE0U) {
        return {3, 0x800, lead & 0x0FU};
    }
    if ((lead & 0xF8U) == 0xF0U) {
        return {4, 0x10000, lead & 0x07U};
    }
    return {0, 0, 0};
}

// The bytes of the first character; 0 when it is not one.
std::size_t character_bytes(std::string_view text) {
    const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
    if (sequence.bytes == 0 || sequence.bytes > text.size()) {
        return 0;
    }
    std::uint32_t point = sequence.bits;
    for (std::size_t i = 1; i < sequence.bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) {
            return 0;
        }
        point = (point << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    return point < sequence.smallest || point > 0x10FFFF || surrogate ? 0 : sequence.bytes;
}

}  // namespace

bool is_bucket_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 63 || !is_letter_or_digit(name.front()) ||
        !is_letter_or_digit(name.back())) {
        return false;
    }
    const bool alphabet = std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == '.' || c == '-';
    });
    const bool reserved = std::any_of(
                              kReservedPrefixes.begin(),
                              kReservedPrefixes.end(),
                              [name](std::string_view prefix) { return name.starts_with(prefix); }
                          ) ||
                          std::any_of(
                              kReservedSuffixes.begin(),
                              kReservedSuffixes.end(),
                              [name](std::string_view suffix) { return name.ends_with(suffix); }
                          );
    return alphabet && !reserved && name.find("..") == std::string_view::npos &&
           !looks_like_ipv4(name);
}

bool is_object_key(std::string_view key) {
    return !key.empty() && key.size() <= kKeyBytesMax && key.find('\0') == std::string_view::npos &&
           is_utf8(key);
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        if (bytes == 0) {
            return false;
        }
        text.remove_prefix(bytes);
    }
    return true;
}

}  // namespace lambent::triggers
