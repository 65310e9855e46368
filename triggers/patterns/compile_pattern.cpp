#include "triggers/patterns/pattern_tree.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace lambent::triggers {
namespace {

using Pattern = nlohmann::ordered_json;
using Trees = std::vector<PatternTree>;
using Path = std::vector<std::string>;

constexpr std::string_view kOr = "$or";
// EventBridge's limit on what the $or of one pattern may multiply to.
constexpr std::size_t kTreesMax = 1'000;

// Names that no field below $or may have, so that a forgotten array around an operator is noticed.
constexpr std::array<std::string_view, 25> kReserved{
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "html",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
};

bool is_reserved(std::string_view name) {
    return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

enum class Place { kPlain, kBelowOr };

// "a.b" means the same as b within a.
Path below(Path path, std::string_view name) {
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        path.emplace_back(name.substr(0, dot));
        name.remove_prefix(dot + 1);
    }
    path.emplace_back(name);
    return path;
}

Result<void> add_tests(Trees& trees, const Path& path, const Pattern& list) {
    auto tests = std::make_shared<PatternTree::Tests>();
    for (const Pattern& element : list) {
        LAMBENT_TRY(ValueTest test, read_value_test(element));
        tests->push_back(std::move(test));
    }
    if (tests->empty()) {
        return pattern_fault("Empty arrays are not allowed");
    }
    for (PatternTree& tree : trees) {
        PatternTree* node = &tree;
        for (const std::string& step : path) {
            node = &node->children[step];
        }
        node->tests = tests;
    }
    return {};
}

Result<void> add_object(Trees& trees, const Path& path, const Pattern& object, Place place);

// Each alternative continues each tree there is.
Result<void> add_alternatives(Trees& trees, const Path& path, const Pattern& alternatives) {
    if (!alternatives.is_array()) {
        return pattern_fault("It must be an Array followed with $or.");
    }
    Trees together;
    for (const Pattern& alternative : alternatives) {
        if (!alternative.is_object()) {
            return pattern_fault("Only JSON object is allowed in array of $or relationship.");
        }
        Trees continued = trees;
        LAMBENT_TRY(add_object(continued, path, alternative, Place::kBelowOr));
        if (together.size() + continued.size() > kTreesMax) {
            return pattern_fault("Rule is too complex - try using fewer $or alternatives");
        }
        std::move(continued.begin(), continued.end(), std::back_inserter(together));
    }
    if (alternatives.size() < 2) {
        return pattern_fault("There must have at least 2 Objects in $or relationship.");
    }
    trees = std::move(together);
    return {};
}

Result<void> add_field(
    Trees& trees, const Path& path, const std::string& name, const Pattern& value, Place place
) {
    if (place == Place::kBelowOr && is_reserved(name)) {
        return pattern_fault(
            name + " is Ruler reserved fieldName which cannot be used inside $or."
        );
    }
    if (value.is_object()) {
        return add_object(trees, below(path, name), value, place);
    }
    if (value.is_array()) {
        return add_tests(trees, below(path, name), value);
    }
    return pattern_fault("\"" + name + "\" must be an object or an array");
}

Result<void> add_object(Trees& trees, const Path& path, const Pattern& object, Place place) {
    if (object.empty()) {
        return pattern_fault("Empty objects are not allowed");
    }
    for (const auto& [name, value] : object.items()) {
        if (name == kOr) {
            LAMBENT_TRY(add_alternatives(trees, path, value));
        } else {
            LAMBENT_TRY(add_field(trees, path, name, value, place));
        }
    }
    return {};
}

}  // namespace

Result<Trees> compile_pattern(const Pattern& pattern) {
    if (!pattern.is_object()) {
        return pattern_fault("Filter is not an object");
    }
    Trees trees(1);
    LAMBENT_TRY(add_object(trees, {}, pattern, Place::kPlain));
    return trees;
}

}  // namespace lambent::triggers
