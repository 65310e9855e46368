#include "api/s3/bucket_policy.h"

#include "api/s3/policy_text.h"
#include "api/s3/s3_event_writer.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace lambent::api::s3 {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPolicyBytesMax = 20 * 1024;
constexpr std::string_view kEverybody = "*";

// A text, or a list of texts.
Answer<std::vector<std::string>> texts_of(const Json& value, const char* refusal) {
    std::vector<std::string> texts;
    for (const Json& one : value.is_array() ? value : Json::array({value})) {
        if (!one.is_string()) {
            return malformed_policy(refusal);
        }
        texts.push_back(one.get<std::string>());
    }
    if (texts.empty()) {
        return malformed_policy(refusal);
    }
    return texts;
}

// "*", or {"AWS": …, "Service": …, "CanonicalUser": …}; only as "AWS" is "*" everybody.
Answer<std::vector<std::string>> principals_of(const Json& value) {
    constexpr char kRefusal[] = "Invalid principal in policy";
    if (value == kEverybody) {
        return std::vector<std::string>{std::string(kEverybody)};
    }
    if (!value.is_object() || value.empty()) {
        return malformed_policy(kRefusal);
    }
    std::vector<std::string> all;
    for (const auto& [kind, names] : value.items()) {
        if (kind != "AWS" && kind != "Service" && kind != "CanonicalUser" && kind != "Federated") {
            return malformed_policy(kRefusal);
        }
        LAMBENT_TRY(const auto texts, texts_of(names, kRefusal));
        std::copy_if(
            texts.begin(),
            texts.end(),
            std::back_inserter(all),
            [is_account = kind == "AWS"](const std::string& name) {
                return is_account || name != kEverybody;
            }
        );
    }
    return all;
}

Answer<void> check_resources(const std::vector<std::string>& resources, const std::string& bucket) {
    const std::string own = bucket_arn(bucket);
    for (const std::string& resource : resources) {
        const bool is_own = resource == own || resource.starts_with(own + "/");
        if (!is_own && resource != kEverybody && resource != bucket_arn("*")) {
            return malformed_policy("Policy has invalid resource");
        }
    }
    return {};
}

// The member of that name, or of its opposite: which of both it was, and what it says.
struct Member {
    bool negated = false;
    const Json* value = nullptr;
};
Answer<Member> member_of(const Json& statement, const std::string& name) {
    const auto plain = statement.find(name);
    const auto negated = statement.find("Not" + name);
    if ((plain == statement.end()) == (negated == statement.end())) {
        return malformed_policy("Missing required field " + name);
    }
    if (plain != statement.end()) {
        return Member{false, &*plain};
    }
    return Member{true, &*negated};
}

Answer<std::vector<PolicyCondition>> conditions_of(const Json& statement) {
    std::vector<PolicyCondition> conditions;
    const auto found = statement.find("Condition");
    if (found == statement.end()) {
        return conditions;
    }
    if (!found->is_object()) {
        return malformed_policy("Conditions do not apply to combination of actions and resources");
    }
    for (const auto& [operation, keys] : found->items()) {
        if (!keys.is_object()) {
            return malformed_policy("Invalid condition value in policy");
        }
        for (const auto& [key, values] : keys.items()) {
            LAMBENT_TRY(auto condition, PolicyCondition::read(operation, key, values));
            conditions.push_back(std::move(condition));
        }
    }
    return conditions;
}

bool any_matches(
    const std::vector<std::string>& patterns, const std::string& text, LetterCase letter_case
) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches_pattern(pattern, text, letter_case);
    });
}

}  // namespace

Answer<BucketPolicy::Statement> BucketPolicy::read_statement(
    const Json& text, const std::string& bucket
) {
    if (!text.is_object()) {
        return malformed_policy("Invalid policy syntax.");
    }
    Statement statement;
    const auto effect = text.find("Effect");
    if (effect == text.end()) {
        return malformed_policy("Missing required field Effect");
    }
    if (*effect != "Allow" && *effect != "Deny") {
        return malformed_policy("Invalid effect: " + dump_json(*effect));
    }
    statement.allows = *effect == "Allow";
    LAMBENT_TRY(const Member principal, member_of(text, "Principal"));
    LAMBENT_TRY(const Member action, member_of(text, "Action"));
    LAMBENT_TRY(const Member resource, member_of(text, "Resource"));
    statement.other_principals = principal.negated;
    statement.other_actions = action.negated;
    statement.other_resources = resource.negated;
    LAMBENT_TRY(statement.principals, principals_of(*principal.value));
    LAMBENT_TRY(statement.actions, texts_of(*action.value, "Policy has invalid action"));
    LAMBENT_TRY(statement.resources, texts_of(*resource.value, "Policy has invalid resource"));
    for (const std::string& name : statement.actions) {
        if (name != kEverybody && !name.starts_with("s3:")) {
            return malformed_policy("Policy has invalid action");
        }
    }
    LAMBENT_TRY(check_resources(statement.resources, bucket));
    LAMBENT_TRY(statement.conditions, conditions_of(text));
    return statement;
}

Answer<BucketPolicy> BucketPolicy::parse(const std::string& text, const std::string& bucket) {
    if (text.size() > kPolicyBytesMax) {
        return AwsError(400, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.");
    }
    const auto parsed = parse_json(text);
    if (parsed.has_error() || !parsed->is_object()) {
        return malformed_policy("Policies must be valid JSON and the first byte must be '{'");
    }
    const auto version = parsed->find("Version");
    if (version != parsed->end() && *version != "2012-10-17" && *version != "2008-10-17") {
        return malformed_policy("The policy must contain a valid version string");
    }
    const auto statements = parsed->find("Statement");
    if (statements == parsed->end() || statements->empty()) {
        return malformed_policy("Missing required field Statement");
    }
    BucketPolicy policy;
    for (const Json& one : statements->is_array() ? *statements : Json::array({*statements})) {
        LAMBENT_TRY(Statement statement, read_statement(one, bucket));
        policy.statements_.push_back(std::move(statement));
    }
    return policy;
}

bool BucketPolicy::Statement::names(const AccessRequest& request) const {
    for (const std::string& wanted : principals) {
        if (wanted == kEverybody ||
            std::find(request.principals.begin(), request.principals.end(), wanted) !=
                request.principals.end()) {
            return true;
        }
    }
    return false;
}

bool BucketPolicy::Statement::applies(const AccessRequest& request) const {
    return names(request) != other_principals &&
           any_matches(actions, request.action, LetterCase::kIgnored) != other_actions &&
           any_matches(resources, request.resource, LetterCase::kMatters) != other_resources &&
           std::all_of(conditions.begin(), conditions.end(), [&](const PolicyCondition& each) {
               return each.holds(request.context);
           });
}

Access BucketPolicy::decide(const AccessRequest& request) const {
    Access access = Access::kUnmentioned;
    for (const Statement& statement : statements_) {
        if (!statement.applies(request)) {
            continue;
        }
        if (!statement.allows) {
            return Access::kDenied;
        }
        access = Access::kAllowed;
    }
    return access;
}

bool BucketPolicy::is_public() const {
    return std::any_of(statements_.begin(), statements_.end(), [](const Statement& statement) {
        const bool everybody =
            std::find(statement.principals.begin(), statement.principals.end(), kEverybody) !=
            statement.principals.end();
        return statement.allows && statement.conditions.empty() &&
               everybody != statement.other_principals;
    });
}

bool BucketPolicy::asks_for_tags() const {
    const auto asks = [](const PolicyCondition& condition) {
        return condition.key().starts_with("s3:existingobjecttag/");
    };
    return std::any_of(statements_.begin(), statements_.end(), [&](const Statement& statement) {
        return std::any_of(statement.conditions.begin(), statement.conditions.end(), asks);
    });
}

}  // namespace lambent::api::s3
