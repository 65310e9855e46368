#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// What a token must say to be accepted.
struct JwtRules {
    std::string issuer;
    std::vector<std::string> audience;
};

struct JwtClaims {
    std::string document;  // {"name":"value"}: every value as text, as API Gateway has it
    std::vector<std::string> scopes;  // of "scope" or "scp"
};

// The id of the key that a token says it is signed with; nothing when it is no token of ours: three
// parts, signed by RSA. Believes nothing yet. Pure.
std::optional<std::string> jwt_key_id(const std::string& token);

// What a token claims, when it is signed with one of these keys ("keys" of a JWK set), comes from
// the issuer, is for the audience, and good at that time. Pure.
std::optional<JwtClaims> jwt_claims(
    const std::string& token, const std::string& key_set, const JwtRules& rules, WallTime now
);

// Whether a set has the key.
bool has_jwt_key(const std::string& key_set, const std::string& key_id);

}  // namespace lambent::triggers
