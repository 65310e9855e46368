#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <string>

namespace lambent::sandbox {

enum class SubMounts { kLeaveOut, kInclude };

// A read-only, nosuid, nodev copy of a directory or file of the host that is attached nowhere yet.
Result<UniqueFd> detached_copy(const std::string& host_path, SubMounts sub_mounts);
Result<void> attach_tree(const UniqueFd& tree, const std::string& at);

}  // namespace lambent::sandbox
