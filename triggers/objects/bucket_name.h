#pragma once

#include <string_view>

namespace lambent::triggers {

// S3's rules for general purpose buckets: 3 to 63 of a-z 0-9 . -, begins and ends with a letter or
// digit, no "..", not an IPv4 address, none of the reserved prefixes and suffixes.
bool is_bucket_name(std::string_view name);

// What an object may be called: 1 to 1,024 bytes of UTF-8 without NUL.
bool is_object_key(std::string_view key);

bool is_utf8(std::string_view text);

}  // namespace lambent::triggers
