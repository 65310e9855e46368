#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// Limits of SQS.
inline constexpr std::uint64_t kMessageBytesMax = 1'048'576;  // body and attributes; of a batch too
inline constexpr std::size_t kBatchMax = 10;                  // messages of one call
inline constexpr std::uint32_t kVisibilityMaxSeconds = 43'200;
inline constexpr std::uint32_t kDelayMaxSeconds = 900;
inline constexpr std::uint32_t kWaitMaxSeconds = 20;
inline constexpr std::size_t kInFlightMax = 120'000;  // messages of one queue

enum class QueueKind { kStandard, kFifo };
enum class DeduplicationScope { kQueue, kMessageGroup };
enum class ThroughputLimit { kPerQueue, kPerMessageGroup };

// After so many deliveries a message goes to the dead letter queue instead.
struct RedrivePolicy {
    std::string dead_letter_arn;
    std::uint32_t receives_max = 10;
    friend bool operator==(const RedrivePolicy&, const RedrivePolicy&) = default;
};

// Which queues may name this one as their dead letter queue.
struct RedriveAllowPolicy {
    enum class Kind { kAllowAll, kDenyAll, kByQueue } kind = Kind::kAllowAll;
    std::vector<std::string> source_arns;  // of kByQueue
    friend bool operator==(const RedriveAllowPolicy&, const RedriveAllowPolicy&) = default;
};

// What a queue's owner may set, with SQS's defaults.
struct QueueSettings {
    std::uint32_t visibility_s = 30;
    std::uint32_t delay_s = 0;
    std::uint32_t retention_s = 345'600;
    std::uint32_t bytes_max = kMessageBytesMax;
    std::uint32_t wait_s = 0;  // of a receive that does not say
    bool content_based_deduplication = false;
    DeduplicationScope deduplication_scope = DeduplicationScope::kQueue;
    ThroughputLimit throughput_limit = ThroughputLimit::kPerQueue;  // kept; nothing is limited here
    std::optional<RedrivePolicy> redrive;
    std::optional<RedriveAllowPolicy> redrive_allow;
    // Kept and shown, without effect: there is one account, and nothing is encrypted.
    std::string policy;
    std::string kms_key;
    std::uint32_t kms_reuse_s = 300;
    bool managed_encryption = true;
    friend bool operator==(const QueueSettings&, const QueueSettings&) = default;
};

using QueueTags = std::map<std::string, std::string>;

// One queue as it was when asked for.
struct QueueDescription {
    std::string name;  // ends in ".fifo" when kind is kFifo
    std::string arn;
    QueueKind kind = QueueKind::kStandard;
    QueueSettings settings;
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
};

struct QueueCounts {
    std::size_t visible = 0;
    std::size_t in_flight = 0;
    std::size_t delayed = 0;
};

struct MessageAttribute {
    std::string type;   // "String", "Number", "Binary", with ".label" or without
    std::string value;  // text, or the bytes of a Binary
    friend bool operator==(const MessageAttribute&, const MessageAttribute&) = default;
};
using MessageAttributes = std::map<std::string, MessageAttribute>;

// What a sender gives.
struct NewMessage {
    std::string body;
    MessageAttributes attributes;
    std::optional<std::uint32_t> delay_s;  // standard queues only; else the queue's
    std::string group_id;                  // FIFO queues must have one; optional for others
    std::string deduplication_id;          // FIFO only; empty: by content, where the queue does so
    std::string trace_header;              // AWSTraceHeader
    std::string sender_id;                 // SenderId; empty: the account
    // Of standard queues too: within five minutes the same one is taken once. Not seen by
    // receivers.
    std::string idempotence_key;
};

struct SentMessage {
    std::string id;
    std::string sequence_number;  // of FIFO queues, else empty
};

// What a receiver gets. SQS's md5s: message_digest.h.
struct ReceivedMessage {
    std::string id;
    std::string receipt_handle;  // of this one delivery
    std::string body;
    MessageAttributes attributes;
    std::int64_t sent_ms = 0;
    std::int64_t first_received_ms = 0;
    std::uint32_t receive_count = 0;  // this delivery included
    std::string sender_id;
    std::string group_id;
    std::string deduplication_id;
    std::string sequence_number;
    std::string trace_header;
    std::string dead_letter_source_arn;  // of a message that came by redrive
};

struct ReceiveOptions {
    std::size_t count_max = 1;  // 1 to kBatchMax
    // How long to wait for a first message; the queue's setting when not given.
    std::optional<std::uint32_t> wait_s;
    std::optional<std::uint32_t> visibility_s;  // the queue's when not given
    // FIFO only: a receive that is repeated with the same one, because its answer was lost, gets
    // the same messages while they are in flight.
    std::string attempt_id;
};

}  // namespace lambent::triggers
