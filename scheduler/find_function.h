#pragma once

#include "runtime/functions/function.h"

#include <functional>
#include <string>

namespace lambent::scheduler {

// What Invocation::function names as it is now, null when there is none: QualifiedFunctions::find.
using FindFunction = std::function<runtime::FunctionPtr(const std::string& name)>;

}  // namespace lambent::scheduler
