#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::sandbox {

// libcgroup's part of the work: where controllers are mounted, making a group with values in it,
// deleting it. Slow (a millisecond), so never on the way of a launch. Its initialisation is
// process-wide and happens in `load`.
class GroupLibrary {
  public:
    using Values = std::map<std::string, std::string>;  // file -> text
    using Controllers = std::map<std::string, Values>;  // controller -> its values

    static Result<GroupLibrary> load();

    Result<std::string> mount_point(const std::string& controller) const;
    Result<void> make(const std::string& name, const Controllers& controllers) const;
    // With everything below it. Not an error when it is gone already.
    Result<void> remove(const std::string& name, const std::vector<std::string>& controllers) const;
};

Result<UniqueFd> open_directory(const std::string& path);
// Names of the groups directly inside; empty when there is no such group.
std::vector<std::string> child_groups(const std::string& path);

}  // namespace lambent::sandbox
