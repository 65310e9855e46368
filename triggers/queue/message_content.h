#pragma once

#include "base/result.h"
#include "triggers/queue/queue.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lambent::triggers {

// What of a message decides nothing, and is as large as its sender likes.
struct MessageContent {
    std::string body;
    MessageAttributes attributes;
    std::string sender_id;
    std::string deduplication_id;
    std::string trace_header;
};
// Shared by the queue and by receives on their way.
using MessageContentPtr = std::shared_ptr<const MessageContent>;

// As SQS counts: the body, and each attribute's name, type and value.
std::uint64_t bytes_of(std::string_view body, const MessageAttributes& attributes);

std::string encode_attributes(const MessageAttributes& attributes);
// kCorrupted when `bytes` is not what encode_attributes makes.
Result<MessageAttributes> decode_attributes(std::string_view bytes);

// Counts the bytes of the contents that are in memory, so that a queue keeps them up to a limit;
// what is beyond is on disk only. Owned by the service. A content may outlive it, and may be
// dropped by any thread.
class HeldContents {
  public:
    explicit HeldContents(std::uint64_t bytes_max);
    MessageContentPtr count(MessageContent content);
    bool is_full() const { return *bytes_ > bytes_max_; }

  private:
    std::uint64_t bytes_max_;
    std::shared_ptr<std::atomic<std::uint64_t>> bytes_;  // also of each content
};

}  // namespace lambent::triggers
