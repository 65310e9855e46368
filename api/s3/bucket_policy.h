#pragma once

#include "api/s3/policy_condition.h"
#include "api/wire/errors.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace lambent::api::s3 {

// Who asks, for what, and what else is known: what a policy decides about.
struct AccessRequest {
    std::vector<std::string> principals;  // every name of who asks; none: nobody in particular
    std::string action;                   // "s3:GetObject"
    std::string resource;                 // ARN of a bucket or an object
    PolicyContext context;
};

enum class Access { kAllowed, kDenied, kUnmentioned };

// A bucket's policy: statements that allow or deny. Any deny wins.
class BucketPolicy {
  public:
    // Errors: MalformedPolicy, in the words of S3. `bucket`: every resource must be of it.
    static Answer<BucketPolicy> parse(const std::string& text, const std::string& bucket);
    Access decide(const AccessRequest& request) const;
    // Whether some statement allows something to everybody, without a condition.
    bool is_public() const;
    // Whether a condition asks for the tags of the object (s3:ExistingObjectTag/…).
    bool asks_for_tags() const;

  private:
    struct Statement {
        bool allows = true;
        bool other_principals = false;  // NotPrincipal
        bool other_actions = false;     // NotAction
        bool other_resources = false;   // NotResource
        std::vector<std::string> principals;
        std::vector<std::string> actions;
        std::vector<std::string> resources;
        std::vector<PolicyCondition> conditions;

        bool applies(const AccessRequest& request) const;
        bool names(const AccessRequest& request) const;
    };
    static Answer<Statement> read_statement(const nlohmann::json& text, const std::string& bucket);

    std::vector<Statement> statements_;
};

}  // namespace lambent::api::s3
