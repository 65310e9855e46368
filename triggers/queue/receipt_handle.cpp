#include "triggers/queue/receipt_handle.h"

#include "base/files/content_hash.h"

#include <cstddef>

namespace lambent::triggers {
namespace {

// Marks the form, and gives handles the look that SQS's have.
constexpr std::string_view kMark("\x01\x04\x01", 3);
constexpr std::size_t kBytes = kMark.size() + 8 + 8 + 4 + 4;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = bytes; i-- > 0;) {
        out.push_back(static_cast<char>((number >> (8 * i)) & 0xFFU));
    }
}

std::uint64_t take_number(std::string_view& bytes, std::size_t size) {
    std::uint64_t number = 0;
    for (const char c : bytes.substr(0, size)) {
        number = (number << 8) | static_cast<unsigned char>(c);
    }
    bytes.remove_prefix(size);
    return number;
}

// FNV-1a: tells a handle that was cut or mistyped.
std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t sum = 2'166'136'261U;
    for (const char c : bytes) {
        sum = (sum ^ static_cast<unsigned char>(c)) * 16'777'619U;
    }
    return sum;
}

}  // namespace

std::string ReceiptHandle::encode() const {
    std::string bytes(kMark);
    append_number(bytes, static_cast<std::uint64_t>(queue), 8);
    append_number(bytes, static_cast<std::uint64_t>(message), 8);
    append_number(bytes, delivery, 4);
    append_number(bytes, checksum(bytes), 4);
    return to_base64(bytes);
}

std::optional<ReceiptHandle> ReceiptHandle::decode(std::string_view text) {
    std::string bytes;
    if (!from_base64(text, bytes) || bytes.size() != kBytes || !bytes.starts_with(kMark)) {
        return std::nullopt;
    }
    const std::uint32_t expected = checksum(std::string_view(bytes).substr(0, kBytes - 4));
    std::string_view rest = std::string_view(bytes).substr(kMark.size());
    ReceiptHandle handle;
    handle.queue = static_cast<std::int64_t>(take_number(rest, 8));
    handle.message = static_cast<std::int64_t>(take_number(rest, 8));
    handle.delivery = static_cast<std::uint32_t>(take_number(rest, 4));
    return take_number(rest, 4) == expected ? std::optional(handle) : std::nullopt;
}

}  // namespace lambent::triggers
