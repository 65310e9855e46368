#include "base/files/data_directory.h"

#include "base/files/durable_file.h"
#include "base/files/own_entry.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

namespace lambent {
namespace {

constexpr char kLockName[] = "lambent.lock";

Result<std::string> resolved(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
    if (!real) {
        return errno_error("cannot resolve " + path, errno);
    }
    return std::string(real.get());
}

// A mistyped --data must not turn somebody's home into a data directory.
Result<void> check_contents(const std::string& path) {
    std::error_code failed;
    if (std::filesystem::exists(path + "/" + kLockName, failed)) {
        return {};
    }
    for (const auto& entry : std::filesystem::directory_iterator(path, failed)) {
        if (entry.path().filename() != "lost+found") {
            return Error(
                Code::kInvalidArgument,
                "data_directory",
                path + " is not empty and was not made by lambent; name an empty directory"
            );
        }
    }
    return {};
}

Result<void> close_to_others(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) {
        return errno_error("cannot look at " + path, errno);
    }
    // For root as well: its owner could put links in place of files at any time.
    if (about.st_uid != ::geteuid()) {
        return Error(
            Code::kUnauthorised,
            "data_directory",
            path + " belongs to another user (uid " + std::to_string(about.st_uid) +
                "); choose another directory, or change its owner"
        );
    }
    if ((about.st_mode & 0077) != 0 && ::chmod(path.c_str(), 0700) != 0) {
        return errno_error("cannot close " + path + " to other users", errno);
    }
    return {};
}

std::string holder_of(int lock) {
    char text[32] = {};
    const ssize_t size = ::pread(lock, text, sizeof(text) - 1, 0);
    std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    pid.erase(pid.find_last_not_of('\n') + 1);
    return pid.empty() ? "unknown" : pid;
}

Result<UniqueFd> take_lock(const std::string& directory) {
    const std::string name = directory + "/" + kLockName;
    UniqueFd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock) {
        return errno_error("cannot open " + name, errno);
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return errno_error("cannot lock " + name, errno);
        }
        return Error(
            Code::kConflict,
            "data_directory",
            "the data directory " + directory + " is in use by the daemon with pid " +
                holder_of(lock.get()) + "; stop it or choose another directory"
        );
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.get(), 0) != 0 ||
        ::pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        return errno_error("cannot write to " + name, errno);
    }
    return lock;
}

}  // namespace

Result<DataDirectory> DataDirectory::acquire(const std::string& path) {
    LAMBENT_TRY(require_own_links(path));
    LAMBENT_TRY(make_directories(path));
    LAMBENT_TRY(std::string real, resolved(path));
    LAMBENT_TRY(check_contents(real));
    LAMBENT_TRY(close_to_others(real));
    LAMBENT_TRY(require_own_entries(real));
    LAMBENT_TRY(UniqueFd lock, take_lock(real));
    LAMBENT_TRY(sync_directory(real));
    return DataDirectory(std::move(real), std::move(lock));
}

std::string DataDirectory::file(std::string_view name) const {
    std::string full = path_;
    full += '/';
    full += name;
    return full;
}

}  // namespace lambent
