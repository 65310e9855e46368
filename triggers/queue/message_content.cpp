#include "triggers/queue/message_content.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kLengthBytes = 4;

void append_text(std::string& out, std::string_view text) {
    const auto length = static_cast<std::uint32_t>(text.size());
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        out.push_back(static_cast<char>((length >> (8 * i)) & 0xFFU));
    }
    out.append(text);
}

Result<std::string> take_text(std::string_view& bytes) {
    const Error broken(Code::kCorrupted, "message", "The attributes of a message are damaged.");
    if (bytes.size() < kLengthBytes) {
        return broken;
    }
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    bytes.remove_prefix(kLengthBytes);
    if (bytes.size() < length) {
        return broken;
    }
    std::string text(bytes.substr(0, length));
    bytes.remove_prefix(length);
    return text;
}

// What a content costs beside its texts: the object, its counter, the nodes of its map.
constexpr std::uint64_t kOverheadBytes = 256;

std::uint64_t cost_of(const MessageContent& content) {
    return kOverheadBytes + bytes_of(content.body, content.attributes) + content.sender_id.size() +
           content.deduplication_id.size() + content.trace_header.size();
}

}  // namespace

std::uint64_t bytes_of(std::string_view body, const MessageAttributes& attributes) {
    std::uint64_t bytes = body.size();
    for (const auto& [name, attribute] : attributes) {
        bytes += name.size() + attribute.type.size() + attribute.value.size();
    }
    return bytes;
}

std::string encode_attributes(const MessageAttributes& attributes) {
    std::string bytes;
    for (const auto& [name, attribute] : attributes) {
        append_text(bytes, name);
        append_text(bytes, attribute.type);
        append_text(bytes, attribute.value);
    }
    return bytes;
}

Result<MessageAttributes> decode_attributes(std::string_view bytes) {
    MessageAttributes attributes;
    while (!bytes.empty()) {
        LAMBENT_TRY(std::string name, take_text(bytes));
        LAMBENT_TRY(std::string type, take_text(bytes));
        LAMBENT_TRY(std::string value, take_text(bytes));
        attributes.insert_or_assign(
            std::move(name), MessageAttribute{std::move(type), std::move(value)}
        );
    }
    return attributes;
}

HeldContents::HeldContents(std::uint64_t bytes_max)
    : bytes_max_(bytes_max), bytes_(std::make_shared<std::atomic<std::uint64_t>>(0)) {}

MessageContentPtr HeldContents::count(MessageContent content) {
    const std::uint64_t cost = cost_of(content);
    *bytes_ += cost;
    const auto give_back = [bytes = bytes_, cost](const MessageContent* held) {
        *bytes -= cost;
        delete held;
    };
    return {new MessageContent(std::move(content)), give_back};
}

}  // namespace lambent::triggers
