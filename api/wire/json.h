#pragma once

#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace lambent::api {

// How deep JSON from outside may be nested: bounded, because copying and printing recurse.
inline constexpr int kJsonDepthMax = 128;

// A JSON text from a client. kInvalidArgument when it is not JSON (RFC 8259: no byte order mark,
// NaN or trailing bytes), nested too deep, not UTF-8, or when an object has a name twice.
Result<nlohmann::json> parse_json(std::string_view text);

// Whether `text` is JSON within the depth, without building it: for payloads that pass through.
bool is_json(std::string_view text);

// The text of a value; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string dump_json(const nlohmann::json& value);
std::string dump_json(const nlohmann::ordered_json& value);

}  // namespace lambent::api
