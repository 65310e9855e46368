#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>

namespace lambent::runtime {

// Whether the zip says the same thing to everybody: each entry's own header agrees with the
// directory at the end, entries do not share bytes, nothing is encrypted or compressed in a way
// that Lambda does not know. libarchive reads one of the two places and a person's tool may read
// the other; what they could disagree on is refused. kInvalidArgument or kTooLarge, subject "zip".
// Pure.
Result<void> check_zip_directory(std::string_view zip, std::uint32_t entries_max);

}  // namespace lambent::runtime
