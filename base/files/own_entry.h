#pragma once

#include "base/result.h"

#include <string>

namespace lambent {

// Whether what stands under one of our names is ours to open. Somebody who could write to a
// directory before us may have put a link there that leads our writes to another file, or a file
// that he reads later. Blocking; kUnauthorised, subject "ownership", with a sentence that names the
// entry and what is wrong with it.

// A file without a second name, or a directory; of this process's user, and no link. Nothing at all
// is in order too.
Result<void> require_own_entry(const std::string& path);
// The same for all that a directory of ours holds, one level deep. Files lose what rights they give
// to other users, and directories the right to write.
Result<void> require_own_entries(const std::string& directory);
// No link on the way to `path` belongs to somebody else than root, this process's user or, for
// root, the user who called him with sudo.
Result<void> require_own_links(const std::string& path);

}  // namespace lambent
