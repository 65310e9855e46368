#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <string>

namespace lambent::cli {

// How API Gateway names a function that it invokes: by an address with its ARN inside.
std::string invocation_uri(const std::string& region, const std::string& function_arn);
// The ARN in such an address; empty when it is none.
std::string invoked_function(const std::string& uri);

// What a function makes of API Gateway's documents, where a member may be missing.
template <class Read>
auto reading(Read read) -> Result<decltype(read())> {
    try {
        return read();
    } catch (const nlohmann::json::exception& failure) {
        return Error(
            Code::kInternal, std::string("the daemon's answer cannot be read: ") + failure.what()
        );
    }
}

}  // namespace lambent::cli
