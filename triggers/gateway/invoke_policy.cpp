#include "triggers/gateway/invoke_policy.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr std::string_view kAction = "execute-api:invoke";  // in small letters
constexpr std::size_t kPatternBytesMax = 512;
constexpr std::size_t kPolicyBytesMax = 8 * 1024;

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

bool is_text(const json& said) {
    return said.is_string();
}

bool are_texts(const json& said) {
    return is_text(said) || (said.is_array() && std::all_of(said.begin(), said.end(), is_text));
}

// Of one text or a list of them; of all else none.
std::vector<std::string> texts_of(const json& said) {
    std::vector<std::string> texts;
    if (are_texts(said)) {
        for (const json& one : said) {  // a text is its own only element
            texts.push_back(one.get<std::string>());
        }
    }
    return texts;
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches(pattern, text);
    });
}

// null, when the object has no such member.
const json& said_of(const json& object, const char* name) {
    static const json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

// Actions are compared without case.
bool is_about_invoke(const json& statement) {
    std::vector<std::string> actions = texts_of(said_of(statement, "Action"));
    for (std::string& action : actions) {
        std::transform(action.begin(), action.end(), action.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
    }
    return any_matches(actions, kAction);
}

bool is_understood(const json& statement) {
    return !statement.contains("Condition") && !statement.contains("NotAction") &&
           !statement.contains("NotResource") && are_texts(said_of(statement, "Action")) &&
           are_texts(said_of(statement, "Resource"));
}

bool has_long_pattern(const json& statement) {
    for (const char* name : {"Action", "Resource"}) {
        for (const std::string& pattern : texts_of(said_of(statement, name))) {
            if (pattern.size() > kPatternBytesMax) {
                return true;
            }
        }
    }
    return false;
}

json statements_of(const json& policy) {
    const json& said = said_of(policy, "Statement");
    return said.is_object() ? json::array({said}) : said;
}

}  // namespace

bool is_usable_policy(const json& policy) {
    const auto lossy = json::error_handler_t::replace;
    if (!policy.is_object() || policy.dump(-1, ' ', false, lossy).size() > kPolicyBytesMax) {
        return false;
    }
    const json statements = statements_of(policy);
    return std::none_of(statements.begin(), statements.end(), [](const json& statement) {
        return statement.is_object() && has_long_pattern(statement);
    });
}

Ruling ruling_of(const json& policy, const std::string& arn) {
    Ruling ruling = Ruling::kSilent;
    for (const json& statement : statements_of(policy)) {
        if (!statement.is_object()) {
            continue;
        }
        const bool is_meant = is_about_invoke(statement) &&
                              any_matches(texts_of(said_of(statement, "Resource")), arn);
        const bool allows = said_of(statement, "Effect") == "Allow";
        if (!allows && (is_meant || !is_understood(statement))) {
            return Ruling::kDenied;
        }
        if (allows && is_meant && is_understood(statement)) {
            ruling = Ruling::kAllowed;
        }
    }
    return ruling;
}

}  // namespace lambent::triggers
