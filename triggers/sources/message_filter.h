#pragma once

#include "base/result.h"
#include "triggers/patterns/event_pattern.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// Which messages of a queue a mapping wants. A message must match one of the patterns, or there is
// none. A body that is a JSON object is looked into; where a pattern asks for fields of the body
// and the body is a plain text, or the other way round, the message does not pass, as in Lambda.
class MessageFilter {
  public:
    MessageFilter() = default;  // everything passes
    // Patterns that check_settings has accepted.
    static Result<MessageFilter> parse(const std::vector<std::string>& patterns);

    bool passes_all() const { return rules_.empty(); }
    // `record`: the message as the event shows it, whose member "body" is the message's text.
    bool passes(std::string_view record) const;

  private:
    enum class Body { kIgnored, kText, kFields };
    struct Rule {
        EventPattern pattern;
        Body body = Body::kIgnored;
    };
    std::vector<Rule> rules_;
};

}  // namespace lambent::triggers
