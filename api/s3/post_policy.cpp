#include "api/s3/post_policy.h"

#include "api/s3/iso_time.h"
#include "api/s3/s3_call.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace lambent::api::s3 {
namespace {

using Json = nlohmann::json;

// Fields that a policy need not speak of.
constexpr std::array<std::string_view, 5> kFree = {
    "policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"};

AwsError against_policy(const std::string& reason) {
    return AwsError(403, "AccessDenied", "Invalid according to Policy: " + reason);
}

AwsError invalid_policy_document(const std::string& reason) {
    return AwsError(400, "InvalidPolicyDocument", "Invalid Policy: " + reason);
}

std::string without_dollar(const std::string& name) {
    return lower_case(name.starts_with('$') ? name.substr(1) : name);
}

bool is_free(const std::string& field) {
    return field.starts_with("x-ignore-") ||
           std::find(kFree.begin(), kFree.end(), field) != kFree.end();
}

std::uint64_t number_in(const Json& value) {
    if (value.is_number_unsigned()) {
        return value.get<std::uint64_t>();
    }
    return value.is_string() ? std::strtoull(value.get<std::string>().c_str(), nullptr, 10) : 0;
}

}  // namespace

Answer<PostPolicy> PostPolicy::parse(const std::string& text) {
    const auto json = parse_json(text);
    if (json.has_error() || !json->is_object()) {
        return invalid_policy_document("Invalid JSON.");
    }
    const auto expiration = json->find("expiration");
    const auto conditions = json->find("conditions");
    if (expiration == json->end() || !expiration->is_string()) {
        return invalid_policy_document("Policy missing expiration.");
    }
    if (conditions == json->end() || !conditions->is_array()) {
        return invalid_policy_document("Policy missing conditions.");
    }
    PostPolicy policy;
    const auto expires = parse_iso_time(expiration->get<std::string>());
    if (!expires) {
        return invalid_policy_document("Invalid 'expiration' value.");
    }
    policy.expires_ = *expires;
    for (const Json& one : *conditions) {
        LAMBENT_TRY(one.is_object() ? policy.add_simple(one) : policy.add_listed(one));
    }
    return policy;
}

// {"field": "value", …}
Answer<void> PostPolicy::add_simple(const Json& fields) {
    for (const auto& [field, value] : fields.items()) {
        if (!value.is_string()) {
            return invalid_policy_document("Invalid Simple-Condition.");
        }
        conditions_.push_back({lower_case(field), value.get<std::string>()});
    }
    return {};
}

// ["eq", "$field", "value"], ["starts-with", …], ["content-length-range", least, most]
Answer<void> PostPolicy::add_listed(const Json& list) {
    if (!list.is_array() || list.size() != 3 || !list[0].is_string()) {
        return invalid_policy_document("Invalid Condition.");
    }
    const std::string operation = lower_case(list[0].get<std::string>());
    if (operation == "content-length-range") {
        bytes_min_ = number_in(list[1]);
        bytes_max_ = number_in(list[2]);
        return {};
    }
    const bool only_begins = operation == "starts-with";
    if ((!only_begins && operation != "eq") || !list[1].is_string() || !list[2].is_string()) {
        return invalid_policy_document("Invalid Condition.");
    }
    conditions_.push_back(
        {without_dollar(list[1].get<std::string>()), list[2].get<std::string>(), only_begins}
    );
    return {};
}

Answer<void> PostPolicy::check(const FormFields& fields, WallTime now) const {
    if (now > expires_) {
        return against_policy("Policy expired.");
    }
    for (const Condition& condition : conditions_) {
        const auto found = fields.find(condition.field);
        const std::string value = found == fields.end() ? "" : found->second;
        const bool holds =
            condition.only_begins ? value.starts_with(condition.text) : value == condition.text;
        if (!holds) {
            const std::string operation = condition.only_begins ? "starts-with" : "eq";
            return against_policy(
                "Policy Condition failed: [\"" + operation + "\", \"$" + condition.field +
                "\", \"" + condition.text + "\"]"
            );
        }
    }
    for (const auto& [field, value] : fields) {
        const bool spoken_of = std::any_of(
            conditions_.begin(),
            conditions_.end(),
            [name = field](const Condition& condition) { return condition.field == name; }
        );
        if (!spoken_of && !is_free(field) && field != "bucket") {
            return against_policy("Extra input fields: " + field);
        }
    }
    return {};
}

}  // namespace lambent::api::s3
