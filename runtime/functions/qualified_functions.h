#pragma once

#include "runtime/functions/alias_registry.h"
#include "runtime/functions/function_registry.h"

#include <random>
#include <string>

namespace lambent::runtime {

// What a caller means by "name", "name:$LATEST", "name:3" or "name:alias": an alias that splits its
// calls is drawn for anew each time. Owned by the composition root; event loop's thread only.
class QualifiedFunctions {
  public:
    QualifiedFunctions(const FunctionRegistry& functions, const AliasRegistry& aliases)
        : functions_(functions), aliases_(aliases), random_(std::random_device()()) {}

    FunctionPtr find(const std::string& reference);  // null when there is none

  private:
    const FunctionRegistry& functions_;
    const AliasRegistry& aliases_;
    std::minstd_rand random_;
};

}  // namespace lambent::runtime
