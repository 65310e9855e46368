#pragma once

#include "triggers/gateway/authorizer.h"
#include "triggers/gateway/invoke_policy.h"

#include <optional>
#include <string>

namespace lambent::triggers {

// What the function of a REST API's authorizer decided: {"principalId":…,"policyDocument":{…},
// "context":{…}}, whose context has plain values only and becomes text. The policy is kept, for it
// may say something else of each address. Nothing when the answer is no such thing, is nested too
// deep, or larger than what requests may carry on. Pure.
std::optional<Verdict> rest_verdict_of(const std::string& payload);
Ruling rest_ruling(const Verdict& verdict, const std::string& method_arn);

// Whether a token has the form that the authorizer asks for. Never when it may take too long
// to find out: for a token whose bytes, times the square of the form's, are more than 5 million.
// Pure.
bool has_valid_form(const ApiAuthorizer& authorizer, const std::string& token);
// Whether a text is a regular expression that tokens can be compared with.
bool is_token_form(const std::string& expression);

}  // namespace lambent::triggers
