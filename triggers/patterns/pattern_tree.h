#pragma once

#include "base/result.h"
#include "triggers/patterns/value_test.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lambent::triggers {

// What an event must have at one place and below it: a pattern without its $or.
struct PatternTree {
    using Tests = std::vector<ValueTest>;

    // Any of them suffices; none when nothing is asked of this place itself. Shared by the trees
    // that one pattern with $or becomes.
    std::shared_ptr<const Tests> tests;
    std::map<std::string, PatternTree> children;

    // `value` is null when the event has nothing here.
    bool matches(const nlohmann::json* value) const;

  private:
    bool own_tests_pass(const nlohmann::json* value) const;
    bool children_match(const nlohmann::json* value) const;
    bool element_matches(const nlohmann::json& array) const;
    bool asks_for_absence_only() const;
};

// The trees of a pattern: the event must match one of them. Errors as EventPattern::parse.
Result<std::vector<PatternTree>> compile_pattern(const nlohmann::ordered_json& pattern);

}  // namespace lambent::triggers
