#pragma once

#include "base/result.h"
#include "runtime/functions/package_store.h"
#include "runtime/functions/package_tree.h"

#include <string_view>

namespace lambent::runtime {

// Writes what the zip holds into `tree`. Nothing of the zip is believed: sizes are counted as bytes
// come out, names and links are checked before anything is made, checksums must be right, and
// entries that are neither files, directories nor links are refused, as are encrypted ones and
// compression methods that Lambda does not know. kInvalidArgument or kTooLarge, subject "zip", with
// Lambda's sentence. Blocking.
Result<void> unpack_zip(std::string_view zip, const PackageLimits& limits, PackageTree& tree);

}  // namespace lambent::runtime
