#include "sandbox/launcher/host_state.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace lambent::sandbox {
namespace {

constexpr int kLockTries = 1'000;
constexpr long kLockPauseNs = 10'000'000;

// Above systemd's container range and below 2^31, which stays unused.
constexpr uid_t kUidBase = 1'900'000'000;
constexpr uid_t kDaemons = 10'000;

}  // namespace

Result<UniqueFd> lock_state(const std::string& state_directory) {
    const std::string path = state_directory + "/launcher.lock";
    UniqueFd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) {
        return errno_error("cannot open " + path, errno);
    }
    for (int i = 0; i < kLockTries; ++i) {
        if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
            return lock;
        }
        const timespec pause{0, kLockPauseNs};
        ::nanosleep(&pause, nullptr);
    }
    return Error(Code::kConflict, "lock", "another lambent-launcher still uses " + state_directory);
}

Result<void> leave_host_mounts() {
    if (::unshare(CLONE_NEWNS) != 0) {
        return errno_error("cannot make the launcher's own mount namespace", errno);
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return errno_error("cannot make the launcher's mounts private", errno);
    }
    return {};
}

Result<std::string> make_mount_point(const std::string& state_directory) {
    const std::string path = state_directory + "/root";
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return errno_error("cannot make " + path, errno);
    }
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) {
        return errno_error("cannot look at " + path, errno);
    }
    if (!S_ISDIR(about.st_mode) || about.st_uid != ::geteuid()) {
        return Error(
            Code::kUnauthorised,
            "ownership",
            path + " is a link, a file, or another user's directory"
        );
    }
    return std::filesystem::absolute(path).string();
}

uid_t first_host_uid(const std::string& instance) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char letter : instance) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ULL;
    }
    return kUidBase + static_cast<uid_t>(hash % kDaemons) * kHostUidsPerDaemon;
}

}  // namespace lambent::sandbox
