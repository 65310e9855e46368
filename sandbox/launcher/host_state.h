#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <sys/types.h>

#include <string>

namespace lambent::sandbox {

// Held for the launcher's life, so that a new one waits until the old one of the same daemon has
// cleaned up.
Result<UniqueFd> lock_state(const std::string& state_directory);

// A private copy of the host's mount namespace: nothing mounted from here on is seen on the host,
// and all of it goes with the launcher.
Result<void> leave_host_mounts();

// The directory that the cells' root is built on.
Result<std::string> make_mount_point(const std::string& state_directory);

inline constexpr uid_t kHostUidsPerDaemon = 20'000;

// The first of the host's user ids for this daemon's cells, in a range that no distribution hands
// out. Daemons with different instances hardly ever share one; if they did, only the kernel's
// per-user counters would be shared.
uid_t first_host_uid(const std::string& instance);

}  // namespace lambent::sandbox
