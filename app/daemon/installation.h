#pragma once

#include "base/result.h"

#include <string>

namespace lambent::app {

// Where the parts of this installation lie, found from the running executable: the launcher beside
// it, the managed runtimes' bootstraps under ../share/lambent/runtime.
struct Installation {
    std::string launcher;
    std::string runtime_support;

    // kNotFound with what to build when a part is missing.
    static Result<Installation> find();
};

}  // namespace lambent::app
