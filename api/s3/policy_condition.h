#pragma once

#include "api/wire/errors.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::s3 {

// What is known of a request, by the condition keys of policies in lower case: "aws:sourceip".
using PolicyContext = std::map<std::string, std::string>;

// One key of one operator in a statement's Condition: holds if any of its values does (or, of a
// negated operator, if none is hit).
class PolicyCondition {
  public:
    // kInvalidArgument's answer, MalformedPolicy, for an operator that there is not.
    static Answer<PolicyCondition> read(
        std::string_view operation, std::string key, const nlohmann::json& values
    );
    bool holds(const PolicyContext& context) const;
    const std::string& key() const { return key_; }  // in lower case

  private:
    using Test = bool (*)(const std::string& wanted, const std::string& value);

    std::string key_;
    std::vector<std::string> values_;
    Test test_ = nullptr;  // null: whether the key is absent
    bool negated_ = false;
    bool if_exists_ = false;
};

AwsError malformed_policy(std::string message);

}  // namespace lambent::api::s3
