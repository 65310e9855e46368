#pragma once

#include <string>
#include <string_view>

namespace lambent::triggers {

// The text with its letters in lower case, for comparing without regard to case: Latin, Greek,
// Cyrillic and Armenian letters; all other bytes stay as they are.
std::string fold_case(std::string_view utf8);

}  // namespace lambent::triggers
