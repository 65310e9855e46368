#pragma once

#include "base/result.h"
#include "triggers/patterns/event_pattern.h"
#include "triggers/topics/topic.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>

namespace lambent::triggers {

enum class FilterScope { kAttributes, kBody };

// A message as filter policies see it: made once for all subscriptions, and only what is asked for.
// Borrows the message.
class FilteredMessage {
  public:
    explicit FilteredMessage(const TopicMessage& message) : message_(message) {}

    // String.Array as an array, Number as a number; a Binary cannot be filtered by.
    const nlohmann::json& attributes();
    // Null when the body is no JSON object.
    const nlohmann::json* body(EndpointProtocol protocol);

  private:
    const TopicMessage& message_;
    std::optional<nlohmann::json> attributes_;
    std::map<EndpointProtocol, std::optional<nlohmann::json>> bodies_;
};

// Which messages of a topic a subscription wants: SNS's filter policies, in EventBridge's pattern
// language. A value, compiled. Pure.
class FilterPolicy {
  public:
    // kInvalidArgument, subject "subscription_attribute", in SNS's words: also for more than five
    // keys, more than 150 combinations, and nested keys where attributes are filtered by.
    static Result<FilterPolicy> parse(const std::string& text, FilterScope scope);

    bool matches(FilteredMessage& message, EndpointProtocol protocol) const;

  private:
    FilterPolicy(EventPattern pattern, FilterScope scope)
        : pattern_(std::move(pattern)), scope_(scope) {}

    EventPattern pattern_;
    FilterScope scope_;
};

}  // namespace lambent::triggers
