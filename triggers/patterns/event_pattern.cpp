#include "triggers/patterns/event_pattern.h"

#include "triggers/patterns/pattern_tree.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

// Compiling and matching recurse as deep as the pattern is nested.
constexpr int kPatternDepthMax = 100;

bool has_dotted_name(const nlohmann::json& value) {
    if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            if (name.find('.') != std::string::npos || has_dotted_name(member)) {
                return true;
            }
        }
    } else if (value.is_array()) {
        return std::any_of(value.begin(), value.end(), has_dotted_name);
    }
    return false;
}

nlohmann::json undotted(const nlohmann::json& value);

// Puts `member` where its dotted name leads; what stands there already is joined with it.
void put_below(nlohmann::json& object, const std::string& name, nlohmann::json member) {
    const std::size_t dot = name.find('.');
    nlohmann::json& place = object[name.substr(0, dot)];
    if (dot != std::string::npos) {
        if (!place.is_object()) {
            place = nlohmann::json::object();
        }
        put_below(place, name.substr(dot + 1), std::move(member));
    } else if (place.is_object() && member.is_object()) {
        place.update(member, true);
    } else {
        place = std::move(member);
    }
}

// The event with "a.b" written as b within a: EventBridge makes no difference between the two.
nlohmann::json undotted(const nlohmann::json& value) {
    if (value.is_array()) {
        nlohmann::json array = nlohmann::json::array();
        for (const nlohmann::json& element : value) {
            array.push_back(undotted(element));
        }
        return array;
    }
    if (!value.is_object()) {
        return value;
    }
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, member] : value.items()) {
        put_below(object, name, undotted(member));
    }
    return object;
}

Result<nlohmann::ordered_json> read_document(std::string_view text) {
    bool too_deep = false;
    const auto watch = [&](int depth, nlohmann::ordered_json::parse_event_t, const auto&) {
        too_deep = too_deep || depth > kPatternDepthMax;
        return !too_deep;
    };
    auto document = nlohmann::ordered_json::parse(text, watch, false);
    if (too_deep) {
        return pattern_fault("Event pattern is nested too deep");
    }
    if (document.is_discarded()) {
        return pattern_fault("Invalid JSON");
    }
    return document;
}

}  // namespace

struct EventPattern::Rules {
    std::vector<PatternTree> trees;
};

EventPattern::EventPattern(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

Result<EventPattern> EventPattern::parse(std::string_view text) {
    LAMBENT_TRY(const nlohmann::ordered_json document, read_document(text));
    auto rules = std::make_shared<Rules>();
    LAMBENT_TRY(rules->trees, compile_pattern(document));
    return EventPattern(std::move(rules));
}

bool EventPattern::matches(const nlohmann::json& event) const {
    const auto any_matches = [this](const nlohmann::json& plain) {
        return std::any_of(
            rules_->trees.begin(),
            rules_->trees.end(),
            [&](const PatternTree& tree) { return tree.matches(&plain); }
        );
    };
    return has_dotted_name(event) ? any_matches(undotted(event)) : any_matches(event);
}

}  // namespace lambent::triggers
