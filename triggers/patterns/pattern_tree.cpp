#include "triggers/patterns/pattern_tree.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::triggers {
namespace {

// The single values at a place: itself, or those in its arrays. Objects are no values.
void collect_scalars(const nlohmann::json& value, std::vector<const nlohmann::json*>& scalars) {
    if (value.is_array()) {
        for (const nlohmann::json& element : value) {
            collect_scalars(element, scalars);
        }
    } else if (!value.is_object()) {
        scalars.push_back(&value);
    }
}

bool any_accepts(const PatternTree::Tests& tests, const nlohmann::json& scalar) {
    return std::any_of(tests.begin(), tests.end(), [&](const ValueTest& test) {
        return test.accepts(scalar);
    });
}

}  // namespace

bool PatternTree::matches(const nlohmann::json* value) const {
    return own_tests_pass(value) && children_match(value);
}

bool PatternTree::own_tests_pass(const nlohmann::json* value) const {
    if (tests == nullptr) {
        return true;
    }
    std::vector<const nlohmann::json*> scalars;
    if (value != nullptr) {
        collect_scalars(*value, scalars);
    }
    if (scalars.empty()) {
        return std::any_of(tests->begin(), tests->end(), [](const ValueTest& test) {
            return test.accepts_absence;
        });
    }
    return std::any_of(scalars.begin(), scalars.end(), [this](const nlohmann::json* scalar) {
        return any_accepts(*tests, *scalar);
    });
}

bool PatternTree::children_match(const nlohmann::json* value) const {
    if (children.empty()) {
        return true;
    }
    if (value != nullptr && value->is_array() && !value->empty()) {
        return element_matches(*value);
    }
    const bool has_members = value != nullptr && value->is_object();
    return std::all_of(children.begin(), children.end(), [&](const auto& child) {
        const nlohmann::json* member = nullptr;
        if (has_members) {
            const auto found = value->find(child.first);
            member = found == value->end() ? nullptr : &*found;
        }
        return child.second.matches(member);
    });
}

// All that is asked must be true of one element; what must not exist, of none.
bool PatternTree::element_matches(const nlohmann::json& array) const {
    const auto matches_element = [this](const nlohmann::json& element) {
        return children_match(&element);
    };
    return asks_for_absence_only() ? std::all_of(array.begin(), array.end(), matches_element)
                                   : std::any_of(array.begin(), array.end(), matches_element);
}

bool PatternTree::asks_for_absence_only() const {
    const bool own =
        tests == nullptr || std::all_of(tests->begin(), tests->end(), [](const ValueTest& test) {
            return test.accepts_absence;
        });
    return own && std::all_of(children.begin(), children.end(), [](const auto& child) {
               return child.second.asks_for_absence_only();
           });
}

}  // namespace lambent::triggers
