#pragma once

#include "runtime/functions/function.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::api::lambda {

// The registry names packages by hex, AWS by base64 of the same bytes.
std::string base64_of_hex(const std::string& hex);

// AWS's FunctionConfiguration of a function, or of a published version of it.
nlohmann::json configuration_json(const runtime::Function& function, const std::string& region);

}  // namespace lambent::api::lambda
