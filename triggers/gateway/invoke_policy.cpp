#include "triggers/gateway/invoke_policy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr std::string_view kAction = "execute-api:Invoke";

// "*" and "?" as in policies.
bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// One text, or any of a list.
bool any_matches(const json& patterns, std::string_view text) {
    if (patterns.is_string()) {
        return matches(patterns.get_ref<const std::string&>(), text);
    }
    return patterns.is_array() && std::any_of(patterns.begin(), patterns.end(), [&](const json& p) {
               return p.is_string() && matches(p.get_ref<const std::string&>(), text);
           });
}

// null, when the object has no such member.
const json& said_of(const json& object, const char* name) {
    static const json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

bool applies(const json& statement, const std::string& arn) {
    return statement.is_object() && any_matches(said_of(statement, "Action"), kAction) &&
           any_matches(said_of(statement, "Resource"), arn);
}

}  // namespace

Ruling ruling_of(const json& policy, const std::string& arn) {
    const json& said = said_of(policy, "Statement");
    const json statements = said.is_object() ? json::array({said}) : said;
    Ruling ruling = Ruling::kSilent;
    for (const json& statement : statements) {
        if (applies(statement, arn)) {
            if (said_of(statement, "Effect") != "Allow") {
                return Ruling::kDenied;
            }
            ruling = Ruling::kAllowed;
        }
    }
    return ruling;
}

}  // namespace lambent::triggers
