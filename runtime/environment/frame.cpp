#include "runtime/environment/frame.h"

#include <algorithm>
#include <cstring>

namespace lambent::runtime {
namespace {

template <class Number>
Number read_number(std::string_view bytes, std::size_t at) {
    Number value = 0;
    for (std::size_t i = sizeof(Number); i > 0; --i) {
        value = static_cast<Number>((value << 8) | static_cast<unsigned char>(bytes[at + i - 1]));
    }
    return value;
}

template <class Number>
void write_number(std::array<char, kFrameHeadBytes>& bytes, std::size_t at, Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        bytes[at + i] = static_cast<char>(value & 0xFF);
        value = static_cast<Number>(value >> 8);
    }
}

// Longer than any function may run.
constexpr std::uint64_t kHandlerMicrosMax = 3'600'000'000;

// What a frame of this type may carry from a guest.
bool is_allowed(const FrameHead& head) {
    switch (head.type) {
        case FrameType::kOpened:
        case FrameType::kNext:
            return head.text_bytes == 0 && head.payload_bytes == 0 && head.flags == 0;
        case FrameType::kInitError:
        case FrameType::kError:
            return head.text_bytes <= kGuestTextBytesMax &&
                   head.payload_bytes <= kGuestPayloadBytesMax && head.flags == 0;
        case FrameType::kResponse:
            return head.text_bytes <= kGuestTextBytesMax &&
                   head.payload_bytes <= kGuestPayloadBytesMax && (head.flags & ~kMore) == 0;
        case FrameType::kConfigure:
        case FrameType::kEvent:
            break;
    }
    return false;
}

}  // namespace

std::array<char, kFrameHeadBytes> encode(const FrameHead& head) {
    std::array<char, kFrameHeadBytes> bytes{};
    write_number<std::uint32_t>(bytes, 0, head.text_bytes);
    write_number<std::uint32_t>(bytes, 4, head.payload_bytes);
    write_number<std::uint8_t>(bytes, 8, static_cast<std::uint8_t>(head.type));
    write_number<std::uint8_t>(bytes, 9, head.flags);
    write_number<std::uint64_t>(bytes, 16, head.event);
    write_number<std::uint64_t>(bytes, 24, static_cast<std::uint64_t>(head.deadline_ms));
    return bytes;
}

std::optional<FrameHead> decode_from_guest(std::string_view bytes) {
    const std::string_view zeros = bytes.substr(10, 6);
    if (!std::all_of(zeros.begin(), zeros.end(), [](char c) { return c == 0; })) {
        return std::nullopt;
    }
    FrameHead head;
    head.text_bytes = read_number<std::uint32_t>(bytes, 0);
    head.payload_bytes = read_number<std::uint32_t>(bytes, 4);
    head.type = static_cast<FrameType>(read_number<std::uint8_t>(bytes, 8));
    head.flags = read_number<std::uint8_t>(bytes, 9);
    head.event = read_number<std::uint64_t>(bytes, 16);
    const auto told = read_number<std::uint64_t>(bytes, 24);
    head.in_handler = std::chrono::microseconds(std::min(told, kHandlerMicrosMax));
    return is_allowed(head) ? std::optional(head) : std::nullopt;
}

}  // namespace lambent::runtime
