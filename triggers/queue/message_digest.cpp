#include "triggers/queue/message_digest.h"

#include "base/files/content_hash.h"

#include <cstdint>

namespace lambent::triggers {
namespace {

constexpr char kTextValue = 1;
constexpr char kBinaryValue = 2;

void append_with_length(std::string& out, std::string_view bytes) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    for (const int shift : {24, 16, 8, 0}) {
        out.push_back(static_cast<char>((length >> shift) & 0xFFU));
    }
    out.append(bytes);
}

}  // namespace

std::string body_md5(std::string_view body) {
    return to_hex(digest(HashKind::kMd5, body));
}

std::string attributes_md5(const MessageAttributes& attributes) {
    if (attributes.empty()) {
        return {};
    }
    std::string text;
    for (const auto& [name, attribute] : attributes) {
        append_with_length(text, name);
        append_with_length(text, attribute.type);
        text.push_back(attribute.type.starts_with("Binary") ? kBinaryValue : kTextValue);
        append_with_length(text, attribute.value);
    }
    return to_hex(digest(HashKind::kMd5, text));
}

}  // namespace lambent::triggers
