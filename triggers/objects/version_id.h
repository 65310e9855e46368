#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::triggers {

// 32 hex digits: the sequence, by which a listing finds its place again, and chance.
std::string make_version_id(std::int64_t sequence);
// What the id was made of; nothing for what cannot be one, "null" included.
std::optional<std::int64_t> version_sequence(std::string_view id);
// "null", or the shape of an id.
bool is_version_id(std::string_view text);

}  // namespace lambent::triggers
