#pragma once

#include "base/result.h"
#include "runtime/functions/function.h"

namespace lambent::runtime {

// Whether Lambda would take this configuration (limits of lambda-facts section 1). The error is
// kInvalidArgument with Lambda's own sentence and the field as subject. Pure.
Result<void> check_function(const Function& function);

}  // namespace lambent::runtime
