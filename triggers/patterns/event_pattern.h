#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string_view>

namespace lambent::triggers {

// A pattern of EventBridge's language, compiled: which events a rule, an event source mapping or a
// subscription asks for. Exact values, prefix, suffix, equals-ignore-case, wildcard, anything-but,
// numeric, cidr, exists, $or; fields that stand in one array must match within one of its elements.
// A value: copies are cheap, may be used on any thread. Pure.
class EventPattern {
  public:
    // kInvalidArgument with subject "event_pattern"; the message is the reason as EventBridge
    // words it after "Event pattern is not valid. Reason: ", without the place in the text.
    static Result<EventPattern> parse(std::string_view text);

    bool matches(const nlohmann::json& event) const;

  private:
    struct Rules;
    explicit EventPattern(std::shared_ptr<const Rules> rules);

    std::shared_ptr<const Rules> rules_;  // owned by all copies together
};

}  // namespace lambent::triggers
