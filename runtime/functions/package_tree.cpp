#include "runtime/functions/package_tree.h"

#include "base/files/durable_file.h"
#include "base/ids.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace lambent::runtime {
namespace {

constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;
constexpr mode_t kProgramMode = 0755;

std::string joined(const PackageTree::Path& path, std::size_t parts) {
    std::string name;
    for (std::size_t i = 0; i < parts; ++i) {
        name += (i == 0 ? "" : "/") + path[i];
    }
    return name;
}

Error bad_entry(const std::string& why) {
    return Error(Code::kInvalidArgument, "zip", why);
}

Error disk_error(const std::string& what, int error_number) {
    const Error plain = errno_error(what, error_number);
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    return full ? Error(Code::kUnavailable, "disk_full", plain.message()) : plain;
}

}  // namespace

PackageTree::PackageTree(std::string parent, std::string path, UniqueFd root)
    : parent_(std::move(parent)), path_(std::move(path)), root_(std::move(root)) {}

PackageTree::PackageTree(PackageTree&& other) noexcept
    : parent_(std::move(other.parent_)),
      path_(std::exchange(other.path_, {})),
      root_(std::move(other.root_)),
      names_(std::move(other.names_)) {}

PackageTree::~PackageTree() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

Result<PackageTree> PackageTree::create(const std::string& parent) {
    std::string path = parent + "/.unpacking-" + random_hex(12);
    if (::mkdir(path.c_str(), 0700) != 0) {
        return disk_error("cannot create " + path, errno);
    }
    UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    const int reason = errno;
    PackageTree tree(parent, std::move(path), std::move(root));
    // The process's umask has no say in what cells can read.
    if (!tree.root_ || ::fchmod(tree.root_.get(), kDirectoryMode) != 0) {
        return disk_error("cannot open a new directory in " + parent, reason);
    }
    return tree;
}

Result<void> PackageTree::make_directory(const std::string& name) {
    if (::mkdirat(root_.get(), name.c_str(), kDirectoryMode) != 0 ||
        ::fchmodat(root_.get(), name.c_str(), kDirectoryMode, 0) != 0) {
        return disk_error("cannot create the directory " + name, errno);
    }
    names_.emplace(name, Kind::kDirectory);
    return {};
}

Result<void> PackageTree::make_parents(const Path& path) {
    for (std::size_t parts = 1; parts < path.size(); ++parts) {
        const std::string name = joined(path, parts);
        const auto known = names_.find(name);
        if (known == names_.end()) {
            LAMBENT_TRY(make_directory(name));
        } else if (known->second != Kind::kDirectory) {
            return bad_entry(
                "the entry " + joined(path, path.size()) + " lies below a file or link"
            );
        }
    }
    return {};
}

Result<std::string> PackageTree::claim(const Path& path, Kind kind) {
    LAMBENT_TRY(make_parents(path));
    std::string name = joined(path, path.size());
    if (name.empty() || names_.count(name) != 0) {
        return bad_entry("the entry " + name + " is there twice");
    }
    names_.emplace(name, kind);
    return name;
}

Result<void> PackageTree::add_directory(const Path& path) {
    LAMBENT_TRY(make_parents(path));
    const std::string name = joined(path, path.size());
    const auto known = names_.find(name);
    if (name.empty() || (known != names_.end() && known->second == Kind::kDirectory)) {
        return {};
    }
    if (known != names_.end()) {
        return bad_entry("the entry " + name + " is there twice");
    }
    return make_directory(name);
}

Result<UniqueFd> PackageTree::add_file(const Path& path, Executable executable) {
    LAMBENT_TRY(const std::string name, claim(path, Kind::kFile));
    const mode_t mode = executable == Executable::kYes ? kProgramMode : kFileMode;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd file(::openat(root_.get(), name.c_str(), flags, mode));
    if (!file || ::fchmod(file.get(), mode) != 0) {
        return disk_error("cannot create the file " + name, errno);
    }
    return file;
}

Result<void> PackageTree::add_link(const Path& path, const std::string& target) {
    Path place = path;
    if (!place.empty()) {
        place.pop_back();
    }
    if (!link_stays_inside(place, target)) {
        return bad_entry("the link " + joined(path, path.size()) + " leads out of the package");
    }
    LAMBENT_TRY(const std::string name, claim(path, Kind::kLink));
    if (::symlinkat(target.c_str(), root_.get(), name.c_str()) != 0) {
        return disk_error("cannot create the link " + name, errno);
    }
    return {};
}

// One link that is harmless by itself may carry another one out, so the kernel walks them all. A
// link that leads nowhere is the function's own business.
Result<void> PackageTree::check_links() const {
    for (const auto& [name, kind] : names_) {
        if (kind != Kind::kLink) {
            continue;
        }
        open_how how{};
        how.flags = O_PATH | O_CLOEXEC;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
        const long opened = ::syscall(SYS_openat2, root_.get(), name.c_str(), &how, sizeof(how));
        const int reason = errno;
        const UniqueFd target(static_cast<int>(opened));
        if (!target && reason != ENOENT) {
            return bad_entry("the link " + name + " leads out of the package");
        }
    }
    return {};
}

Result<void> PackageTree::publish(const std::string& name) {
    // One call for thousands of files and their directories, where one sync each takes minutes.
    if (::syncfs(root_.get()) != 0) {
        return disk_error("cannot sync " + path_, errno);
    }
    const std::string final_path = parent_ + "/" + name;
    if (::rename(path_.c_str(), final_path.c_str()) != 0) {
        return disk_error("cannot rename " + path_, errno);
    }
    path_.clear();
    return sync_directory(parent_);
}

}  // namespace lambent::runtime
