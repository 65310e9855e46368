#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <string>
#include <utility>

namespace lambent::sandbox {

// A group in a unified hierarchy that has no controllers, as it stands beside v1 on many machines.
// It freezes and thaws five times faster than v1's freezer, and a frozen process in it dies when
// it is killed. A lease: destruction removes the directory, which must be empty by then.
class UnifiedGroup {
  public:
    static Result<UnifiedGroup> make(const std::string& path);
    UnifiedGroup(UnifiedGroup&&) noexcept = default;
    UnifiedGroup& operator=(UnifiedGroup&&) = delete;
    UnifiedGroup(const UnifiedGroup&) = delete;
    UnifiedGroup& operator=(const UnifiedGroup&) = delete;
    ~UnifiedGroup();

    int directory() const { return directory_.get(); }

    // Kills what is in the groups below `parent` and removes them and it.
    static void sweep(const std::string& parent);

  private:
    UnifiedGroup(std::string path, UniqueFd directory)
        : path_(std::move(path)), directory_(std::move(directory)) {}

    std::string path_;
    UniqueFd directory_;  // none in one that was moved from
};

}  // namespace lambent::sandbox
