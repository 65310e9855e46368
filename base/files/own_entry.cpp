#include "base/files/own_entry.h"

#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace lambent {
namespace {

namespace fs = std::filesystem;

constexpr char kMadeByMkfs[] = "lost+found";  // root's, and nobody opens it
constexpr mode_t kOfOthers = 0077;
constexpr mode_t kWritableByOthers = 0022;

Error not_ours(const std::string& path, std::string_view how) {
    return Error(Code::kUnauthorised, "ownership", path + " " + std::string(how));
}

// False when nothing is there.
Result<bool> look_at(const std::string& path, struct stat& about) {
    if (::lstat(path.c_str(), &about) == 0) {
        return true;
    }
    if (errno == ENOENT) {
        return false;
    }
    return errno_error("cannot look at " + path, errno);
}

Result<void> check(const std::string& path, const struct stat& about) {
    if (S_ISLNK(about.st_mode)) {
        return not_ours(
            path, "is a symbolic link where lambent keeps a file of its own; remove it"
        );
    }
    if (about.st_uid != ::geteuid()) {
        return not_ours(path, "belongs to another user (uid " + std::to_string(about.st_uid) + ")");
    }
    if (S_ISDIR(about.st_mode)) {
        return {};
    }
    if (!S_ISREG(about.st_mode)) {
        return not_ours(path, "is neither a file nor a directory");
    }
    if (about.st_nlink > 1) {
        return not_ours(path, "has a second name somewhere (a hard link)");
    }
    return {};
}

// By its descriptor, so that it is the one that was looked at. Files are not opened for this:
// closing one would end the locks that a database of this process has on it.
Result<void> close_directory(const std::string& path, const struct stat& about) {
    const UniqueFd entry(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat opened {};
    if (!entry || ::fstat(entry.get(), &opened) != 0) {
        return errno_error("cannot open " + path, errno);
    }
    if (opened.st_dev != about.st_dev || opened.st_ino != about.st_ino) {
        return not_ours(path, "was replaced while it was looked at");
    }
    if (::fchmod(entry.get(), opened.st_mode & 07777 & ~kWritableByOthers) != 0) {
        return errno_error("cannot close " + path + " to other users", errno);
    }
    return {};
}

// The user who called us, when we are root by sudo: he says where the directory is.
std::optional<uid_t> caller_of_sudo() {
    const char* const told = ::geteuid() == 0 ? std::getenv("SUDO_UID") : nullptr;
    if (told == nullptr) {
        return std::nullopt;
    }
    const std::string_view text = told;
    uid_t user = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), user);
    if (failed != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return user;
}

}  // namespace

Result<void> require_own_entry(const std::string& path) {
    struct stat about {};
    LAMBENT_TRY(const bool there, look_at(path, about));
    return there ? check(path, about) : Result<void>();
}

Result<void> require_own_entries(const std::string& directory) {
    std::error_code failed;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, failed)) {
        if (entry.path().filename() == kMadeByMkfs) {
            continue;
        }
        const std::string path = entry.path().string();
        struct stat about {};
        LAMBENT_TRY(const bool there, look_at(path, about));
        if (!there) {
            continue;
        }
        LAMBENT_TRY(check(path, about));
        if (S_ISDIR(about.st_mode) && (about.st_mode & kWritableByOthers) != 0) {
            LAMBENT_TRY(close_directory(path, about));
        }
        // The directory is closed and the entry no link: nobody can put another in its place.
        if (S_ISREG(about.st_mode) && (about.st_mode & kOfOthers) != 0 &&
            ::chmod(path.c_str(), about.st_mode & 07777 & ~kOfOthers) != 0) {
            return errno_error("cannot close " + path + " to other users", errno);
        }
    }
    if (failed) {
        return errno_error("cannot list " + directory, failed.value());
    }
    return {};
}

Result<void> require_own_links(const std::string& path) {
    const std::optional<uid_t> caller = caller_of_sudo();
    fs::path way;
    for (const fs::path& step : fs::absolute(path)) {
        way /= step;
        struct stat about {};
        LAMBENT_TRY(const bool there, look_at(way.string(), about));
        if (!there) {
            break;
        }
        if (S_ISLNK(about.st_mode) && about.st_uid != 0 && about.st_uid != ::geteuid() &&
            about.st_uid != caller) {
            return not_ours(way.string(), "is a symbolic link of another user");
        }
    }
    return {};
}

}  // namespace lambent
