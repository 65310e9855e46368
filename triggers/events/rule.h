#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lambent::triggers {

inline constexpr char kDefaultBus[] = "default";

using Tags = std::map<std::string, std::string>;

struct EventBus {
    std::string name;
    std::string description;  // may be empty
    Tags tags;
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
};

// Which events of a bus, or which times, lead to the rule's targets. One of pattern and schedule is
// there, or both.
struct Rule {
    std::string bus = kDefaultBus;
    std::string name;
    std::string pattern;   // of EventBridge's language; may be empty
    std::string schedule;  // rate(…) or cron(…), in UTC; may be empty
    bool enabled = true;
    std::string description;  // may be empty
    std::string role;         // kept as given
    Tags tags;
    std::int64_t created_ms = 0;
    std::int64_t anchor_ms = 0;  // when the schedule began to count
};

// A text with <names>, which stand for what JSON paths find in the event.
struct InputTransformer {
    Tags paths;  // name -> JSON path
    std::string text;
};

// Whom a rule sends to, and what. At most one of input, input_path and transformer is there;
// without any the target gets the event.
struct RuleTarget {
    std::string id;  // unique in the rule
    std::string arn;
    std::string role;  // kept as given
    std::optional<std::string> input;
    std::string input_path;
    std::optional<InputTransformer> transformer;
    std::optional<std::int64_t> age_s_max;
    std::optional<std::int64_t> retries_max;
    std::string dead_letter_arn;
    std::string group_id;  // of a FIFO queue's message
};

}  // namespace lambent::triggers
