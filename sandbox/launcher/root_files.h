#pragma once

#include "base/result.h"

#include <string>

namespace lambent::sandbox {

// Fills the template's root: directories and links of a merged-usr system, binds of the runtimes'
// files, /etc with nothing of the host's people and names in it, /dev with five devices.
Result<void> fill_root(const std::string& root);

}  // namespace lambent::sandbox
