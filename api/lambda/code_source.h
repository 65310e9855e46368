#pragma once

#include "api/lambda/operations.h"
#include "api/wire/json_fields.h"

#include <optional>
#include <string>

namespace lambent::api::lambda {

// The largest CreateFunction or UpdateFunctionCode request: a 50 MB zip in base64, and the rest.
inline constexpr std::uint64_t kCodeRequestBytesMax = 70'167'211;
inline constexpr std::uint64_t kZipBytesMax = 50ULL << 20;

// Where a request says that the function's package is: in itself, or in a bucket.
struct CodeSource {
    std::optional<std::string> zip_base64;
    std::string bucket;
    std::string key;
    std::string object_version;
    bool is_image = false;
};

CodeSource read_code_source(JsonFields& fields);

// The bytes of the package.
Task<Answer<std::string>> fetch_code(const Call& call, CodeSource source);

}  // namespace lambent::api::lambda
