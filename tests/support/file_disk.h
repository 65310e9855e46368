#pragma once

#include "tests/support/fault_vfs.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace lambent::tests {

// A disk below the files of one directory tree that forgets, as disks do, what was not synced when
// the power went, and that fails on command. It stands in front of the C library's open, write,
// fsync, fdatasync, rename and unlink in the program that it is linked into; its power is that of a
// FaultVfs. One at a time. Thread-safe. Directories are made before `track`.
class FileDisk {
  public:
    explicit FileDisk(const FaultVfs& power);
    ~FileDisk();
    FileDisk(const FileDisk&) = delete;
    FileDisk& operator=(const FileDisk&) = delete;

    // Everything below `directory` is on disk as it is now; what comes is tracked.
    void track(const std::string& directory);
    // The next change of a file or a name fails with this errno.
    void fail_next(int error_number);
    // From now until the next restore syncs report success and do nothing.
    void lie_about_syncs();
    // Leaves the tree as the next boot finds it, while no life uses it. With kAllButFirst names
    // have reached the disk and what was not synced of contents has not, as some file systems have
    // it.
    void restore(FaultVfs::Loss loss, std::uint32_t seed);

    // The C functions call what follows.
    static FileDisk* active();
    bool has(const std::string& path) const;
    // The errno with which this change must fail, or 0.
    int before_change();
    void created(int fd);
    void synced(int fd);
    void synced_directory(const std::string& path);

  private:
    // A file, whatever its names.
    struct Node {
        std::optional<std::string> durable;  // nothing: never synced
    };
    using NodePtr = std::shared_ptr<Node>;
    using Names = std::map<std::string, NodePtr>;
    using Contents = std::map<std::string, std::string>;  // by name

    Names names_in(const std::string& directory);
    Contents surviving(const std::string& directory, FaultVfs::Loss loss, std::mt19937& random);

    const FaultVfs& power_;
    mutable std::mutex mutex_;  // guards what follows
    std::string directory_;
    std::map<std::uint64_t, NodePtr> nodes_;  // by inode; of files that have a name
    std::map<std::string, Names> durable_;    // by directory
    int fails_with_ = 0;
    bool lies_ = false;
};

}  // namespace lambent::tests
