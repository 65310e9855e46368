#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

namespace lambent {

// How deep JSON from outside may be nested: bounded, because copying and printing recurse.
inline constexpr int kJsonNestingMax = 128;

// The value of a JSON text; nothing when it is not JSON, has a NUL byte (at which the parser would
// take the text to end) or is nested deeper than that. Pure.
std::optional<nlohmann::json> parse_shallow_json(std::string_view text);

// Whether `text` is JSON within the nesting, without building it.
bool is_shallow_json(std::string_view text, int nesting_max = kJsonNestingMax);

}  // namespace lambent
