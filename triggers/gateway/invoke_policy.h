#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::triggers {

// What a policy about "execute-api:Invoke" says of an address: a statement that denies outweighs
// all that allow, and where none applies it is silent. A statement with
// Condition, NotAction or NotResource, or whose Action or Resource is no text or list of texts, is
// not understood: it never allows, and always denies. Pure.
enum class Ruling { kAllowed, kDenied, kSilent };
Ruling ruling_of(const nlohmann::json& policy, const std::string& arn);

// An object of 8 KiB at most whose patterns have 512 bytes at most: others would take long to ask.
bool is_usable_policy(const nlohmann::json& policy);

}  // namespace lambent::triggers
