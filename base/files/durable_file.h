#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lambent {

// A file being written that appears under its name complete and on disk, or not at all: bytes go
// to a temporary name in the same directory; `publish` syncs the file, renames it and syncs the
// directory, in that order. Dropped without publish it leaves nothing. Blocking: use on a worker.
class DurableFile {
  public:
    static Result<DurableFile> create(const std::string& directory);
    DurableFile(DurableFile&&) noexcept;
    DurableFile& operator=(DurableFile&&) noexcept;
    ~DurableFile();

    Result<void> write(std::string_view bytes);
    std::uint64_t size() const { return size_; }
    // A file of that name that exists already is replaced.
    Result<void> publish(const std::string& name);
    // The same under another directory of the same file system, for names known only at the end.
    Result<void> publish_in(const std::string& directory, const std::string& name);

  private:
    DurableFile(std::string directory, std::string temporary, UniqueFd file);

    std::string directory_;
    std::string temporary_;  // empty once published
    UniqueFd file_;
    std::uint64_t size_ = 0;
};

// Creates the directory and its parents, mode 0700, and syncs what names them.
Result<void> make_directories(const std::string& path);
Result<void> sync_directory(const std::string& path);
// Removes what a process that was killed left under temporary names in this directory. At start,
// while nobody writes there.
Result<void> remove_unpublished(const std::string& directory);
// One of our own files: a symbolic link is refused.
Result<std::string> read_file(const std::string& path);

}  // namespace lambent
