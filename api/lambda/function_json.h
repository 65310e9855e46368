#pragma once

#include "runtime/functions/function.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace lambent::api::lambda {

// AWS's FunctionConfiguration of one function.
nlohmann::json configuration_json(const runtime::Function& function, const std::string& region);

}  // namespace lambent::api::lambda
