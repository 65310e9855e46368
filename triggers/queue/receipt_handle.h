#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::triggers {

// Names one delivery of one message: the queue that gave it, the message's place in it, and the how
// manieth delivery of the message it was. Opaque to receivers, and good beyond a restart, since
// nothing of it is kept.
struct ReceiptHandle {
    std::int64_t queue = 0;
    std::int64_t message = 0;
    std::uint32_t delivery = 0;

    std::string encode() const;
    // Nothing when no queue of ours can have given it.
    static std::optional<ReceiptHandle> decode(std::string_view text);
    friend bool operator==(const ReceiptHandle&, const ReceiptHandle&) = default;
};

}  // namespace lambent::triggers
