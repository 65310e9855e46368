#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <string>
#include <string_view>
#include <utility>

namespace lambent {

// The one directory in which a daemon keeps everything, held for as long as this object lives: a
// second daemon on the same directory is refused. Mode 0700, owned by the daemon's user, and so is
// what it holds: no links, no files of others. Made by the composition root before anything else
// opens a file in it; blocking.
class DataDirectory {
  public:
    // Creates the directory when it is missing, and syncs the names that lead to it.
    // kConflict, naming the other daemon's pid, when it is in use; kInvalidArgument when it holds
    // somebody else's files; kUnauthorised when another user owns it, a link on the way to it or
    // something in it, or when a link stands in place of one of its files.
    static Result<DataDirectory> acquire(const std::string& path);

    const std::string& path() const { return path_; }  // absolute, without symbolic links
    std::string file(std::string_view name) const;

  private:
    DataDirectory(std::string path, UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    UniqueFd lock_;  // an exclusive flock; the kernel drops it however the process ends
};

}  // namespace lambent
