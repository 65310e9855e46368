#include "api/wire/event_stream.h"

#include <boost/crc.hpp>

#include <cstdint>

namespace lambent::api {
namespace {

constexpr char kStringType = 7;
constexpr std::uint32_t kPreludeBytes = 12;  // two lengths and their checksum
constexpr std::uint32_t kChecksumBytes = 4;

void append_big_endian(std::string& out, std::uint32_t number, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
        out += static_cast<char>((number >> shift) & 0xFF);
    }
}

void append_checksum(std::string& message) {
    boost::crc_32_type crc;
    crc.process_bytes(message.data(), message.size());
    append_big_endian(message, crc.checksum(), 4);
}

}  // namespace

std::string event_stream_message(
    const std::vector<std::pair<std::string_view, std::string_view>>& headers,
    std::string_view payload
) {
    std::string block;
    for (const auto& [name, value] : headers) {
        block += static_cast<char>(name.size());
        block += name;
        block += kStringType;
        append_big_endian(block, static_cast<std::uint32_t>(value.size()), 2);
        block += value;
    }
    const auto header_bytes = static_cast<std::uint32_t>(block.size());
    const auto payload_bytes = static_cast<std::uint32_t>(payload.size());
    std::string message;
    message.reserve(kPreludeBytes + block.size() + payload.size() + kChecksumBytes);
    append_big_endian(message, kPreludeBytes + header_bytes + payload_bytes + kChecksumBytes, 4);
    append_big_endian(message, header_bytes, 4);
    append_checksum(message);
    message += block;
    message += payload;
    append_checksum(message);
    return message;
}

std::string event_stream_event(
    std::string_view event_type, std::string_view content_type, std::string_view payload
) {
    return event_stream_message(
        {{":event-type", event_type}, {":content-type", content_type}, {":message-type", "event"}},
        payload
    );
}

}  // namespace lambent::api
