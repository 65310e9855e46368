#pragma once

#include "scheduler/targets.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace lambent::triggers {

// Limits of SNS.
inline constexpr std::size_t kTopicMessageBytesMax = 262'144;  // attributes too; of a batch too
inline constexpr std::size_t kTopicBatchMax = 10;              // messages of one call
inline constexpr std::size_t kTopicTagsMax = 50;
inline constexpr std::size_t kFifoSubscriptionsMax = 100;  // of one FIFO topic
inline constexpr std::size_t kFilterPoliciesMax = 200;     // of one topic
inline constexpr std::int64_t kTopicRememberedMs = 300'000;
inline constexpr std::int64_t kTokenMsMax = 3 * 86'400'000;  // how long a token is good

enum class TopicKind { kStandard, kFifo };

// Texts by name: attributes as SNS names and writes them, or tags.
using TopicTexts = std::map<std::string, std::string>;

struct Topic {
    std::string name;  // ends in ".fifo" when it is one
    std::string arn;
    TopicTexts attributes;  // those that were set
    TopicTexts tags;
    std::int64_t created_ms = 0;

    TopicKind kind() const {
        return name.ends_with(".fifo") ? TopicKind::kFifo : TopicKind::kStandard;
    }
    bool has(const std::string& attribute, std::string_view value) const {
        const auto found = attributes.find(attribute);
        return found != attributes.end() && found->second == value;
    }
};

enum class EndpointProtocol { kLambda, kSqs, kHttp, kHttps };
std::string_view to_string(EndpointProtocol protocol);  // as SNS names it
// Whether it is an address on the web, which must say that it wants to be sent to.
constexpr bool is_web(EndpointProtocol protocol) {
    return protocol == EndpointProtocol::kHttp || protocol == EndpointProtocol::kHttps;
}

// Who gets what is published.
struct Subscription {
    std::string arn;  // the topic's, and an id of its own
    std::string topic_arn;
    EndpointProtocol protocol = EndpointProtocol::kSqs;
    std::string endpoint;
    TopicTexts attributes;  // those that were set
    std::int64_t created_ms = 0;
    std::string token;      // what a web endpoint was sent to confirm with; else empty
    bool confirmed = true;  // until then it is sent nothing else
};

using TopicAttribute = scheduler::TypedAttribute;

// What a publisher gives.
struct TopicMessage {
    std::string body;
    TopicTexts bodies;  // by protocol, where one differs
    std::string subject;
    std::map<std::string, TopicAttribute> attributes;
    std::string group_id;          // FIFO topics must have one; of others it goes on to queues
    std::string deduplication_id;  // FIFO only; empty: by content, where the topic does so
    std::string trace_header;      // X-Amzn-Trace-Id of what led here
    // Of standard topics too: within five minutes the same one is published once.
    std::string idempotence_key;

    const std::string& body_for(EndpointProtocol protocol) const;
};

struct PublishedMessage {
    std::string id;
    std::string sequence_number;  // of FIFO topics, else empty
    std::int64_t published_ms = 0;
};

}  // namespace lambent::triggers
