#pragma once

#include "base/result.h"

#include <string>

namespace lambent::cli {

// A --payload argument: the text itself, "@file" for a file's content, "@-" for stdin's. Checked
// to be JSON, so that a typing mistake is found here and not inside the function.
Result<std::string> read_payload(const std::string& argument);

}  // namespace lambent::cli
