#pragma once

#include "base/result.h"

#include <string>

namespace lambent::runtime {

// What both halves of FunctionRegistry answer, in AWS's words.
inline Error function_not_found(const std::string& name) {
    return Error(Code::kNotFound, "function", "Function not found: " + name);
}

inline Error other_revision() {
    return Error(
        Code::kConflict,
        "revision_id",
        "The Revision Id provided does not match the latest Revision Id. Call the "
        "GetFunction/GetAlias API to retrieve the latest Revision Id"
    );
}

}  // namespace lambent::runtime
