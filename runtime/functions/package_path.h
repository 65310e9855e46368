#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

// The components of an entry's name inside a package, "." and empty ones left out; none for the
// package's own directory. An error says why the name may not be used: it is absolute, climbs with
// "..", has a drive letter, a backslash, a control character, or is too long for the file system.
Result<std::vector<std::string>> package_path(std::string_view name);

// Whether a symbolic link in the directory `place` may point to `target`: relative, and never above
// the package's own directory on its way.
bool link_stays_inside(const std::vector<std::string>& place, std::string_view target);

}  // namespace lambent::runtime
