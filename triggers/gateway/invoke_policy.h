#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::triggers {

// What a policy about "execute-api:Invoke" says of an address: a statement that denies outweighs
// all that allow, and where none applies it is silent.
enum class Ruling { kAllowed, kDenied, kSilent };
Ruling ruling_of(const nlohmann::json& policy, const std::string& arn);

}  // namespace lambent::triggers
