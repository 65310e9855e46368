#pragma once

#include "base/result.h"

#include <string>

namespace lambent::runtime {

// The zip at `path`. kCorrupted, subject "package", when it is not what its name, the hash, says.
Result<std::string> read_package_zip(const std::string& path, const std::string& sha256);

// Whether what lies unpacked in `directory` is what the zip holds: every file's bytes and every
// link's target. The zip is one that was unpacked before. kCorrupted, subject "package". Blocking.
Result<void> check_package_tree(const std::string& zip, const std::string& directory);

}  // namespace lambent::runtime
