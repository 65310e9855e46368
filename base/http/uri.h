#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::http {

// "%41b" -> "Ab". kInvalidArgument for a broken escape or a NUL byte. '+' stays as it is.
Result<std::string> percent_decode(std::string_view text);

enum class Slash { kKeep, kEncode };
// RFC 3986 as SigV4 wants it: all but A-Z a-z 0-9 - . _ ~ become %XX in upper case.
std::string percent_encode(std::string_view text, Slash slash);

using QueryItems = std::vector<std::pair<std::string, std::string>>;
// "a=1&b" -> {{"a","1"},{"b",""}}, decoded once ('+' is a space, as in forms).
Result<QueryItems> parse_query(std::string_view query);
std::optional<std::string_view> find_item(const QueryItems& items, std::string_view name);

}  // namespace lambent::http
