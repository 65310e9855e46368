#include "tests/support/file_disk.h"

#include "base/files/durable_file.h"
#include "tests/support/read_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <utility>

namespace lambent::tests {
namespace {

namespace fs = std::filesystem;

std::atomic<FileDisk*> active_disk{nullptr};

std::uint64_t inode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::string path_of(int fd) {
    std::error_code failed;
    return fs::read_symlink("/proc/self/fd/" + std::to_string(fd), failed).string();
}

// What a disk may make of bytes that were never synced: some of the first of them, zeroes, nothing.
std::string torn(const std::string& bytes, std::mt19937& random) {
    std::string left = bytes.substr(0, random() % (bytes.size() + 1));
    if (random() % 2 == 0) {
        left.resize(bytes.size(), '\0');
    }
    return left;
}

}  // namespace

FileDisk* FileDisk::active() {
    return active_disk.load(std::memory_order_acquire);
}

FileDisk::FileDisk(const FaultVfs& power) : power_(power) {
    active_disk = this;
}

FileDisk::~FileDisk() {
    active_disk = nullptr;
}

bool FileDisk::has(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    return !directory_.empty() && path.starts_with(directory_);
}

int FileDisk::before_change() {
    const std::lock_guard lock(mutex_);
    return power_.power_is_cut() ? EIO : std::exchange(fails_with_, 0);
}

void FileDisk::fail_next(int error_number) {
    const std::lock_guard lock(mutex_);
    fails_with_ = error_number;
}

void FileDisk::lie_about_syncs() {
    const std::lock_guard lock(mutex_);
    lies_ = true;
}

FileDisk::Names FileDisk::names_in(const std::string& directory) {
    Names names;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.is_regular_file()) {
            NodePtr& node = nodes_[inode_of(entry.path().string())];
            node = node ? node : std::make_shared<Node>();
            names[entry.path().filename().string()] = node;
        }
    }
    return names;
}

void FileDisk::track(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    directory_ = directory + "/";
    nodes_.clear();
    durable_.clear();
    fails_with_ = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (!entry.is_directory()) {
            continue;
        }
        Names& names = durable_[entry.path().string()] = names_in(entry.path().string());
        for (auto& [name, node] : names) {
            node->durable = read_file((entry.path() / name).string()).value();
        }
    }
}

void FileDisk::created(int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    const std::lock_guard lock(mutex_);
    nodes_[status.st_ino] = std::make_shared<Node>();  // the number may have been another's
}

void FileDisk::synced(int fd) {
    struct stat status {};
    ::fstat(fd, &status);
    const std::string bytes = read_descriptor(fd);
    const std::lock_guard lock(mutex_);
    if (const auto found = nodes_.find(status.st_ino); found != nodes_.end() && !lies_) {
        found->second->durable = bytes;
    }
}

void FileDisk::synced_directory(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!lies_) {
        durable_[path] = names_in(path);
    }
}

FileDisk::Contents FileDisk::surviving(
    const std::string& directory, FaultVfs::Loss loss, std::mt19937& random
) {
    const Names& durable = durable_[directory];
    const Names now = names_in(directory);
    Names chosen = loss == FaultVfs::Loss::kAll ? durable : now;
    if (loss == FaultVfs::Loss::kSomeSectors) {
        // Each change of a name has reached the disk, or has not.
        chosen = durable;
        for (const auto& [name, node] : now) {
            if (random() % 2 == 0) {
                chosen[name] = node;
            }
        }
        for (const auto& [name, node] : durable) {
            if (!now.contains(name) && random() % 2 == 0) {
                chosen.erase(name);
            }
        }
    }
    Contents contents;
    for (const auto& [name, node] : chosen) {
        const auto is_now = now.find(name);
        const bool readable = is_now != now.end() && is_now->second == node;
        const std::string current =
            readable ? read_file(directory + "/" + name).value() : std::string();
        if (loss == FaultVfs::Loss::kNothing) {
            contents[name] = current;
        } else if (node->durable) {
            contents[name] = *node->durable;
        } else {
            contents[name] =
                loss == FaultVfs::Loss::kSomeSectors ? torn(current, random) : std::string();
        }
    }
    return contents;
}

void FileDisk::restore(FaultVfs::Loss loss, std::uint32_t seed) {
    std::string root;
    std::map<std::string, Contents> all;
    {
        const std::lock_guard lock(mutex_);
        root = std::exchange(directory_, {});  // what follows is not the daemon's doing
        lies_ = false;
    }
    std::mt19937 random(seed);
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.is_directory()) {
            all[entry.path().string()] = surviving(entry.path().string(), loss, random);
        }
    }
    for (const auto& [directory, contents] : all) {
        for (const auto& [name, node] : names_in(directory)) {
            ::syscall(SYS_unlink, (directory + "/" + name).c_str());
        }
        for (const auto& [name, bytes] : contents) {
            std::ofstream(directory + "/" + name, std::ios::binary) << bytes;
        }
    }
}

}  // namespace lambent::tests

using lambent::tests::FileDisk;
using lambent::tests::path_of;

namespace {

// The disk that has this path, if there is one.
FileDisk* disk_of(const std::string& path) {
    FileDisk* const disk = FileDisk::active();
    return disk != nullptr && disk->has(path) ? disk : nullptr;
}

// Whether the change must fail; errno is set then.
bool fails(FileDisk* disk) {
    const int fault = disk != nullptr ? disk->before_change() : 0;
    if (fault != 0) {
        errno = fault;
    }
    return fault != 0;
}

FileDisk* disk_of(int fd) {
    return FileDisk::active() != nullptr ? disk_of(path_of(fd) + "/") : nullptr;
}

}  // namespace

// Under another name, since the C library's header may define `open` itself.
extern "C" int open_on_file_disk(const char* path, int flags, ...) __asm__("open");

extern "C" int open_on_file_disk(const char* path, int flags, ...) {
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list more;
        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    FileDisk* const disk = (flags & O_CREAT) != 0 ? disk_of(path) : nullptr;
    if (fails(disk)) {
        return -1;
    }
    const auto opened = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    if (disk != nullptr && opened >= 0 && (flags & O_EXCL) != 0) {
        disk->created(opened);
    }
    return opened;
}

extern "C" ssize_t write(int fd, const void* bytes, size_t count) {
    return fails(disk_of(fd)) ? -1 : ::syscall(SYS_write, fd, bytes, count);
}

extern "C" int fdatasync(int fd) {
    FileDisk* const disk = disk_of(fd);
    if (disk == nullptr) {
        return static_cast<int>(::syscall(SYS_fdatasync, fd));
    }
    if (fails(disk)) {
        return -1;
    }
    disk->synced(fd);
    return 0;
}

extern "C" int fsync(int fd) {
    FileDisk* const disk = disk_of(fd);
    if (disk == nullptr) {
        return static_cast<int>(::syscall(SYS_fsync, fd));
    }
    if (fails(disk)) {
        return -1;
    }
    disk->synced_directory(path_of(fd));
    return 0;
}

extern "C" int rename(const char* from, const char* to) noexcept {
    return fails(disk_of(to))
               ? -1
               : static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int unlink(const char* path) noexcept {
    return fails(disk_of(path)) ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}
