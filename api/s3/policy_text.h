#pragma once

#include <string_view>

namespace lambent::api::s3 {

enum class LetterCase { kMatters, kIgnored };

// Whether `text` matches a pattern of a policy: '*' for any text, '?' for one character. In time
// proportional to the product of both lengths.
bool matches_pattern(
    std::string_view pattern, std::string_view text, LetterCase letter_case = LetterCase::kMatters
);

}  // namespace lambent::api::s3
