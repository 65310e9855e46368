#pragma once

#include "app/cli/template/scope.h"
#include "base/result.h"

#include <yaml-cpp/yaml.h>

#include <string>

namespace lambent::cli {

// A part of a template that AWS takes as JSON (an event pattern, say), as JSON: unquoted numbers,
// true, false and null become such, references what they mean.
Result<std::string> plain_json(const YAML::Node& node, const Scope& scope);

}  // namespace lambent::cli
